// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace espalier::detail {
[[noreturn]] void expectationFailed(
    const char* condition, const char* reason, const char* file, int line);
}

/// States what must hold if our own code is right; prints the place and aborts in every build type.
/// Never used on input: what a file, a person or a disk can get wrong is a Result.
#define ESPALIER_EXPECT(condition, reason)                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            ::espalier::detail::expectationFailed(#condition, reason, __FILE__, __LINE__);         \
    } while (false)
