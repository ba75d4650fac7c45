// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/guard.h"

#include <fmt/format.h>

#include <string_view>

namespace espalier {

namespace {

std::string_view firstLine(std::string_view text)
{
    return text.substr(0, text.find('\n'));
}

} // namespace

Error errorFrom(const c10::Error& caught)
{
    const std::string_view text = caught.what_without_backtrace();
    if (dynamic_cast<const c10::OutOfMemoryError*>(&caught)
        || text.find("allocate memory") != std::string_view::npos
        || text.find("out of memory") != std::string_view::npos)
        return outOfResource(fmt::format("not enough memory: {}", firstLine(text)));
    return {ErrorCode::Internal, fmt::format("LibTorch: {}", firstLine(text))};
}

Error errorFrom(const std::exception& caught)
{
    return {ErrorCode::Internal, fmt::format("unexpected: {}", firstLine(caught.what()))};
}

} // namespace espalier
