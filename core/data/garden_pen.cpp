// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/garden_pen.h"

#include "core/base/expect.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace espalier {

void GardenPen::write(char byte, double nats)
{
    m_text.text.push_back(byte);
    m_text.nats.push_back(static_cast<float>(nats + m_pendingNats));
    m_pendingNats = 0.0;
}

void GardenPen::say(std::string_view certain)
{
    if (m_choices != nullptr)
        m_choices->push_back({position(), {std::string(certain)}, {1.0}, 0});
    for (const char byte : certain)
        write(byte, 0.0);
}

std::size_t GardenPen::pick(const std::vector<std::string>& words, std::span<const double> weights)
{
    ESPALIER_EXPECT(words.size() == weights.size(), "every word needs a weight");
    const std::size_t chosen = draw(weights);
    if (m_choices != nullptr)
        m_choices->push_back({position(), words, {weights.begin(), weights.end()}, chosen});
    spell(words, weights, chosen);
    return chosen;
}

std::size_t GardenPen::draw(std::span<const double> weights)
{
    double total = 0.0;
    for (const double weight : weights)
        total += weight;
    ESPALIER_EXPECT(total > 0.0, "a choice needs a possible word");
    double left = m_rng.uniform() * total;
    std::size_t last = 0;
    for (std::size_t row = 0; row < weights.size(); ++row) {
        if (weights[row] <= 0.0)
            continue;
        last = row;
        left -= weights[row];
        if (left < 0.0)
            break;
    }
    return last;
}

void GardenPen::spell(
    const std::vector<std::string>& words, std::span<const double> weights, std::size_t chosen)
{
    m_possible.clear();
    double mass = 0.0;
    for (std::size_t row = 0; row < words.size(); ++row) {
        if (weights[row] <= 0.0)
            continue;
        m_possible.push_back(row);
        mass += weights[row];
    }
    const std::string& word = words[chosen];
    for (std::size_t at = 0; at < word.size(); ++at) {
        const double before = mass;
        std::size_t kept = 0;
        mass = 0.0;
        for (const std::size_t row : m_possible) {
            if (words[row].size() <= at || words[row][at] != word[at])
                continue;
            m_possible[kept++] = row;
            mass += weights[row];
        }
        m_possible.resize(kept);
        write(word[at], std::log(before / mass));
    }
    m_pendingNats = std::log(mass / weights[chosen]);
}

GardenText GardenPen::take(std::int64_t characters)
{
    const auto wanted = std::min(static_cast<std::size_t>(characters), m_text.text.size());
    m_text.text.resize(wanted);
    m_text.nats.resize(wanted);
    return std::move(m_text);
}

} // namespace espalier
