// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/expect.h"

#include <cstdio>
#include <cstdlib>

namespace espalier::detail {

void expectationFailed(const char* condition, const char* reason, const char* file, int line)
{
    std::fprintf(stderr, "espalier: %s:%d: %s (%s does not hold)\n", file, line, reason, condition);
    std::abort();
}

} // namespace espalier::detail
