// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/garden_grammar.h"

#include "core/data/garden_words.h"

#include <array>

namespace espalier {

using namespace garden;

namespace {

/// Facts older than this many bytes are hardly asked for, so that a window of 128 bytes mostly sees
/// what it needs.
constexpr std::int64_t kFreshBytes = 110;
constexpr std::size_t kMostSentences = 5;

std::string_view subject(bool woman)
{
    return woman ? "she" : "he";
}
std::string_view possessive(bool woman)
{
    return woman ? "her" : "his";
}

} // namespace

GardenGrammar::GardenGrammar(GardenPen& pen)
    : m_pen(pen)
    , m_words(makeGardenVocabulary())
{
}

void GardenGrammar::paragraph()
{
    m_people.clear();
    m_season.reset();
    m_animal.reset();
    m_sentences = 0;
    introduction();
    while (sentence())
        ++m_sentences;
}

void GardenGrammar::introduction()
{
    const std::size_t seasons = gardenSeasons().size();
    const std::size_t women = gardenWomen().size();
    std::size_t row = m_pen.pick(m_words.opening);
    if (row < seasons) {
        m_season = row;
        m_pen.say(" ");
        row = seasons
            + m_pen.pick({m_words.opening.words.begin() + static_cast<std::ptrdiff_t>(seasons),
                             m_words.opening.words.end()},
                std::span(m_words.opening.weights).subspan(seasons));
    }
    row -= seasons;
    Person first;
    first.woman = row < women;
    first.name = first.woman ? gardenWomen()[row] : gardenMen()[row - women];
    introduce(first);
    if (m_pen.pick({".", " and "}, std::array{0.3, 0.7}) == 1) {
        Person second;
        second.woman = !first.woman;
        const std::size_t name = m_pen.pick(second.woman ? m_words.women : m_words.men);
        second.name = second.woman ? gardenWomen()[name] : gardenMen()[name];
        introduce(second);
        m_pen.say(".");
    }
    m_peopleAt = m_pen.position();
}

/// " waters the red tulips by the pond" with nothing that the other gardener has.
void GardenGrammar::introduce(Person person)
{
    const auto fresh = [this](const GardenWords& words, std::size_t Person::*taken) {
        auto weights = words.weights;
        for (const Person& other : m_people)
            weights[other.*taken] = 0.0;
        return m_pen.pick(words.words, weights);
    };
    m_pen.say(" ");
    person.chore = fresh(m_words.chores, &Person::chore);
    m_pen.say(" the ");
    person.colour = fresh(m_words.colours, &Person::colour);
    m_pen.say(" ");
    person.flower = fresh(m_words.flowers, &Person::flower);
    m_pen.say(" ");
    person.place = fresh(m_words.places, &Person::place);
    person.things =
        m_words.colours.words[person.colour] + " " + m_words.flowers.words[person.flower];
    m_people.push_back(person);
}

bool GardenGrammar::knows(bool woman) const
{
    return m_people.front().woman == woman || m_people.back().woman == woman;
}

const GardenGrammar::Person& GardenGrammar::person(bool woman) const
{
    return m_people.front().woman == woman ? m_people.front() : m_people.back();
}

std::vector<double> GardenGrammar::openerWeights() const
{
    std::vector<double> weights(m_words.openers.words.size(), 0.03);
    if (m_sentences == kMostSentences) {
        weights.assign(weights.size(), 0.0);
        weights[End] = 1.0;
        return weights;
    }
    const bool fresh = m_pen.position() - m_peopleAt < kFreshBytes;
    const double people = fresh ? 1.0 : 0.1;
    constexpr std::array<double, kMostSentences> end = {0.0, 0.0, 0.6, 1.2, 2.4};
    weights[End] = end[m_sentences];
    weights[She] = knows(true) ? 0.5 * people : 0.0;
    weights[He] = knows(false) ? 0.5 * people : 0.0;
    weights[Who] = m_people.size() > 1 ? 0.25 * people : 0.0;
    weights[Where] = 0.2 * people;
    weights[What] = 0.35 * people;
    weights[ItIs] = m_season && m_people.size() > 1 ? 0.4 * people : 0.0;
    weights[Today] = 0.6;
    weights[The] = 1.8;
    weights[Later] = m_animal && m_pen.position() - m_animalAt < kFreshBytes ? 0.6 : 0.0;
    weights[Along] = 0.2;
    weights[If] = 0.15;
    return weights;
}

bool GardenGrammar::sentence()
{
    const std::size_t opener = m_pen.pick(m_words.openers.words, openerWeights());
    switch (opener) {
    case End:
        return false;
    case She:
        aboutPerson(person(true));
        break;
    case He:
        aboutPerson(person(false));
        break;
    case Who:
        who();
        break;
    case Where:
        where();
        break;
    case What:
        what();
        break;
    case ItIs:
        weather();
        break;
    case Today:
        today();
        break;
    case The:
        aboutAnimals();
        break;
    case Later:
        later();
        break;
    case Along:
        procession();
        break;
    case If:
        comparison();
        break;
    default:
        sum(opener - FirstNumber + 1);
    }
    return true;
}

void GardenGrammar::aboutPerson(const Person& person)
{
    const bool alone = m_people.size() == 1;
    const std::size_t deed = m_pen.pick(
        m_words.deeds.words, alone ? without(m_words.deeds.weights, Meets) : m_words.deeds.weights);
    const std::string own = spaced(possessive(person.woman), " ");
    switch (deed) {
    case Needs:
        m_pen.say(own + same(gardenChores()[person.chore].tool) + ".");
        break;
    case Loves:
        m_pen.say(own + person.things + ".");
        break;
    case Stays:
        m_pen.say(spaced(gardenPlaces()[person.place], "."));
        break;
    case Picks:
        picking(person);
        break;
    case Meets:
        m_pen.say(spaced(this->person(!person.woman).name, "."));
        break;
    default:
        if (deed - FirstDealingOfPerson < gardenDealings().size()) {
            m_pen.say(" the ");
            (void)describeAnimal();
        }
        m_pen.pick(m_words.doingEnds);
    }
}

/// "picks two tulips and three more, so she has five until she sells one and keeps four."
void GardenGrammar::picking(const Person& person)
{
    m_pen.say(" ");
    const std::size_t first = 1 + m_pen.pick(m_words.numbers);
    const GardenNoun& flower = gardenFlowers()[person.flower];
    m_pen.say(spaced(first == 1 ? flower.singular : flower.plural, " and "));
    const std::size_t sum = first + 1 + m_pen.pick(m_words.numbers);
    const std::string they(subject(person.woman));
    m_pen.say(" more, so " + they + " has " + same(gardenNumbers()[sum]));
    if (m_pen.pick({".", " until "}, std::array{0.6, 0.4}) == 0)
        return;
    m_pen.say(they + " sells ");
    auto weights = m_words.numbers.weights;
    for (std::size_t sold = sum; sold <= weights.size(); ++sold)
        weights[sold - 1] = 0.0;
    const std::size_t sold = 1 + m_pen.pick(m_words.numbers.words, weights);
    m_pen.say(" and keeps " + same(gardenNumbers()[sum - sold]) + ".");
}

const GardenGrammar::Person& GardenGrammar::pickPerson()
{
    std::vector<std::string> names;
    for (const Person& person : m_people)
        names.push_back(same(person.name));
    return m_people[m_pen.pick(names, std::vector<double>(names.size(), 1.0))];
}

void GardenGrammar::who()
{
    std::vector<std::string> deeds;
    for (const Person& person : m_people) {
        const GardenChore& chore = gardenChores()[person.chore];
        deeds.push_back(same(chore.singular) + " the " + person.things);
        deeds.push_back("needs the " + same(chore.tool));
    }
    const std::size_t deed = m_pen.pick(deeds, std::vector<double>(deeds.size(), 1.0));
    m_pen.say("? " + same(m_people[deed / 2].name) + " does.");
}

void GardenGrammar::where()
{
    const Person& person = pickPerson();
    m_pen.say(person.woman ? "? She is" : "? He is");
    m_pen.say(spaced(gardenPlaces()[person.place], "."));
}

void GardenGrammar::what()
{
    const Person& person = pickPerson();
    const GardenChore& chore = gardenChores()[person.chore];
    m_pen.say(" ");
    const std::size_t deed =
        m_pen.pick({"need", "love", same(chore.plain)}, std::array{1.0, 1.0, 1.0});
    m_pen.say(person.woman ? "? Her " : "? His ");
    m_pen.say((deed == 0 ? same(chore.tool) : person.things) + ".");
}

/// "It is frosty, so he wears his scarf."
void GardenGrammar::weather()
{
    m_pen.pick(m_words.weather[*m_season]);
    m_pen.say(", so ");
    const bool woman = m_pen.pick({"he", "she"}, std::array{1.0, 1.0}) == 1;
    m_pen.say(" wears " + same(possessive(woman)) + " " + same(gardenSeasons()[*m_season].clothing)
        + ".");
}

/// "Today the geese swim; yesterday they swam too."
void GardenGrammar::today()
{
    std::vector<std::string> subjects = {"the"};
    std::vector<double> weights = {1.0};
    for (const Person& person : m_people) {
        subjects.push_back(same(person.name));
        weights.push_back(0.5);
    }
    const std::size_t who = m_pen.pick(subjects, weights);
    m_pen.say(" ");
    bool plural = false;
    std::string_view pronoun = "it";
    if (who == 0) {
        m_animal = describeAnimal();
        plural = m_animal->plural;
        pronoun = plural ? "they" : "it";
        m_pen.say(" ");
        m_animalAt = m_pen.position();
    } else {
        pronoun = subject(m_people[who - 1].woman);
    }
    const std::size_t verb = m_pen.pick(m_words.doings[plural ? 1 : 0]);
    m_pen.say("; yesterday " + same(pronoun) + " " + same(gardenDoings()[verb].past));
    m_pen.pick(m_words.ways);
}

} // namespace espalier
