// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/dtype.h"

#include <array>
#include <utility>

namespace espalier {

namespace {

constexpr std::array<std::pair<Dtype, std::string_view>, 10> kNames = {{
    {Dtype::F64, "F64"},
    {Dtype::F32, "F32"},
    {Dtype::F16, "F16"},
    {Dtype::BF16, "BF16"},
    {Dtype::I64, "I64"},
    {Dtype::I32, "I32"},
    {Dtype::I16, "I16"},
    {Dtype::I8, "I8"},
    {Dtype::U8, "U8"},
    {Dtype::Bool, "BOOL"},
}};

} // namespace

std::string_view safetensorsName(Dtype dtype)
{
    for (const auto& [candidate, name] : kNames)
        if (candidate == dtype)
            return name;
    return {};
}

std::optional<Dtype> dtypeFromSafetensorsName(std::string_view name)
{
    for (const auto& [dtype, candidate] : kNames)
        if (candidate == name)
            return dtype;
    return std::nullopt;
}

} // namespace espalier
