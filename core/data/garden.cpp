// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/garden.h"

#include "core/base/expect.h"
#include "core/data/garden_grammar.h"
#include "core/data/garden_pen.h"

#include <cmath>

namespace espalier {

GardenText growGarden(Seed seed, std::int64_t characters)
{
    ESPALIER_EXPECT(characters >= 0, "a text cannot have a negative length");
    GardenPen pen(derive(seed, "garden"), nullptr);
    GardenGrammar grammar(pen);
    while (pen.position() < characters)
        grammar.paragraph();
    return pen.take(characters);
}

std::vector<GardenChoice> gardenChoices(Seed seed, std::int64_t characters)
{
    std::vector<GardenChoice> choices;
    GardenPen pen(derive(seed, "garden"), &choices);
    GardenGrammar grammar(pen);
    while (pen.position() < characters)
        grammar.paragraph();
    return choices;
}

GardenEntropy measureGardenEntropy(Seed seed, std::int64_t characters)
{
    const GardenText grown = growGarden(seed, characters);
    double nats = 0.0, bytes = 0.0, natsSquared = 0.0, bytesSquared = 0.0, product = 0.0;
    double paragraphs = 0.0, paragraphNats = 0.0, paragraphBytes = 0.0;
    for (std::size_t i = 0; i < grown.text.size(); ++i) {
        paragraphNats += static_cast<double>(grown.nats[i]);
        paragraphBytes += 1.0;
        if (grown.text[i] != '\n')
            continue;
        nats += paragraphNats;
        bytes += paragraphBytes;
        natsSquared += paragraphNats * paragraphNats;
        bytesSquared += paragraphBytes * paragraphBytes;
        product += paragraphNats * paragraphBytes;
        paragraphs += 1.0;
        paragraphNats = paragraphBytes = 0.0;
    }
    ESPALIER_EXPECT(paragraphs > 1.0, "a standard error needs several paragraphs");
    // Ratio estimator; its residual per paragraph is nats - ratio * bytes (Cochran 1977,
    // section 2.11).
    const double ratio = nats / bytes;
    const double residual = natsSquared - 2.0 * ratio * product + ratio * ratio * bytesSquared;
    return {ratio, std::sqrt(residual * paragraphs / (paragraphs - 1.0)) / bytes};
}

GardenEntropy gardenEntropyPerToken()
{
    return {0.316636, 0.000062};
}

} // namespace espalier
