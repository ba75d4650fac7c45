// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/architecture.h"

#include "core/architectures/name_table.h"
#include "core/base/expect.h"

#include <algorithm>
#include <set>
#include <utility>

namespace espalier {
namespace {

constexpr std::string_view kBlockMark = "{l}";

std::string withBlock(std::string_view pattern, std::int64_t block)
{
    std::string name(pattern);
    if (const std::size_t mark = name.find(kBlockMark); mark != std::string::npos)
        name.replace(mark, kBlockMark.size(), std::to_string(block));
    return name;
}

bool carriesPrefix(const Architecture& architecture, Task task, std::string_view rowName)
{
    const auto& bare = architecture.unprefixed;
    return !isHeadless(task) && std::find(bare.begin(), bare.end(), rowName) == bare.end();
}

std::string nameOnDisk(
    const Architecture& architecture, const DiskRow& row, const ModelConfig& config, int block)
{
    const std::int64_t first = row.stage == Stage::Trunk ? 0 : config.shape.layers;
    const std::string name = withBlock(row.name, block - first);
    return carriesPrefix(architecture, config.flavour.task, row.name)
        ? std::string(architecture.prefix) + name
        : name;
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
    case Layout::PerHead:
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

/// The first block of the row's stage and the one behind its last.
std::pair<std::int64_t, std::int64_t> blocksIn(Stage stage, const ModelShape& shape)
{
    return stage == Stage::Trunk ? std::pair(std::int64_t{0}, shape.layers)
                                 : std::pair(shape.layers, blocksOf(shape));
}

} // namespace

std::vector<DiskTensor> diskTensorsOf(const Architecture& architecture, const ModelConfig& config)
{
    std::vector<DiskTensor> tensors;
    const auto add = [&](const DiskRow& row, int block) {
        const ParameterId id = {row.role, block};
        const bool named = contains(row.tasks, config.flavour.task)
            && (!row.when || row.when(config.flavour)) && (!row.twin || !config.flavour.tiedHead);
        if (named && hasParameter(config, id))
            tensors.push_back({.name = nameOnDisk(architecture, row, config, block),
                .parameter = id,
                .layout = row.layout,
                .segment = row.segment,
                .sizes = sizesOnDisk(row, parameterOf(config, id), config.shape),
                .twin = row.twin});
    };
    // All rows of block 0, all rows of block 1, … where the first row of a stage's blocks stands.
    std::set<Stage> done;
    for (const DiskRow& row : architecture.rows) {
        if (!isPerBlock(row.role)) {
            add(row, -1);
            continue;
        }
        if (!done.insert(row.stage).second)
            continue;
        const auto [first, end] = blocksIn(row.stage, config.shape);
        for (std::int64_t block = first; block < end; ++block)
            for (const DiskRow& blockRow : architecture.rows)
                if (isPerBlock(blockRow.role) && blockRow.stage == row.stage)
                    add(blockRow, static_cast<int>(block));
    }
    return tensors;
}

std::string tableName(const Architecture& architecture, std::string_view stored)
{
    const auto strip = [&](std::string_view prefix) {
        const bool carried = !prefix.empty() && stored.starts_with(prefix);
        if (carried)
            stored.remove_prefix(prefix.size());
        return carried;
    };
    if (!strip(architecture.prefix))
        for (const std::string_view other : architecture.otherPrefixes)
            if (strip(other))
                break;
    for (const NameAlias& alias : architecture.aliases)
        if (stored.ends_with(alias.old))
            return std::string(stored.substr(0, stored.size() - alias.old.size()))
                + std::string(alias.now);
    return std::string(stored);
}

bool isIgnoredTensor(const Architecture& architecture, Task task, std::string_view name)
{
    const std::string bare = tableName(architecture, name);
    return std::any_of(architecture.ignored.begin(), architecture.ignored.end(),
               [&](std::string_view pattern) { return blockIn(pattern, bare).has_value(); })
        || std::any_of(architecture.rows.begin(), architecture.rows.end(), [&](const DiskRow& row) {
               return !contains(row.tasks, task) && blockIn(row.name, bare).has_value();
           });
}

} // namespace espalier
