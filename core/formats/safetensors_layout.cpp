// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/safetensors_layout.h"

#include "core/base/checked.h"
#include "core/base/untrusted_text.h"
#include "core/formats/safetensors_header.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <optional>
#include <set>

namespace espalier {

namespace {

std::string jsonString(const std::string& text)
{
    return nlohmann::json(text).dump();
}

std::optional<Error> refuseNames(std::span<const TensorSpec> tensors,
    const std::map<std::string, std::string>& metadata, std::string_view where)
{
    std::set<std::string_view> names;
    for (const TensorSpec& tensor : tensors) {
        if (firstInvalidUtf8(tensor.name) || tensor.name == "__metadata__")
            return refused(
                fmt::format("{}: {} cannot name a tensor", where, inQuotes(tensor.name)));
        if (!names.insert(tensor.name).second)
            return refused(fmt::format(
                "{}: two tensors are called {}, wanted one", where, inQuotes(tensor.name)));
    }
    for (const auto& [key, value] : metadata)
        if (firstInvalidUtf8(key) || firstInvalidUtf8(value))
            return refused(fmt::format("{}: metadata {} is not UTF-8", where, inQuotes(key)));
    return std::nullopt;
}

/// Header text without padding; begins are relative to the end of the header.
std::string headerText(std::span<const TensorSpec> tensors,
    const std::map<std::string, std::string>& metadata, const SafetensorsLayout& layout)
{
    std::string text = "{";
    auto out = std::back_inserter(text);
    if (!metadata.empty()) {
        std::string_view separator = "\"__metadata__\":{";
        for (const auto& [key, value] : metadata) {
            fmt::format_to(out, "{}{}:{}", separator, jsonString(key), jsonString(value));
            separator = ",";
        }
        text += '}';
    }
    for (const std::size_t i : layout.order)
        fmt::format_to(out, "{}{}:{{\"dtype\":\"{}\",\"shape\":[{}],\"data_offsets\":[{},{}]}}",
            text.size() > 1 ? "," : "", jsonString(tensors[i].name),
            safetensorsName(tensors[i].dtype), fmt::join(tensors[i].shape, ","), layout.begins[i],
            layout.begins[i] + layout.sizes[i]);
    return text + '}';
}

std::string lengthPrefix(std::uint64_t length)
{
    std::string bytes;
    for (int i = 0; i < 8; ++i)
        bytes += static_cast<char>(static_cast<unsigned char>(length >> (8 * i)));
    return bytes;
}

} // namespace

Result<SafetensorsLayout> layOutSafetensors(std::span<const TensorSpec> tensors,
    const std::map<std::string, std::string>& metadata, std::string_view where)
{
    if (auto error = refuseNames(tensors, metadata, where))
        return *std::move(error);
    SafetensorsLayout layout;
    layout.begins.resize(tensors.size());
    layout.sizes.resize(tensors.size());
    layout.order.resize(tensors.size());
    std::iota(layout.order.begin(), layout.order.end(), std::size_t{0});
    std::stable_sort(layout.order.begin(), layout.order.end(), [&](std::size_t a, std::size_t b) {
        return bytesPerElement(tensors[a].dtype) > bytesPerElement(tensors[b].dtype);
    });

    std::int64_t dataSize = 0;
    for (const std::size_t i : layout.order) {
        const auto elements = checkedProduct(tensors[i].shape);
        const auto size =
            elements ? checkedProduct(*elements, bytesPerElement(tensors[i].dtype)) : std::nullopt;
        layout.begins[i] = dataSize;
        layout.sizes[i] = size.value_or(0);
        // The header is at most 100 MB, so a data size below this keeps the file's size in range
        // too.
        if (!size || *size > INT64_MAX - 2 * kMaxSafetensorsHeaderBytes - dataSize)
            return refused(
                fmt::format("{}: tensor {} of shape [{}] makes the file larger than any disk",
                    where, inQuotes(tensors[i].name), fmt::join(tensors[i].shape, ", ")));
        dataSize += *size;
    }

    std::string text = headerText(tensors, metadata, layout);
    text.resize((text.size() + 7) / 8 * 8, ' ');
    const auto headerBytes = static_cast<std::int64_t>(text.size());
    if (headerBytes > kMaxSafetensorsHeaderBytes)
        return refused(fmt::format("{}: the header has {} bytes, wanted at most {}", where,
            headerBytes, kMaxSafetensorsHeaderBytes));
    layout.header = lengthPrefix(text.size()) + text;
    for (std::int64_t& begin : layout.begins)
        begin += static_cast<std::int64_t>(layout.header.size());
    layout.fileSize = static_cast<std::int64_t>(layout.header.size()) + dataSize;
    return layout;
}

} // namespace espalier
