// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/garden_grammar.h"

#include "core/data/garden_words.h"

#include <array>
#include <utility>

namespace espalier {

using namespace garden;

/// "Two pears and three plums make five fruits." or "Nine pears less four leave five."
void GardenGrammar::sum(std::size_t first)
{
    const std::size_t fruit = m_pen.pick(first == 1 ? m_words.fruit : m_words.fruits);
    if (m_pen.pick({" and ", " less "}, std::array{0.6, first > 1 ? 0.4 : 0.0}) == 1) {
        auto weights = m_words.numbers.weights;
        for (std::size_t taken = first; taken <= weights.size(); ++taken)
            weights[taken - 1] = 0.0;
        const std::size_t taken = 1 + m_pen.pick(m_words.numbers.words, weights);
        m_pen.say(" leave " + same(gardenNumbers()[first - taken]) + ".");
        return;
    }
    const std::size_t second = 1 + m_pen.pick(m_words.numbers);
    m_pen.say(" ");
    const bool kind = fruit == m_pen.pick(second == 1 ? m_words.fruit : m_words.fruits);
    m_pen.say(" make " + same(gardenNumbers()[first + second]) + " ");
    m_pen.say((kind ? same(gardenFruits()[fruit].plural) : "fruits") + ".");
}

/// "If the oak is taller than the elm and the ash is taller than the oak, the elm is shorter than
/// the ash."
void GardenGrammar::comparison()
{
    const std::size_t first = m_pen.pick(m_words.trees);
    m_pen.say(" is ");
    const std::size_t more = m_pen.pick(m_words.comparatives);
    const std::string than = " is " + m_words.comparatives.words[more] + " than the ";
    m_pen.say(" than the ");
    auto weights = without(m_words.trees.weights, first);
    const std::size_t second = m_pen.pick(m_words.trees.words, weights);
    m_pen.say(" and the ");
    weights[second] = 1.0;
    const std::size_t subject = m_pen.pick(m_words.trees.words, weights);
    m_pen.say(than);
    std::size_t top = first;
    std::size_t bottom = second;
    if (subject == second) {
        bottom = m_pen.pick(m_words.trees.words, without(std::move(weights), second));
    } else {
        top = subject;
        m_pen.say(m_words.trees.words[first]);
    }
    m_pen.say(", the ");
    const std::string less = " is " + m_words.comparatives.words[more ^ 1U] + " than the ";
    const std::array<std::string, 2> ends = {m_words.trees.words[top], m_words.trees.words[bottom]};
    const std::size_t from = m_pen.pick({ends[0], ends[1]}, std::array{1.0, 1.0});
    m_pen.say((from == 0 ? than : less) + ends[1 - from] + ".");
}

} // namespace espalier
