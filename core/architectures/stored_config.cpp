// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/stored_config.h"

#include "core/architectures/catalog.h"
#include "core/architectures/name_table.h"

#include <algorithm>

namespace espalier {
namespace {

bool isOfPooler(const DiskRow& row)
{
    return (contains(row.tasks, Task::TextEncoder) || contains(row.tasks, Task::ImageEncoder))
        && (row.role == Role::HeadDenseWeight || row.role == Role::HeadDenseBias);
}

bool isOfPooler(const Architecture& architecture, std::string_view name)
{
    const std::optional<NameMatch> known = matchName(architecture, name);
    return known && known->row && isOfPooler(*known->row);
}

} // namespace

ModelConfig asStored(ModelConfig config, std::span<const std::string_view> storedNames)
{
    if (isHeadless(config.flavour.task) && config.flavour.headDense) {
        const Architecture& architecture = architectureOf(config);
        config.flavour.headDense = std::any_of(storedNames.begin(), storedNames.end(),
            [&](std::string_view name) { return isOfPooler(architecture, name); });
    }
    return config;
}

bool lacksPooler(const ModelConfig& config)
{
    const auto rows = architectureOf(config).rows;
    return isHeadless(config.flavour.task) && !config.flavour.headDense
        && std::any_of(
            rows.begin(), rows.end(), [](const DiskRow& row) { return isOfPooler(row); });
}

} // namespace espalier
