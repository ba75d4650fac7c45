// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/model_card.h"

#include "core/architectures/catalog.h"
#include "core/architectures/stored_config.h"
#include "core/base/expect.h"
#include "core/base/untrusted_text.h"
#include "core/engine/recipe_chain.h"
#include "core/methods/catalog.h"
#include "core/plan/footprint.h"

#include <fmt/format.h>

#include <filesystem>

namespace espalier {

namespace {

/// How the Hub and transformers call a task.
struct TaskNames
{
    std::string_view pipeline;
    std::string_view loader;
};
TaskNames namesOf(Task task)
{
    switch (task) {
    case Task::CausalLanguageModel:
        return {"text-generation", "AutoModelForCausalLM"};
    case Task::MaskedLanguageModel:
        return {"fill-mask", "AutoModelForMaskedLM"};
    case Task::SequenceClassification:
        return {"text-classification", "AutoModelForSequenceClassification"};
    case Task::ImageClassification:
        return {"image-classification", "AutoModelForImageClassification"};
    case Task::TextEncoder:
        return {"feature-extraction", "AutoModel"};
    case Task::ImageEncoder:
        return {"image-feature-extraction", "AutoModel"};
    }
    ESPALIER_EXPECT(false, "a task is one of the enum's");
}

bool isImageModel(const CardFacts& facts)
{
    return !readsTokens(facts.config.flavour.task);
}

std::string frontMatter(const CardFacts& facts)
{
    std::string text =
        fmt::format("---\nlibrary_name: transformers\npipeline_tag: {}\ntags:\n- espalier\n- {}\n",
            namesOf(facts.config.flavour.task).pipeline, facts.config.family);
    if (facts.recipe)
        text += fmt::format("- {}\n", facts.recipe->method);
    return text + "---\n";
}

std::string introduction(const CardFacts& facts)
{
    std::string text = fmt::format("\n# {}\n\nA {} of {} parameters, written by Espalier.\n",
        printable(facts.name), architectureOf(facts.config).title,
        footprintOf(facts.config, bytesPerElement(facts.dtype)).parameters);
    if (facts.recipe)
        text += "Its start was made from a model of another shape; `recipe.json` makes that start "
                "again, bit for bit,\nfrom the same parent.\n";
    if (!facts.training && facts.recipe)
        text += "**The weights were not trained after that.**\n";
    return text;
}

/// Every option, defaults included: they may change between versions.
std::string optionLines(const Recipe& recipe)
{
    Options options = recipe.options;
    if (const Method* method = findMethod(recipe.method))
        if (const Result<Options> complete = completeOptions(method->options, options))
            options = *complete;
    std::string lines;
    for (const auto& [key, value] : options)
        lines += fmt::format("| {} | {} |\n", key, toText(value));
    return lines;
}

std::string lastPart(const std::filesystem::path& path)
{
    return (path.has_filename() ? path : path.parent_path()).filename().string();
}

std::string recipeLines(const Recipe& recipe)
{
    const Method* method = findMethod(recipe.method);
    std::string text = fmt::format("| Parent's weights, sha256 | {} |\n",
        recipe.parentHash.empty() ? "not recorded" : printable(recipe.parentHash));
    text += fmt::format("| Method | {} |\n", method ? method->title : recipe.method);
    if (method)
        text += fmt::format("| Paper | {} |\n", method->paper);
    text += optionLines(recipe);
    text += fmt::format("| Seed | {} |\n", recipe.seed.value);
    if (recipe.measure)
        text += fmt::format("| Measured on | {}, {} samples |\n",
            printable(recipe.measure->data.source), recipe.measure->samples);
    return text;
}

std::string trainingLines(const std::optional<TrainingFacts>& training)
{
    if (!training)
        return {};
    std::string text =
        fmt::format("| Trained | {} steps on {} |\n", training->steps, printable(training->data));
    for (const GrowthStage& stage : training->growth)
        text += fmt::format("| Grew | before step {} to {} blocks of width {} by {} |\n",
            stage.atStep + 1, stage.shape.layers, stage.shape.hidden, stage.method);
    if (training->validationLoss)
        text += fmt::format("| Validation loss | {:.4f} |\n", *training->validationLoss);
    return text;
}

std::string provenance(const CardFacts& facts)
{
    std::string lines;
    if (!facts.parent.empty())
        lines += fmt::format("| Parent | {} |\n", printable(lastPart(facts.parent)));
    for (const LineageStep& step : lineageOf(facts.parent))
        lines += fmt::format("| Before that | {} |\n", describe(step));
    if (facts.recipe)
        lines += recipeLines(*facts.recipe);
    lines += trainingLines(facts.training);
    return lines.empty() ? lines : "\n## Where the weights come from\n\n| | |\n|---|---|\n" + lines;
}

std::string shapeTable(const CardFacts& facts)
{
    std::string text = "\n## Shape\n\n| | |\n|---|---|\n";
    for (const Size size : kAllSizes)
        if (!isOfTask(size) || (facts.recipe && get(facts.recipe->shape, size) > 0))
            text += fmt::format("| {} | {} |\n", nameOf(size), get(facts.config.shape, size));
    if (facts.weights)
        text += fmt::format("| stored as | {} |\n", safetensorsName(facts.dtype));
    return text;
}

std::string howToLoad(const CardFacts& facts)
{
    if (!facts.weights)
        return "\nThis folder holds no weights; `espalier-cli scale --recipe recipe.json --out "
               "DIR` "
               "makes them.\n";
    if (facts.format == ExportFormat::Hdf5)
        return "\n## Load it\n\n```python\nimport h5py\n\nweights = h5py.File(\"model.h5\")"
               "[\"tensors\"]  # named and laid out as in a Hugging Face checkpoint\n```\n";
    const std::string_view loader = namesOf(facts.config.flavour.task).loader;
    const std::string_view processor = isImageModel(facts) ? "AutoImageProcessor"
        : facts.tokenizer                                  ? "AutoTokenizer"
                                                           : "";
    // A pooler that the files lack would be made of random values.
    const std::string_view options =
        lacksPooler(facts.config) ? ", add_pooling_layer=False" : std::string_view();
    std::string text = fmt::format("\n## Load it\n\n```python\nfrom transformers import {}{}{}\n\n"
                                   "model = {}.from_pretrained(\".\"{})\n",
        loader, processor.empty() ? "" : ", ", processor, loader, options);
    if (!processor.empty())
        text += fmt::format("{} = {}.from_pretrained(\".\")\n",
            isImageModel(facts) ? "processor" : "tokenizer", processor);
    return text + "```\n";
}

} // namespace

std::string modelCard(const CardFacts& facts)
{
    return frontMatter(facts) + introduction(facts) + provenance(facts) + shapeTable(facts)
        + howToLoad(facts);
}

} // namespace espalier
