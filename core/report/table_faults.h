// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace espalier {

/// A tensor of a weight file without its values.
struct StoredHeader
{
    std::string name;
    std::string dtype; ///< safetensors' name of the type
    std::vector<std::int64_t> sizes;
};

/// A tensor that is not as the table has it.
struct TensorFault
{
    std::string name;
    std::string dtype = {}; ///< found; empty if missing
    std::vector<std::int64_t> found = {}; ///< empty if missing
    std::vector<std::int64_t> wanted = {}; ///< empty if unexpected
    friend bool operator==(const TensorFault&, const TensorFault&) = default;
};

inline constexpr std::size_t kShownFaults = 200;

struct TensorFaults
{
    std::int64_t count = 0;
    std::vector<TensorFault> first; ///< at most kShownFaults, in the table's or the file's order

    void add(TensorFault fault);
};

/// What does not fit the model that a config.json means.
struct TableFaults
{
    std::int64_t wantedTensors = 0;
    TensorFaults missing = {};
    TensorFaults unexpected = {};
    TensorFaults misshaped = {};
    TensorFaults wrongType = {}; ///< neither F32, F16 nor BF16

    [[nodiscard]] std::int64_t count() const
    {
        return missing.count + unexpected.count + misshaped.count + wrongType.count;
    }
};

/// Every tensor against the table of the config's family; a tensor that has the wrong type and the
/// wrong shape counts once, as misshaped.
[[nodiscard]] TableFaults faultsOf(
    const ModelConfig& config, const std::vector<StoredHeader>& tensors);

} // namespace espalier
