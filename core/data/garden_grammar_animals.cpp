// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/garden_grammar.h"

#include "core/data/garden_words.h"

#include <array>
#include <utility>

namespace espalier {

using namespace garden;

namespace {

constexpr std::size_t kDeepestClause = 3;

} // namespace

GardenGrammar::Animal GardenGrammar::pickAnimal(const std::vector<Animal>& except)
{
    auto weights = m_words.animals.weights;
    for (const Animal& animal : except)
        weights[2 * animal.row] = weights[2 * animal.row + 1] = 0.0;
    const std::size_t form = m_pen.pick(m_words.animals.words, weights);
    return {form / 2, form % 2 == 1};
}

/// "bees" or "sleepy bees"
GardenGrammar::Animal GardenGrammar::describeAnimal(const std::vector<Animal>& except)
{
    auto weights = m_words.described.weights;
    for (const Animal& animal : except)
        weights[2 * animal.row] = weights[2 * animal.row + 1] = 0.0;
    const std::size_t row = m_pen.pick(m_words.described.words, weights);
    if (row < m_words.animals.words.size())
        return {row / 2, row % 2 == 1};
    m_pen.say(" ");
    return pickAnimal(except);
}

/// The verb that agrees with the subject, after any clauses about the subject: "bee [that the cats
/// chase] hums".
std::size_t GardenGrammar::verbOf(Animal subject, std::size_t depth)
{
    const GardenWords& verbs = m_words.verbs[subject.plural ? 1 : 0];
    auto weights = verbs.weights;
    if (depth > 0)
        weights[Says] = weights[Eats] = weights[Sleeps] = weights[Is] = 0.0;
    if (depth == kDeepestClause)
        weights[ThatThe] = 0.0;
    m_pen.say(" ");
    const std::size_t verb = m_pen.pick(verbs.words, weights);
    if (verb != ThatThe)
        return verb;
    m_pen.say(" ");
    const Animal inner = describeAnimal({subject});
    (void)verbOf(inner, depth + 1);
    m_pen.say(" ");
    return m_pen.pick(verbs.words, without(std::move(weights), ThatThe));
}

void GardenGrammar::predicate(Animal subject, std::size_t verb)
{
    const GardenAnimal& animal = gardenAnimals()[subject.row];
    switch (verb) {
    case Says:
        m_pen.say(" \"" + same(animal.call) + "\"");
        break;
    case Eats:
        m_pen.say(spaced(animal.food, ""));
        break;
    case Sleeps:
        m_pen.say(" in the " + same(animal.home));
        break;
    case Is:
        m_pen.say(" ");
        m_pen.pick(m_words.qualities);
        break;
    default:
        m_pen.say(" the ");
        (void)describeAnimal({subject});
    }
}

void GardenGrammar::aboutAnimals()
{
    const Animal subject = describeAnimal();
    m_animal = subject;
    m_animalAt = m_pen.position();
    const std::size_t verb = verbOf(subject, 0);
    predicate(subject, verb);
    if (m_pen.pick(m_words.tails) != And)
        return;
    const GardenWords& verbs = m_words.verbs[subject.plural ? 1 : 0];
    auto weights = without(verbs.weights, verb);
    weights[ThatThe] = 0.0;
    m_pen.say(" ");
    predicate(subject, m_pen.pick(verbs.words, weights));
    m_pen.say(".");
}

/// "Later they eat nectar.", about the subject of the last sentence that had an animal for subject.
void GardenGrammar::later()
{
    const GardenWords& verbs = m_words.verbs[m_animal->plural ? 1 : 0];
    m_pen.say(m_animal->plural ? "they " : "it ");
    auto weights = verbs.weights;
    for (std::size_t row = 0; row < weights.size(); ++row)
        weights[row] = row == Says || row == Eats || row == Sleeps ? 1.0 : 0.0;
    predicate(*m_animal, m_pen.pick(verbs.words, weights));
    m_pen.say(".");
}

/// "Along come the fox, the owls and the hen; out go the hen, the owls and the fox." or "in go", in
/// the same order.
void GardenGrammar::procession()
{
    std::vector<Animal> line = {pickAnimal()};
    bool last = false;
    while (!last) {
        const std::size_t most = 4;
        const double more = line.size() + 1 < most ? 1.0 : 0.0;
        last = m_pen.pick({", the ", " and the "}, std::array{more, 1.0}) == 1;
        line.push_back(pickAnimal(line));
    }
    const bool back = m_pen.pick({"; in go", "; out go"}, std::array{1.0, 1.0}) == 1;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const Animal animal = line[back ? line.size() - 1 - i : i];
        m_pen.say(i == 0 ? " the " : i + 1 < line.size() ? ", the " : " and the ");
        m_pen.say(m_words.animals.words[2 * animal.row + (animal.plural ? 1 : 0)]);
    }
    m_pen.say(".");
}

} // namespace espalier
