// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/random.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace espalier {

/// "garden", the built-in language: English-like ASCII text from a stochastic grammar, one byte per
/// token.
///
/// Short paragraphs, independent of one another, each ending with a newline. A paragraph introduces
/// one or two gardeners (chore, colour, flower, place) and sometimes a season, then goes on with
/// sentences that need
///   memory   name -> pronoun, chore -> tool, season -> clothing, animal -> food, home and call,
///   verb -> past tense; copying  of facts stated earlier, of lists in order and in reverse;
///   nesting  "the bees that the owl that the cats chase fears say "bzz"", number agreement on
///   every level; steps    sums in words, and conclusions from two comparisons.
/// Every random choice shows in the text before the next one is made, so the text determines the
/// state of the grammar and the probability of every byte is known exactly.
struct GardenText
{
    std::string text; ///< bytes 10 and 32 … 122
    std::vector<float> nats; ///< nats[i] = -ln P(text[i] | text[0 … i)), as long as text; 0 where
                             ///< the text is certain
};

/// The first `characters` bytes of the endless text of this seed; the same seed gives the same
/// bytes on every machine. Cost: about 0.05 s per million bytes; 5 bytes of memory per byte of
/// text.
[[nodiscard]] GardenText growGarden(Seed seed, std::int64_t characters);

/// One choice point of the grammar: the next bytes are one of the words, chosen with probability
/// weight / sum of weights. Words may begin alike ("bee", "beetle"); what follows a word never
/// continues another word of the same choice.
struct GardenChoice
{
    std::int64_t position = 0; ///< of the chosen word's first byte
    std::vector<std::string> words;
    std::vector<double> weights; ///< 0 for a word that is ruled out here
    std::size_t chosen = 0;
};

/// The choices behind the same text, in order, certain stretches included as choices of one word.
/// For tests and for looking at the grammar; far slower than growGarden().
[[nodiscard]] std::vector<GardenChoice> gardenChoices(Seed seed, std::int64_t characters);

struct GardenEntropy
{
    double natsPerByte = 0.0;
    double standardError = 0.0;
};

/// Mean surprise per byte of the text of one seed and its standard error (ratio estimator over
/// whole paragraphs, which are independent). Cost: as growGarden().
[[nodiscard]] GardenEntropy measureGardenEntropy(Seed seed, std::int64_t characters);

/// The entropy floor: no model can have a lower expected loss (nats per byte) on fresh garden text.
/// Measured once on 256 million bytes of seed 20260101; the standard error belongs to that sample.
///
/// The floor is the surprise given *all* the text before a byte. A window of T bytes starts in
/// mid-paragraph, so its first bytes cannot know what was said before: the loss that can be reached
/// at T = 128 lies somewhat above the floor.
[[nodiscard]] GardenEntropy gardenEntropyPerToken();

} // namespace espalier
