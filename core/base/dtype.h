// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace espalier {

/// Element types that weight files may hold, by their safetensors names.
enum class Dtype
{
    F64,
    F32,
    F16,
    BF16,
    I64,
    I32,
    I16,
    I8,
    U8,
    Bool
};

[[nodiscard]] constexpr std::int64_t bytesPerElement(Dtype dtype)
{
    switch (dtype) {
    case Dtype::F64:
    case Dtype::I64:
        return 8;
    case Dtype::F32:
    case Dtype::I32:
        return 4;
    case Dtype::F16:
    case Dtype::BF16:
    case Dtype::I16:
        return 2;
    case Dtype::I8:
    case Dtype::U8:
    case Dtype::Bool:
        return 1;
    }
    return 0;
}

[[nodiscard]] constexpr bool isFloating(Dtype dtype)
{
    return dtype == Dtype::F64 || dtype == Dtype::F32 || dtype == Dtype::F16
        || dtype == Dtype::BF16;
}

/// "F32", "BF16", "I64", "BOOL", … as safetensors headers spell them.
[[nodiscard]] std::string_view safetensorsName(Dtype dtype);
[[nodiscard]] std::optional<Dtype> dtypeFromSafetensorsName(std::string_view name);

} // namespace espalier
