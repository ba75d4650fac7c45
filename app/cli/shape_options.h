// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/session.h"
#include "core/methods/method.h"

#include <CLI/App.hpp>

#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace espalier::cli {

/// The <shape> and <method> options that plan and scale share, as typed.
struct DestinationOptions
{
    std::array<std::optional<std::int64_t>, kAllSizes.size()> sizes;
    std::string method;
    std::vector<std::string> set; ///< "key=value"
    std::uint64_t seed = 0;
    std::string measurements;
    DataSpec data; ///< to measure on
    std::int64_t samples = 64;

    /// Anything given at all? A recipe says everything itself.
    [[nodiscard]] bool isGiven() const;
};

void addDestinationOptions(CLI::App& command, DestinationOptions& options);

/// The shape asked for: the parent's sizes where none is given; with only --hidden, heads and mlp
/// follow the parent's ratios; what is given explicitly is taken literally.
[[nodiscard]] ModelShape shapeFrom(
    const DestinationOptions& options, const Method& method, const ModelConfig& parent);

/// "hidden=96" and the like. Refused: an unknown size, no number above 0.
[[nodiscard]] Result<std::vector<std::pair<Size, std::int64_t>>> sizesFrom(
    const std::vector<std::string>& texts, std::span<const Size> known = kAllSizes);

/// The shape that such sizes spell; heads and mlp follow hidden. Whether a method reaches it is for
/// checkRequest to say.
[[nodiscard]] Result<ModelShape> shapeFrom(const std::vector<std::string>& sizes,
    const ModelConfig& parent, std::span<const Size> known = kAllSizes);

/// The recipe that a command line spells; measurements, if given, say how they were made.
/// Refused: unknown method or option, value of another type, no data to measure on.
[[nodiscard]] Result<Recipe> recipeFrom(const DestinationOptions& options, const Model& parent,
    std::string_view parentName, const std::optional<Measurements>& measurements,
    const Progress& progress);

/// Measurements from --measurements, if given.
[[nodiscard]] Result<std::optional<Measurements>> measurementsFrom(
    const DestinationOptions& options);

} // namespace espalier::cli
