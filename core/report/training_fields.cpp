// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/training_fields.h"

#include "core/base/parse_number.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <vector>

namespace espalier {
namespace {

using Settings = TrainSettings;

// clang-format off
constexpr auto kFields = std::to_array<TrainingField>({
    {TrainingGroup::Batches, "steps", "Steps", "", "Updates of the weights.",
        [](Settings& t) -> TrainingNumber { return &t.steps; }},
    {TrainingGroup::Batches, "batch", "Samples per step", "", "Sequences or pictures whose gradients one update sums up.",
        [](Settings& t) -> TrainingNumber { return &t.batch; }},
    {TrainingGroup::Batches, "seed", "Seed", "", "Decides the order of the batches; lanes of one seed see the same ones.",
        [](Settings& t) -> TrainingNumber { return &t.seed.value; }},
    {TrainingGroup::Optimizer, "learning-rate", "Learning rate", "at its highest", "The size of AdamW's updates after the warm-up.",
        [](Settings& t) -> TrainingNumber { return &t.learningRate; }},
    {TrainingGroup::Optimizer, "final-learning-rate-share", "Final share", "of that rate", "Where the cosine ends, as a share of the highest rate.",
        [](Settings& t) -> TrainingNumber { return &t.finalLearningRateShare; }},
    {TrainingGroup::Optimizer, "warmup-steps", "Warm-up", "steps", "The rate rises evenly over these first steps.",
        [](Settings& t) -> TrainingNumber { return &t.warmupSteps; }},
    {TrainingGroup::Optimizer, "weight-decay", "Weight decay", "", "Pulls matrices and tables towards zero, times the rate; gains and biases stay free.",
        [](Settings& t) -> TrainingNumber { return &t.weightDecay; }},
    {TrainingGroup::Optimizer, "clip-norm", "Gradient clipping", "norm, 0: none", "A longer gradient is shortened to this norm.",
        [](Settings& t) -> TrainingNumber { return &t.clipNorm; }},
    {TrainingGroup::Validation, "eval-every", "Validate every", "steps, 0: at the end", "How often the loss on held-out data is taken.",
        [](Settings& t) -> TrainingNumber { return &t.evalEvery; }},
    {TrainingGroup::Validation, "eval-samples", "Validate on", "samples, 0: all", "Held-out samples each time.",
        [](Settings& t) -> TrainingNumber { return &t.evalSamples; }},
    {TrainingGroup::Teacher, "weight", "Share in the loss", "at first", "Share w of the teacher in (1 − w) cross-entropy + w τ² KL.\nHinton et al. 2015, arXiv 1503.02531",
        [](Settings& t) -> TrainingNumber { return &t.aids.distillation->weight; }},
    {TrainingGroup::Teacher, "final-weight", "", "in the end", "The share goes evenly to this one; 0: the teacher is outgrown.\nQin et al. 2022, arXiv 2105.13880",
        [](Settings& t) -> TrainingNumber { return &t.aids.distillation->finalWeight; }},
    {TrainingGroup::Teacher, "temperature", "Temperature τ", "", "Divides the logits of both models; a higher one shows more of what the teacher holds possible.",
        [](Settings& t) -> TrainingNumber { return &t.aids.distillation->temperature; }},
    {TrainingGroup::Teacher, "hidden-weight", "Hidden states", "times, 0: logits alone", "Weight of matching the parent's hidden states beside its logits; for a start that is cut out of its parent.",
        [](Settings& t) -> TrainingNumber { return &t.aids.distillation->hiddenWeight; }},
    {TrainingGroup::Dropping, "layer-drop", "Layer drop", "of steps", "Share of steps that leave out the last block in the end, blocks before it less.\nZhang & He 2020, arXiv 2010.13369",
        [](Settings& t) -> TrainingNumber { return &t.aids.layerDrop; }},
    {TrainingGroup::Dropping, "token-drop", "Token drop", "of tokens", "Share of tokens that pass by the middle blocks.\nYao et al. 2022, arXiv 2211.11586",
        [](Settings& t) -> TrainingNumber { return &t.aids.tokenDrop; }},
    {TrainingGroup::Beginning, "stage-steps", "First blocks alone", "steps", "So many first steps run only the first blocks, as if the model were shallow.\nLiGO's staged training, arXiv 2303.00980, figure 5",
        [](Settings& t) -> TrainingNumber { return &t.aids.stageSteps; }},
    {TrainingGroup::Beginning, "stage-layers", "", "blocks", "How many blocks run.",
        [](Settings& t) -> TrainingNumber { return &t.aids.stageLayers; }},
    {TrainingGroup::Beginning, "frozen-steps", "First blocks frozen", "steps", "So many first steps leave embeddings and first blocks as they are.\nMSLT, Yang et al. 2020, arXiv 2011.13635",
        [](Settings& t) -> TrainingNumber { return &t.aids.frozenSteps; }},
    {TrainingGroup::Beginning, "frozen-layers", "", "blocks", "How many blocks are frozen.",
        [](Settings& t) -> TrainingNumber { return &t.aids.frozenLayers; }},
    {TrainingGroup::Beginning, "prefix-steps", "Random depth", "steps", "So many first steps run a random number of first blocks and tune the last of them.\nbert2BERT, arXiv 2110.07143, section 3.4",
        [](Settings& t) -> TrainingNumber { return &t.aids.prefixSteps; }},
    {TrainingGroup::Beginning, "prefix-layers", "", "blocks each", "How many blocks are tuned at a time; the depth is a multiple of it.",
        [](Settings& t) -> TrainingNumber { return &t.aids.prefixLayers; }},
    {TrainingGroup::Beginning, "gate-steps", "New parts gated", "steps", "Over so many first steps what a grown start has beside its parent's members rises from nothing.\nMSG, Yao et al. 2023, arXiv 2305.02869",
        [](Settings& t) -> TrainingNumber { return &t.aids.gateSteps; }},
});
// clang-format on

} // namespace

std::string_view titleOf(TrainingGroup group)
{
    switch (group) {
    case TrainingGroup::Batches:
        return "Batches";
    case TrainingGroup::Optimizer:
        return "Optimizer";
    case TrainingGroup::Validation:
        return "Validation";
    case TrainingGroup::Teacher:
        return "Teacher";
    case TrainingGroup::Dropping:
        return "Dropping";
    case TrainingGroup::Beginning:
        break;
    }
    return "In the beginning";
}

std::span<const TrainingField> trainingFields()
{
    return kFields;
}

std::string textOf(TrainingNumber number)
{
    return std::visit([](const auto* value) { return fmt::format("{}", *value); }, number);
}

bool readNumber(std::string_view text, TrainingNumber number)
{
    return std::visit(
        [text](auto* value) {
            const auto read = parseNumber<std::remove_reference_t<decltype(*value)>>(text);
            *value = read.value_or(*value);
            return read.has_value();
        },
        number);
}

std::string inPlainWords(const std::string& message)
{
    const std::size_t found = message.find(": found ");
    if (found == std::string::npos)
        return message;
    const std::size_t dot = message.find_last_of(". ", found - 1);
    const std::string key = message.substr(
        dot == std::string::npos ? 0 : dot + 1, found - (dot == std::string::npos ? 0 : dot + 1));
    std::string_view title;
    for (const TrainingField& field : kFields) {
        if (!field.title.empty())
            title = field.title;
        if (field.key == key)
            return fmt::format("{}{}", title, message.substr(found));
    }
    return message;
}

std::string describeAids(const TrainSettings& settings)
{
    const TrainingAids& aids = settings.aids;
    std::vector<std::string> words;
    if (aids.distillation)
        words.push_back(
            aids.distillation->hiddenWeight > 0 ? "distilled, hidden states too" : "distilled");
    if (aids.layerDrop > 0)
        words.push_back(fmt::format("layer drop {:g}", aids.layerDrop));
    if (aids.tokenDrop > 0)
        words.push_back(fmt::format("token drop {:g}", aids.tokenDrop));
    if (aids.stageSteps > 0)
        words.push_back(fmt::format("{} blocks at first", aids.stageLayers));
    if (aids.frozenSteps > 0)
        words.push_back(fmt::format("{} blocks frozen at first", aids.frozenLayers));
    if (aids.prefixSteps > 0)
        words.push_back("random depth at first");
    if (aids.gateSteps > 0)
        words.push_back("gated at first");
    if (const std::size_t stages = settings.growth.size(); stages > 0)
        words.push_back(stages == 1 ? "grows once" : fmt::format("grows {} times", stages));
    return fmt::format("{}", fmt::join(words, ", "));
}

} // namespace espalier
