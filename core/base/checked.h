// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace espalier {

/// Product of sizes from a stranger's file; nothing if a size is negative or the product leaves
/// int64_t. An empty span has product 1 (a scalar).
[[nodiscard]] inline std::optional<std::int64_t> checkedProduct(std::span<const std::int64_t> sizes)
{
    std::int64_t product = 1;
    for (const std::int64_t size : sizes)
        if (size < 0 || __builtin_mul_overflow(product, size, &product))
            return std::nullopt;
    return product;
}

[[nodiscard]] inline std::optional<std::int64_t> checkedProduct(std::int64_t a, std::int64_t b)
{
    const std::int64_t sizes[] = {a, b};
    return checkedProduct(std::span<const std::int64_t>(sizes));
}

} // namespace espalier
