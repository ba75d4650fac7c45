// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"
#include "core/forward/batch.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// Everything that decides what measuring comes to: a model, by its weights' hash and what its
/// family's config.json says; the measurements; and the batches themselves, wherever they come
/// from.
struct MeasuringFacts
{
    const std::string& weightsHash;
    const ModelConfig& config;
    std::vector<std::string_view> ids; ///< in the catalog's order
    std::int64_t batches = 0;
    const std::function<Batch(std::int64_t)>& batchAt;
};

/// SHA-256 over them and the number of measuring's definition.
[[nodiscard]] std::string measurementKey(const MeasuringFacts& facts);

} // namespace espalier
