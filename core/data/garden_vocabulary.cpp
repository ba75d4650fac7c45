// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/garden_vocabulary.h"

#include "core/data/garden_words.h"

#include <utility>

namespace espalier {

namespace garden {

std::string same(std::string_view word)
{
    return std::string(word);
}

std::string spaced(std::string_view word, std::string_view end)
{
    return " " + std::string(word) + std::string(end);
}

std::vector<double> without(std::vector<double> weights, std::size_t row)
{
    weights[row] = 0.0;
    return weights;
}

} // namespace garden

using namespace garden;

namespace {

constexpr double kDescribed = 0.5; ///< share of animals that get an adjective

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

std::string ending(std::string_view word)
{
    return spaced(word, ".");
}

std::string singularOf(const GardenNoun& noun)
{
    return same(noun.singular);
}

std::string pluralOf(const GardenNoun& noun)
{
    return same(noun.plural);
}

void addOpenings(GardenVocabulary& to)
{
    append(to.opening, gardenSeasons(), 0.4,
        [](const GardenSeason& season) { return "In " + same(season.name); });
    append(to.opening, gardenWomen(), 0.3, same);
    append(to.opening, gardenMen(), 0.3, same);
    to.openers.words = {"\n", " She ", " He ", " Who ", " Where is ", " What does ", " It is ",
        " Today ", " The ", " Later ", " Along come the ", " If the "};
    to.openers.weights.assign(FirstNumber, 0.0);
    append(to.openers, gardenNumbers().subspan(1, 9), 0.0, [](std::string_view number) {
        std::string word = spaced(number, " ");
        word[1] = static_cast<char>(word[1] - 'a' + 'A');
        return word;
    });
}

void addNouns(GardenVocabulary& to)
{
    to.women = wordsOf(gardenWomen(), same);
    to.men = wordsOf(gardenMen(), same);
    to.chores =
        wordsOf(gardenChores(), [](const GardenChore& chore) { return same(chore.singular); });
    to.colours = wordsOf(gardenColours(), same);
    to.flowers = wordsOf(gardenFlowers(), pluralOf);
    to.places = wordsOf(gardenPlaces(), same);
    to.trees = wordsOf(gardenTrees(), same);
    to.comparatives = wordsOf(gardenComparatives(), same);
    to.qualities = wordsOf(gardenQualities(), same);
    to.fruit = wordsOf(gardenFruits(), singularOf);
    to.fruits = wordsOf(gardenFruits(), pluralOf);
    to.numbers = wordsOf(gardenNumbers().subspan(1, 9), same);
    for (std::size_t season = 0; season < to.weather.size(); ++season)
        to.weather[season] = wordsOf(gardenSeasons()[season].weather, same);
}

void addDoings(GardenVocabulary& to)
{
    const auto singular = [](const GardenVerb& verb) {
        return same(verb.singular);
    };
    to.doings[0] = wordsOf(gardenDoings(), singular);
    to.doings[1] =
        wordsOf(gardenDoings(), [](const GardenVerb& verb) { return same(verb.plural); });
    to.deeds = {{"needs", "loves", "stays", "picks", "meets"}, {0.13, 0.13, 0.08, 0.13, 0.08}};
    append(to.deeds, gardenDealings(), 0.25, singularOf);
    append(to.deeds, gardenDoings(), 0.2, singular);
    to.doingEnds = {{"."}, {0.4}};
    append(to.doingEnds, gardenManners(), 0.3, ending);
    append(to.doingEnds, gardenPlaces(), 0.3, ending);
    to.ways = {{" too."}, {0.5}};
    append(to.ways, gardenManners(), 0.5, ending);
}

void addAnimals(GardenVocabulary& to)
{
    double total = 0.0;
    for (std::size_t row = 0; row < gardenAnimals().size(); ++row) {
        const double weight = gardenZipf(row);
        to.animals.words.push_back(same(gardenAnimals()[row].singular));
        to.animals.words.push_back(same(gardenAnimals()[row].plural));
        to.animals.weights.insert(to.animals.weights.end(), {weight, weight});
        total += 2.0 * weight;
    }
    to.described = to.animals;
    append(to.described, gardenQualities(), total * kDescribed / (1.0 - kDescribed), same);

    const std::vector<double> weights = {0.25, 0.13, 0.13, 0.13, 0.12};
    to.verbs[0] = {{"that the", "says", "eats", "sleeps", "is"}, weights};
    append(to.verbs[0], gardenDealings(), 0.34, singularOf);
    to.verbs[1] = {{"that the", "say", "eat", "sleep", "are"}, weights};
    append(to.verbs[1], gardenDealings(), 0.34, pluralOf);
    to.tails = {{".", " and"}, {0.45, 0.25}};
    append(to.tails, gardenPlaces(), 0.3, ending);
}

} // namespace

GardenVocabulary makeGardenVocabulary()
{
    GardenVocabulary words;
    addOpenings(words);
    addNouns(words);
    addDoings(words);
    addAnimals(words);
    return words;
}

} // namespace espalier
