// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/garden_pen.h"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// Rows of the choices that steer the grammar, and small helpers its files share.
namespace garden {

// clang-format off
    enum Opener : std::size_t { End, She, He, Who, Where, What, ItIs, Today, The, Later, Along, If, FirstNumber };
    enum AnimalVerb : std::size_t { ThatThe, Says, Eats, Sleeps, Is, FirstDealing };
    enum Deed : std::size_t { Needs, Loves, Stays, Picks, Meets, FirstDealingOfPerson };
    enum Tail : std::size_t { Stop, And, FirstTailPlace };
// clang-format on

[[nodiscard]] std::string same(std::string_view word);
/// " word" followed by `end`.
[[nodiscard]] std::string spaced(std::string_view word, std::string_view end);
[[nodiscard]] std::vector<double> without(std::vector<double> weights, std::size_t row);

} // namespace garden

/// Every choice of the grammar with its usual weights. Rows follow the tables of garden_words.h
/// unless said otherwise.
struct GardenVocabulary
{
    GardenWords opening; ///< of a paragraph: "In spring" …, women, men
    GardenWords openers; ///< of sentences, rows Opener; weights come from the state
    GardenWords women, men, chores, colours, flowers, places, trees, comparatives, qualities;
    GardenWords fruit, fruits; ///< singular, plural
    GardenWords numbers; ///< row n is n + 1: one to nine
    GardenWords deeds; ///< of people, rows Deed, then verbs with and without object
    GardenWords doingEnds; ///< ".", manners, places
    GardenWords ways; ///< " too.", manners
    GardenWords animals; ///< rows 2k singular, 2k + 1 plural
    GardenWords described; ///< the same, then adjectives
    GardenWords tails; ///< after an animal's deed: rows Tail, then places
    std::array<GardenWords, 2>
        verbs; ///< of animals, singular and plural: rows AnimalVerb, then verbs with object
    std::array<GardenWords, 2> doings; ///< singular and plural
    std::array<GardenWords, 4> weather; ///< by season
};

[[nodiscard]] GardenVocabulary makeGardenVocabulary();

} // namespace espalier
