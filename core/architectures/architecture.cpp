// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/architecture.h"

#include "core/base/expect.h"

#include <algorithm>

namespace espalier {
namespace {

constexpr std::string_view kBlockMark = "{l}";

std::string nameOnDisk(const Architecture& architecture, const DiskRow& row, int block)
{
    const auto& bare = architecture.unprefixed;
    std::string name = std::find(bare.begin(), bare.end(), row.name) == bare.end()
        ? std::string(architecture.prefix)
        : std::string();
    name += row.name;
    if (const std::size_t mark = name.find(kBlockMark); mark != std::string::npos)
        name.replace(mark, kBlockMark.size(), std::to_string(block));
    return name;
}

std::vector<std::int64_t> sizesOnDisk(
    const DiskRow& row, ParameterSpec spec, const ModelShape& shape)
{
    if (row.segment >= 0) {
        const auto segment = static_cast<std::size_t>(row.segment);
        ESPALIER_EXPECT(segment < spec.dims.front().segments.size(),
            "a row's segment is one of the parameter's");
        spec.dims.front().segments = {spec.dims.front().segments[segment]};
    }
    const std::vector<std::int64_t> sizes = sizesOf(spec, shape);
    switch (row.layout) {
    case Layout::Plain:
        break;
    case Layout::InOut:
        return {sizes.at(1), sizes.at(0)};
    case Layout::PatchConv:
        return {sizes.at(0), shape.channels, shape.patchHeight, shape.patchWidth};
    case Layout::OneByOne:
        return {1, 1, sizes.at(0)};
    case Layout::OneByRows:
        return {1, sizes.at(0), sizes.at(1)};
    }
    return sizes;
}

/// Whether `name` is `pattern` with a block number for {l}.
bool matches(std::string_view pattern, std::string_view name)
{
    const std::size_t mark = pattern.find(kBlockMark);
    if (mark == std::string_view::npos)
        return name == pattern;
    const std::string_view head = pattern.substr(0, mark);
    const std::string_view tail = pattern.substr(mark + kBlockMark.size());
    if (name.size() <= head.size() + tail.size() || !name.starts_with(head)
        || !name.ends_with(tail))
        return false;
    const std::string_view number =
        name.substr(head.size(), name.size() - head.size() - tail.size());
    return std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

std::vector<DiskTensor> diskTensorsOf(const Architecture& architecture, const ModelConfig& config)
{
    std::vector<DiskTensor> tensors;
    const auto add = [&](const DiskRow& row, int block) {
        const ParameterId id = {row.role, block};
        if (hasParameter(config, id))
            tensors.push_back({.name = nameOnDisk(architecture, row, block),
                .parameter = id,
                .layout = row.layout,
                .segment = row.segment,
                .sizes = sizesOnDisk(row, parameterOf(config, id), config.shape)});
    };
    bool blocksDone =
        false; // all rows of block 0, all rows of block 1, … where the first row of a block stands
    for (const DiskRow& row : architecture.rows) {
        if (!isPerBlock(row.role)) {
            add(row, -1);
            continue;
        }
        for (int block = 0; !blocksDone && block < static_cast<int>(config.shape.layers); ++block)
            for (const DiskRow& blockRow : architecture.rows)
                if (isPerBlock(blockRow.role))
                    add(blockRow, block);
        blocksDone = true;
    }
    return tensors;
}

bool isIgnoredTensor(const Architecture& architecture, std::string_view name)
{
    const std::string_view bare =
        name.starts_with(architecture.prefix) ? name.substr(architecture.prefix.size()) : name;
    return std::any_of(architecture.ignored.begin(), architecture.ignored.end(),
        [&](std::string_view pattern) { return matches(pattern, bare); });
}

} // namespace espalier
