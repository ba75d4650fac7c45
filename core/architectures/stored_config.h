// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"

#include <span>
#include <string_view>

namespace espalier {

/// A config with what config.json does not say and the names of the stored tensors do: an encoder
/// without a tensor of the pooler has none (transformers: add_pooling_layer=False; otherwise it
/// makes one of random values, and the hidden states are the same).
[[nodiscard]] ModelConfig asStored(
    ModelConfig config, std::span<const std::string_view> storedNames);

/// An encoder whose family has a pooler, without one.
[[nodiscard]] bool lacksPooler(const ModelConfig& config);

} // namespace espalier
