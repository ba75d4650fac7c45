// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/garden.h"

#include "core/data/garden_words.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <map>
#include <numeric>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace espalier {
namespace {

constexpr Seed kSeed{1};

using Distribution = std::array<double, 256>;

double totalOf(const std::vector<double>& values)
{
    return std::accumulate(values.begin(), values.end(), 0.0);
}

/// Weight of the words that begin with these letters, by the byte that follows; `ended` is the
/// weight of the word itself.
Distribution nextBytes(const GardenChoice& choice, const std::string& letters, double& ended)
{
    Distribution next{};
    ended = 0.0;
    for (std::size_t row = 0; row < choice.words.size(); ++row) {
        const std::string& word = choice.words[row];
        if (word.compare(0, letters.size(), letters) != 0)
            continue;
        if (word.size() == letters.size())
            ended += choice.weights[row];
        else
            next[static_cast<unsigned char>(word[letters.size()])] += choice.weights[row];
    }
    return next;
}

double massOf(const Distribution& next)
{
    return std::accumulate(next.begin(), next.end(), 0.0);
}

/// P(next byte) at the given offset of a choice's word, from the choices alone. `stop` is the
/// probability that a shorter word ended here and something else began. At offset 0 the byte may
/// also continue the word before.
Distribution distributionAt(
    const std::vector<GardenChoice>& choices, std::size_t at, std::size_t offset, double& stop)
{
    const GardenChoice& choice = choices[at];
    double ended = 0.0;
    Distribution next = nextBytes(choice, choice.words[choice.chosen].substr(0, offset), ended);
    const double total = massOf(next) + ended;
    for (double& p : next)
        p /= total;
    stop = ended / total;
    if (offset > 0 || at == 0)
        return next;
    const GardenChoice& before = choices[at - 1];
    double stopped = 0.0;
    const Distribution longer = nextBytes(before, before.words[before.chosen], stopped);
    const double mass = stopped + massOf(longer);
    for (std::size_t byte = 0; byte < next.size(); ++byte) {
        EXPECT_TRUE(next[byte] == 0.0 || longer[byte] == 0.0)
            << "ambiguous after " << before.words[before.chosen];
        next[byte] = next[byte] * stopped / mass + longer[byte] / mass;
    }
    return next;
}

std::vector<std::string> sentencesOf(const std::string& text)
{
    std::vector<std::string> sentences;
    std::string sentence;
    for (const char byte : text) {
        if (byte == '.' || byte == '\n') {
            sentence.erase(0, sentence.find_first_not_of(' '));
            if (!sentence.empty())
                sentences.push_back(sentence);
            sentence.clear();
        } else {
            sentence.push_back(byte);
        }
    }
    return sentences;
}

std::vector<std::string> wordsOf(const std::string& sentence)
{
    std::istringstream stream(sentence);
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    return words;
}

std::vector<std::string> sentencesThatBegin(const std::string& text, const std::string& opening)
{
    std::vector<std::string> found;
    for (const std::string& sentence : sentencesOf(text))
        if (sentence.compare(0, opening.size(), opening) == 0)
            found.push_back(sentence);
    return found;
}

/// Word -> is it plural, for animals or for their verbs.
std::map<std::string, bool> numberOfAnimals()
{
    std::map<std::string, bool> plural;
    for (const GardenAnimal& animal : gardenAnimals()) {
        plural[std::string(animal.singular)] = false;
        plural[std::string(animal.plural)] = true;
    }
    return plural;
}

std::map<std::string, bool> numberOfVerbs()
{
    std::map<std::string, bool> plural = {{"says", false}, {"say", true}, {"eats", false},
        {"eat", true}, {"sleeps", false}, {"sleep", true}, {"is", false}, {"are", true}};
    for (const GardenNoun& verb : gardenDealings()) {
        plural[std::string(verb.singular)] = false;
        plural[std::string(verb.plural)] = true;
    }
    return plural;
}

/// Checks "The [adjective] bees that the [adjective] owl … fears say …": verbs close their subjects
/// last in, first out. Returns the depth of nesting.
std::size_t checkAgreement(const std::string& sentence)
{
    static const std::map<std::string, bool> animals = numberOfAnimals();
    static const std::map<std::string, bool> verbs = numberOfVerbs();
    std::vector<bool> open;
    std::size_t depth = 0;
    bool main = false;
    bool finished = false;
    bool coordinated = false;
    for (const std::string& word : wordsOf(sentence)) {
        const auto animal = animals.find(word);
        const auto verb = verbs.find(word);
        if (!finished && animal != animals.end()) {
            open.push_back(animal->second);
            depth = std::max(depth, open.size());
        } else if (!finished && verb != verbs.end()) {
            EXPECT_FALSE(open.empty()) << sentence;
            EXPECT_EQ(verb->second, open.back()) << word << " in: " << sentence;
            main = open.back();
            open.pop_back();
            finished = open.empty();
        } else if (finished && coordinated) {
            EXPECT_NE(verb, verbs.end()) << sentence;
            EXPECT_EQ(verb->second, main) << word << " in: " << sentence;
        }
        coordinated = finished && word == "and";
    }
    EXPECT_TRUE(finished) << sentence;
    return depth;
}

int numberOf(std::string word)
{
    word[0] = static_cast<char>(word[0] | 0x20);
    const auto numbers = gardenNumbers();
    const auto found = std::find(numbers.begin(), numbers.end(), word);
    return found == numbers.end() ? -1 : static_cast<int>(found - numbers.begin());
}

TEST(Garden, BeginsAsItAlwaysDid)
{
    EXPECT_EQ(growGarden(kSeed, 200).text,
        "In summer Helen weeds the violet dahlias under the elm and Henry moves the scarlet roses "
        "near the wall. "
        "The fat owl that the mice find says \"hoo\" around the well. Later it eats voles. The "
        "cricket is a");
}

TEST(Garden, SameSeedGivesTheSameTextAndALongerOneBeginsAlike)
{
    const GardenText shorter = growGarden(kSeed, 5'000);
    const GardenText longer = growGarden(kSeed, 9'000);
    EXPECT_EQ(shorter.text, growGarden(kSeed, 5'000).text);
    EXPECT_EQ(shorter.text, longer.text.substr(0, 5'000));
    EXPECT_NE(shorter.text, growGarden(Seed{2}, 5'000).text);
    EXPECT_EQ(shorter.nats.size(), 5'000U);
    EXPECT_TRUE(growGarden(kSeed, 0).text.empty());
}

TEST(Garden, WritesPrintableAsciiAndNewlines)
{
    for (const char byte : growGarden(kSeed, 100'000).text)
        ASSERT_TRUE(byte == '\n' || (byte >= ' ' && byte <= 'z'));
}

TEST(Garden, NatsAreTheLogarithmOfTheProductOfItsChoices)
{
    const std::vector<GardenChoice> choices = gardenChoices(kSeed, 50'000);
    std::string text;
    double fromChoices = 0.0;
    for (const GardenChoice& choice : choices) {
        text += choice.words[choice.chosen];
        fromChoices -= std::log(choice.weights[choice.chosen] / totalOf(choice.weights));
    }
    const GardenText grown = growGarden(kSeed, static_cast<std::int64_t>(text.size()));
    EXPECT_EQ(grown.text, text);
    const double fromBytes = std::accumulate(grown.nats.begin(), grown.nats.end(), 0.0);
    EXPECT_NEAR(fromBytes, fromChoices, 1e-6 * fromChoices); // nats are stored as float
}

TEST(Garden, EveryBytesDistributionSumsToOneAndGivesItsNats)
{
    const std::vector<GardenChoice> choices = gardenChoices(kSeed, 20'000);
    const GardenText grown = growGarden(kSeed, 25'000);
    for (std::size_t at = 0; at < choices.size(); ++at) {
        const std::string& word = choices[at].words[choices[at].chosen];
        for (std::size_t offset = 0; offset < word.size(); ++offset) {
            double stop = 0.0;
            const Distribution next = distributionAt(choices, at, offset, stop);
            ASSERT_NEAR(massOf(next) + stop, 1.0, 1e-12);
            const std::size_t position = static_cast<std::size_t>(choices[at].position) + offset;
            const double p = next[static_cast<unsigned char>(word[offset])];
            ASSERT_NEAR(-std::log(p), static_cast<double>(grown.nats[position]), 1e-5) << position;
        }
    }
}

TEST(Garden, NoChoiceOffersAWordTwice)
{
    for (const GardenChoice& choice : gardenChoices(kSeed, 20'000)) {
        std::set<std::string> different;
        std::size_t possible = 0;
        for (std::size_t row = 0; row < choice.words.size(); ++row) {
            if (choice.weights[row] <= 0.0)
                continue;
            ++possible;
            different.insert(choice.words[row]);
        }
        ASSERT_EQ(different.size(), possible);
    }
}

TEST(Garden, VerbsAgreeWithTheirSubjectsAtEveryDepth)
{
    std::map<std::size_t, int> seen;
    for (const std::string& sentence : sentencesThatBegin(growGarden(kSeed, 300'000).text, "The "))
        if (sentence.find('?') == std::string::npos)
            ++seen[checkAgreement(sentence)];
    EXPECT_GT(seen[1], 100);
    EXPECT_GT(seen[2], 100);
    EXPECT_GT(seen[3], 20);
    EXPECT_GT(seen[4], 3);
    EXPECT_EQ(seen.size(), 4U);
}

TEST(Garden, SumsAreRight)
{
    int checked = 0;
    for (const std::string& sentence : sentencesOf(growGarden(kSeed, 200'000).text)) {
        const std::vector<std::string> words = wordsOf(sentence);
        const int first = numberOf(words[0]);
        if (first < 1)
            continue;
        const bool less = words[2] == "less";
        const int second = numberOf(words[3]);
        const int result = numberOf(words[less ? 5 : 6]);
        EXPECT_EQ(result, less ? first - second : first + second) << sentence;
        ++checked;
    }
    EXPECT_GT(checked, 100);
}

TEST(Garden, AnimalsEatTheirFoodAndSayTheirCall)
{
    std::map<std::string, const GardenAnimal*> animals;
    for (const GardenAnimal& animal : gardenAnimals())
        animals[std::string(animal.singular)] = &animal;
    int checked = 0;
    for (const std::string& sentence :
        sentencesThatBegin(growGarden(kSeed, 300'000).text, "The ")) {
        const std::vector<std::string> words = wordsOf(sentence);
        const auto animal = animals.find(words[1]);
        if (animal == animals.end())
            continue;
        if (words[2] == "eats")
            EXPECT_EQ(words[3], animal->second->food) << sentence;
        else if (words[2] == "says")
            EXPECT_EQ(words[3], "\"" + std::string(animal->second->call) + "\"") << sentence;
        else
            continue;
        ++checked;
    }
    EXPECT_GT(checked, 50);
}

TEST(Garden, FloorLiesWithinItsError)
{
    const GardenEntropy floor = gardenEntropyPerToken();
    const GardenEntropy sample = measureGardenEntropy(Seed{7}, 4'000'000);
    EXPECT_LT(sample.standardError, 0.001);
    EXPECT_NEAR(
        sample.natsPerByte, floor.natsPerByte, 4.0 * (sample.standardError + floor.standardError));
}

} // namespace
} // namespace espalier
