// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// How config.json states rotary embeddings. Not a family.

#include "core/axes/model_config.h"
#include "core/formats/json_reader.h"

#include <nlohmann/json_fwd.hpp>

namespace espalier {

/// The keys under which a family stated theta and share to transformers 4.
struct RotaryKeys
{
    const char* theta = "rope_theta";
    const char* share = "partial_rotary_factor";
};

/// Reads "rope_parameters" as transformers 5 writes it, or theta, share and "rope_scaling" as 4
/// did; what is absent stays as in `absent`. Refuses scalings that the forward pass does not know,
/// by name, and dimensions that cannot be turned in pairs.
[[nodiscard]] Rotary readRotary(ObjectReader& reader, const RotaryKeys& keys,
    const ModelShape& shape, const Rotary& absent = {});

/// Both versions' keys are left as the source has them; without any, those of transformers 4 are
/// written, which 5 reads as well.
void writeRotary(nlohmann::ordered_json& json, const RotaryKeys& keys, const Rotary& rotary);

} // namespace espalier
