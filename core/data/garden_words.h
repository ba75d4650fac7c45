// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/garden_pen.h"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// What the garden language knows about an animal; food, home and call follow from the animal
/// alone.
struct GardenAnimal
{
    std::string_view singular, plural, food, home, call;
};
struct GardenVerb
{
    std::string_view singular, plural, past;
};
struct GardenChore
{
    std::string_view singular, plain, tool;
};
struct GardenNoun
{
    std::string_view singular, plural;
};
struct GardenSeason
{
    std::string_view name, clothing;
    std::array<std::string_view, 5> weather;
};

/// Tables of the vocabulary; the common words stand first.
[[nodiscard]] std::span<const GardenAnimal> gardenAnimals();
[[nodiscard]] std::span<const GardenVerb> gardenDoings(); ///< verbs without object
[[nodiscard]] std::span<const GardenNoun>
gardenDealings(); ///< verbs with object: third person, plural
[[nodiscard]] std::span<const GardenChore> gardenChores();
[[nodiscard]] std::span<const GardenNoun> gardenFlowers();
[[nodiscard]] std::span<const GardenNoun> gardenFruits();
[[nodiscard]] std::span<const GardenSeason> gardenSeasons();
[[nodiscard]] std::span<const std::string_view> gardenWomen();
[[nodiscard]] std::span<const std::string_view> gardenMen();
[[nodiscard]] std::span<const std::string_view> gardenColours();
[[nodiscard]] std::span<const std::string_view> gardenPlaces(); ///< with preposition: "by the pond"
[[nodiscard]] std::span<const std::string_view> gardenQualities();
[[nodiscard]] std::span<const std::string_view> gardenManners();
[[nodiscard]] std::span<const std::string_view> gardenTrees();
[[nodiscard]] std::span<const std::string_view>
gardenNumbers(); ///< row n is the number n, zero to eighteen
/// Comparatives; rows 2k and 2k + 1 are opposites.
[[nodiscard]] std::span<const std::string_view> gardenComparatives();

/// Weight of the word in this row of a table: Zipf-Mandelbrot, 1 / (row + 8), Mandelbrot 1953.
[[nodiscard]] double gardenZipf(std::size_t row);

} // namespace espalier
