// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <c10/util/Exception.h>

#include <exception>
#include <new>
#include <string>
#include <type_traits>

namespace espalier {

/// What an exception out of LibTorch or the standard library means to a caller. LibTorch reports
/// memory that it cannot get as a plain error whose text says so.
[[nodiscard]] Error errorFrom(const c10::Error& caught);
[[nodiscard]] Error errorFrom(const std::exception& caught);

/// The engine's border: `work` returns a Result, and no exception leaves. Wrapped around every
/// façade function that computes, and nowhere else.
template <typename Work> [[nodiscard]] std::invoke_result_t<Work> guarded(const Work& work)
{
    try {
        return work();
    } catch (const c10::Error& caught) {
        return errorFrom(caught);
    } catch (const std::bad_alloc&) {
        return outOfResource("not enough memory");
    } catch (const std::exception& caught) {
        return errorFrom(caught);
    }
}

} // namespace espalier
