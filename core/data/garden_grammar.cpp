// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/garden_grammar.h"

#include "core/data/garden_words.h"

namespace espalier {

namespace {

/// Facts older than this many bytes are hardly asked for, so that a window of 128 bytes mostly sees
/// what it needs.
constexpr std::int64_t kFreshBytes = 110;
constexpr std::size_t kDeepestClause = 3;
constexpr std::size_t kMostSentences = 5;
constexpr double kDescribed = 0.5; ///< share of animals that get an adjective

enum Opener : std::size_t
{
    End,
    She,
    He,
    Who,
    Where,
    What,
    ItIs,
    Today,
    The,
    Later,
    Along,
    If,
    FirstNumber
};
enum AnimalVerb : std::size_t
{
    ThatThe,
    Says,
    Eats,
    Sleeps,
    Is,
    FirstDealing
};
enum Deed : std::size_t
{
    Needs,
    Loves,
    Stays,
    Picks,
    Meets,
    FirstDealingOfPerson
};
enum Tail : std::size_t
{
    Stop,
    And,
    FirstTailPlace
};

/// Appends rows whose weights follow Zipf's law and sum to `share`.
template <typename Table, typename Text>
void append(GardenWords& to, const Table& table, double share, Text text)
{
    double total = 0.0;
    for (std::size_t row = 0; row < table.size(); ++row)
        total += gardenZipf(row);
    for (std::size_t row = 0; row < table.size(); ++row) {
        to.words.push_back(text(table[row]));
        to.weights.push_back(share * gardenZipf(row) / total);
    }
}

template <typename Table, typename Text> GardenWords wordsOf(const Table& table, Text text)
{
    GardenWords words;
    append(words, table, 1.0, text);
    return words;
}

std::string same(std::string_view word)
{
    return std::string(word);
}

GardenWords fixed(std::vector<std::string> words, std::vector<double> weights)
{
    return {std::move(words), std::move(weights)};
}

std::vector<double> without(std::vector<double> weights, std::size_t row)
{
    weights[row] = 0.0;
    return weights;
}

std::string spaced(std::string_view word, std::string_view end)
{
    return " " + std::string(word) + std::string(end);
}

GardenWords animalVerbs(bool plural)
{
    GardenWords verbs = plural
        ? fixed({"that the", "say", "eat", "sleep", "are"}, {0.25, 0.13, 0.13, 0.13, 0.12})
        : fixed({"that the", "says", "eats", "sleeps", "is"}, {0.25, 0.13, 0.13, 0.13, 0.12});
    append(verbs, gardenDealings(), 0.34,
        [plural](const GardenNoun& verb) { return same(plural ? verb.plural : verb.singular); });
    return verbs;
}

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
{
    m_women = wordsOf(gardenWomen(), same);
    m_men = wordsOf(gardenMen(), same);
    append(m_opening, gardenSeasons(), 0.4,
        [](const GardenSeason& season) { return "In " + same(season.name); });
    append(m_opening, gardenWomen(), 0.3, same);
    append(m_opening, gardenMen(), 0.3, same);

    m_openers = fixed({"\n", " She ", " He ", " Who ", " Where is ", " What does ", " It is ",
                          " Today ", " The ", " Later ", " Along come the ", " If the "},
        std::vector<double>(FirstNumber, 0.0));
    append(m_openers, gardenNumbers().subspan(1, 9), 0.0, [](std::string_view number) {
        std::string word = spaced(number, " ");
        word[1] = static_cast<char>(word[1] - 'a' + 'A');
        return word;
    });
    append(m_numbers, gardenNumbers().subspan(1, 9), 1.0, same);

    m_chores =
        wordsOf(gardenChores(), [](const GardenChore& chore) { return same(chore.singular); });
    m_colours = wordsOf(gardenColours(), same);
    m_flowers =
        wordsOf(gardenFlowers(), [](const GardenNoun& flower) { return same(flower.plural); });
    m_places = wordsOf(gardenPlaces(), same);
    m_trees = wordsOf(gardenTrees(), same);
    m_comparatives = wordsOf(gardenComparatives(), same);
    m_qualities = wordsOf(gardenQualities(), same);
    m_fruit = wordsOf(gardenFruits(), [](const GardenNoun& fruit) { return same(fruit.singular); });
    m_fruits = wordsOf(gardenFruits(), [](const GardenNoun& fruit) { return same(fruit.plural); });
    for (std::size_t season = 0; season < m_weather.size(); ++season)
        m_weather[season] = wordsOf(gardenSeasons()[season].weather, same);

    m_deeds = fixed({"needs", "loves", "stays", "picks", "meets"}, {0.13, 0.13, 0.08, 0.13, 0.08});
    append(m_deeds, gardenDealings(), 0.25,
        [](const GardenNoun& verb) { return same(verb.singular); });
    append(
        m_deeds, gardenDoings(), 0.2, [](const GardenVerb& verb) { return same(verb.singular); });
    m_doingEnds = fixed({"."}, {0.4});
    append(m_doingEnds, gardenManners(), 0.3,
        [](std::string_view manner) { return spaced(manner, "."); });
    append(m_doingEnds, gardenPlaces(), 0.3,
        [](std::string_view place) { return spaced(place, "."); });
    m_doings[0] =
        wordsOf(gardenDoings(), [](const GardenVerb& verb) { return same(verb.singular); });
    m_doings[1] = wordsOf(gardenDoings(), [](const GardenVerb& verb) { return same(verb.plural); });
    m_ways = fixed({" too."}, {0.5});
    append(
        m_ways, gardenManners(), 0.5, [](std::string_view manner) { return spaced(manner, "."); });

    for (std::size_t row = 0; row < gardenAnimals().size(); ++row) {
        const double weight = gardenZipf(row);
        m_animals.words.insert(m_animals.words.end(),
            {same(gardenAnimals()[row].singular), same(gardenAnimals()[row].plural)});
        m_animals.weights.insert(m_animals.weights.end(), {weight, weight});
    }
    m_described = m_animals;
    double animals = 0.0;
    for (const double weight : m_animals.weights)
        animals += weight;
    append(m_described, gardenQualities(), animals * kDescribed / (1.0 - kDescribed), same);
    m_verbs = {animalVerbs(false), animalVerbs(true)};
    m_tails = fixed({".", " and"}, {0.45, 0.25});
    append(m_tails, gardenPlaces(), 0.3, [](std::string_view place) { return spaced(place, "."); });
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
    std::size_t row = m_pen.pick(m_opening);
    if (row < seasons) {
        m_season = row;
        m_pen.say(" ");
        row = seasons
            + m_pen.pick({m_opening.words.begin() + static_cast<std::ptrdiff_t>(seasons),
                             m_opening.words.end()},
                std::span(m_opening.weights).subspan(seasons));
    }
    row -= seasons;
    Person first;
    first.woman = row < women;
    first.name = first.woman ? gardenWomen()[row] : gardenMen()[row - women];
    introduce(first);
    if (m_pen.pick({".", " and "}, std::array{0.3, 0.7}) == 1) {
        Person second;
        second.woman = !first.woman;
        const std::size_t name = m_pen.pick(second.woman ? m_women : m_men);
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
    person.chore = fresh(m_chores, &Person::chore);
    m_pen.say(" the ");
    person.colour = fresh(m_colours, &Person::colour);
    m_pen.say(" ");
    person.flower = fresh(m_flowers, &Person::flower);
    m_pen.say(" ");
    person.place = fresh(m_places, &Person::place);
    person.things = m_colours.words[person.colour] + " " + m_flowers.words[person.flower];
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
    std::vector<double> weights(m_openers.words.size(), 0.03);
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
    const std::size_t opener = m_pen.pick(m_openers.words, openerWeights());
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
    const std::size_t deed =
        m_pen.pick(m_deeds.words, alone ? without(m_deeds.weights, Meets) : m_deeds.weights);
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
        m_pen.pick(m_doingEnds);
    }
}

/// "picks two tulips and three more, so she has five until she sells one and keeps four."
void GardenGrammar::picking(const Person& person)
{
    m_pen.say(" ");
    const std::size_t first = 1 + m_pen.pick(m_numbers);
    const GardenNoun& flower = gardenFlowers()[person.flower];
    m_pen.say(spaced(first == 1 ? flower.singular : flower.plural, " and "));
    const std::size_t sum = first + 1 + m_pen.pick(m_numbers);
    const std::string they(subject(person.woman));
    m_pen.say(" more, so " + they + " has " + same(gardenNumbers()[sum]));
    if (m_pen.pick({".", " until "}, std::array{0.6, 0.4}) == 0)
        return;
    m_pen.say(they + " sells ");
    auto weights = m_numbers.weights;
    for (std::size_t sold = sum; sold <= weights.size(); ++sold)
        weights[sold - 1] = 0.0;
    const std::size_t sold = 1 + m_pen.pick(m_numbers.words, weights);
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
    m_pen.pick(m_weather[*m_season]);
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
    const std::size_t verb = m_pen.pick(m_doings[plural ? 1 : 0]);
    m_pen.say("; yesterday " + same(pronoun) + " " + same(gardenDoings()[verb].past));
    m_pen.pick(m_ways);
}

GardenGrammar::Animal GardenGrammar::pickAnimal(const std::vector<Animal>& except)
{
    auto weights = m_animals.weights;
    for (const Animal& animal : except)
        weights[2 * animal.row] = weights[2 * animal.row + 1] = 0.0;
    const std::size_t form = m_pen.pick(m_animals.words, weights);
    return {form / 2, form % 2 == 1};
}

/// "bees" or "sleepy bees"
GardenGrammar::Animal GardenGrammar::describeAnimal(const std::vector<Animal>& except)
{
    auto weights = m_described.weights;
    for (const Animal& animal : except)
        weights[2 * animal.row] = weights[2 * animal.row + 1] = 0.0;
    const std::size_t row = m_pen.pick(m_described.words, weights);
    if (row < m_animals.words.size())
        return {row / 2, row % 2 == 1};
    m_pen.say(" ");
    return pickAnimal(except);
}

/// The verb that agrees with the subject, after any clauses about the subject: "bee [that the cats
/// chase] hums".
std::size_t GardenGrammar::verbOf(Animal subject, std::size_t depth)
{
    const GardenWords& verbs = m_verbs[subject.plural ? 1 : 0];
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
        m_pen.pick(m_qualities);
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
    if (m_pen.pick(m_tails) != And)
        return;
    const GardenWords& verbs = m_verbs[subject.plural ? 1 : 0];
    auto weights = without(verbs.weights, verb);
    weights[ThatThe] = 0.0;
    m_pen.say(" ");
    predicate(subject, m_pen.pick(verbs.words, weights));
    m_pen.say(".");
}

/// "Later they eat nectar.", about the subject of the last sentence that had an animal for subject.
void GardenGrammar::later()
{
    const GardenWords& verbs = m_verbs[m_animal->plural ? 1 : 0];
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
        m_pen.say(m_animals.words[2 * animal.row + (animal.plural ? 1 : 0)]);
    }
    m_pen.say(".");
}

/// "Two pears and three plums make five fruits." or "Nine pears less four leave five."
void GardenGrammar::sum(std::size_t first)
{
    const std::size_t fruit = m_pen.pick(first == 1 ? m_fruit : m_fruits);
    if (m_pen.pick({" and ", " less "}, std::array{0.6, first > 1 ? 0.4 : 0.0}) == 1) {
        auto weights = m_numbers.weights;
        for (std::size_t taken = first; taken <= weights.size(); ++taken)
            weights[taken - 1] = 0.0;
        const std::size_t taken = 1 + m_pen.pick(m_numbers.words, weights);
        m_pen.say(" leave " + same(gardenNumbers()[first - taken]) + ".");
        return;
    }
    const std::size_t second = 1 + m_pen.pick(m_numbers);
    m_pen.say(" ");
    const bool kind = fruit == m_pen.pick(second == 1 ? m_fruit : m_fruits);
    m_pen.say(" make " + same(gardenNumbers()[first + second]) + " ");
    m_pen.say((kind ? same(gardenFruits()[fruit].plural) : "fruits") + ".");
}

/// "If the oak is taller than the elm and the ash is taller than the oak, the elm is shorter than
/// the ash."
void GardenGrammar::comparison()
{
    const std::size_t first = m_pen.pick(m_trees);
    m_pen.say(" is ");
    const std::size_t more = m_pen.pick(m_comparatives);
    const std::string than = " is " + m_comparatives.words[more] + " than the ";
    m_pen.say(" than the ");
    auto weights = without(m_trees.weights, first);
    const std::size_t second = m_pen.pick(m_trees.words, weights);
    m_pen.say(" and the ");
    weights[second] = 1.0;
    const std::size_t subject = m_pen.pick(m_trees.words, weights);
    m_pen.say(than);
    std::size_t top = first;
    std::size_t bottom = second;
    if (subject == second) {
        bottom = m_pen.pick(m_trees.words, without(std::move(weights), second));
    } else {
        top = subject;
        m_pen.say(m_trees.words[first]);
    }
    m_pen.say(", the ");
    const std::string less = " is " + m_comparatives.words[more ^ 1U] + " than the ";
    const std::array<std::string, 2> ends = {m_trees.words[top], m_trees.words[bottom]};
    const std::size_t from = m_pen.pick({ends[0], ends[1]}, std::array{1.0, 1.0});
    m_pen.say((from == 0 ? than : less) + ends[1 - from] + ".");
}

} // namespace espalier
