// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/random.h"
#include "core/data/garden.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// The alternatives of a choice point with their usual weights (any positive scale).
struct GardenWords
{
    std::vector<std::string> words;
    std::vector<double> weights;
};

/// Writes text choice by choice and keeps account of every byte's exact surprise.
///
/// A word is chosen whole, but read byte by byte: the surprise of each letter is that of the words
/// still possible after it. Where a finished word is also the beginning of another one, the first
/// byte after it (never a letter) tells them apart and carries that surprise too.
class GardenPen
{
public:
    /// `choices` may be null; otherwise every choice is appended to it.
    GardenPen(Seed seed, std::vector<GardenChoice>* choices)
        : m_rng(seed)
        , m_choices(choices)
    {
    }

    /// Text that could not be different.
    void say(std::string_view certain);
    /// Chooses, writes the word and returns its row.
    std::size_t pick(const GardenWords& words)
    {
        return pick(words.words, words.weights);
    }
    /// The same with other weights; at least one is positive.
    std::size_t pick(const std::vector<std::string>& words, std::span<const double> weights);

    [[nodiscard]] std::int64_t position() const
    {
        return static_cast<std::int64_t>(m_text.text.size());
    }
    [[nodiscard]] const GardenText& text() const
    {
        return m_text;
    }
    /// Moves the first `characters` bytes out; the pen is done afterwards.
    [[nodiscard]] GardenText take(std::int64_t characters);

private:
    [[nodiscard]] std::size_t draw(std::span<const double> weights);
    void write(char byte, double nats);
    void spell(
        const std::vector<std::string>& words, std::span<const double> weights, std::size_t chosen);

    SequenceRng m_rng;
    std::vector<GardenChoice>* m_choices;
    GardenText m_text;
    std::vector<std::size_t>
        m_possible; ///< rows that agree with the letters so far; kept to avoid allocations
    double m_pendingNats = 0.0; ///< surprise that the last word ended where it did
};

} // namespace espalier
