// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/garden_pen.h"
#include "core/data/garden_vocabulary.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// The sentences of the garden language. Everything it remembers was written before, so a reader of
/// the whole text knows its state.
class GardenGrammar
{
public:
    explicit GardenGrammar(GardenPen& pen);

    /// One paragraph up to and including its newline.
    void paragraph();

private:
    struct Person
    {
        bool woman = false;
        std::string_view name;
        std::size_t chore = 0, colour = 0, flower = 0, place = 0;
        std::string things; ///< "red tulips"
    };
    struct Animal
    {
        std::size_t row = 0;
        bool plural = false;
    };

    void introduction();
    void introduce(Person person);
    [[nodiscard]] std::vector<double> openerWeights() const;
    /// Writes one sentence; false: it was the end of the paragraph.
    bool sentence();

    void aboutPerson(const Person& person);
    void picking(const Person& person);
    void who();
    void where();
    void what();
    void weather();
    void today();

    void aboutAnimals();
    [[nodiscard]] std::size_t verbOf(Animal subject, std::size_t depth);
    void predicate(Animal subject, std::size_t verb);
    void later();
    void procession();

    void sum(std::size_t first);
    void comparison();

    Animal describeAnimal(const std::vector<Animal>& except = {});
    Animal pickAnimal(const std::vector<Animal>& except = {});
    const Person& pickPerson();
    [[nodiscard]] const Person& person(bool woman) const;
    [[nodiscard]] bool knows(bool woman) const;

    GardenPen& m_pen;
    GardenVocabulary m_words;

    // What this paragraph has said so far.
    std::vector<Person> m_people;
    std::optional<std::size_t> m_season;
    std::optional<Animal> m_animal;
    std::int64_t m_peopleAt = 0, m_animalAt = 0;
    std::size_t m_sentences = 0;
};

} // namespace espalier
