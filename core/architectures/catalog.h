// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/architecture.h"

#include <filesystem>
#include <span>

namespace espalier {

/// Every family, one row each.
[[nodiscard]] std::span<const Architecture> architectures();

/// The family with this id (our bug if there is none: ids come from the catalog).
[[nodiscard]] const Architecture& architectureOf(const ModelConfig& config);

/// The family whose config.json says so in "model_type"; null: none.
[[nodiscard]] const Architecture* architectureByModelType(std::string_view modelType);

/// Reads config.json's text: finds the family by "model_type" (or, in timm's files, "architecture")
/// and lets its table read the rest. Errors: not JSON, unknown family (naming the known ones), a
/// size missing, out of range or not fitting another.
[[nodiscard]] Result<ModelConfig> readModelConfig(std::string_view json, std::string_view where);

/// config.json of a model, as text.
[[nodiscard]] std::string writeModelConfig(const ModelConfig& config);

/// Refused if the family's config.json would read back with another norm epsilon or head than this
/// model has: no such destination could be opened again.
[[nodiscard]] Status checkStated(const ModelConfig& config);

} // namespace espalier
