// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/model_card.h"

#include "core/architectures/catalog.h"
#include "core/base/expect.h"
#include "core/base/untrusted_text.h"
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
    case Task::Encoder:
        return {"feature-extraction", "AutoModel"};
    }
    ESPALIER_EXPECT(false, "a task is one of the enum's");
}

bool isImageModel(const CardFacts& facts)
{
    return !readsTokens(facts.config.flavour.task);
}

std::string frontMatter(const CardFacts& facts)
{
    return fmt::format("---\nlibrary_name: transformers\npipeline_tag: {}\ntags:\n- espalier\n"
                       "- {}\n- {}\n---\n",
        namesOf(facts.config.flavour.task).pipeline, facts.config.family, facts.recipe.method);
}

std::string introduction(const CardFacts& facts)
{
    return fmt::format(
        "\n# {}\n\nA {} of {} parameters, whose start was made from a model of another shape by "
        "Espalier.\n`recipe.json` makes that start again, bit for bit, from the same parent.\n",
        printable(facts.name), architectureOf(facts.config).title,
        footprintOf(facts.config, bytesPerElement(facts.dtype)).parameters);
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

std::string provenance(const CardFacts& facts)
{
    const Recipe& recipe = facts.recipe;
    const Method* method = findMethod(recipe.method);
    std::string text = "\n## Where the weights come from\n\n| | |\n|---|---|\n";
    text += fmt::format("| Parent | {} |\n", printable(lastPart(recipe.parentPath)));
    text += fmt::format("| Parent's weights, sha256 | {} |\n",
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

std::string shapeTable(const CardFacts& facts)
{
    std::string text = "\n## Shape\n\n| | |\n|---|---|\n";
    for (const Size size : kAllSizes)
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
    std::string text = fmt::format("\n## Load it\n\n```python\nfrom transformers import {}{}{}\n\n"
                                   "model = {}.from_pretrained(\".\")\n",
        loader, processor.empty() ? "" : ", ", processor, loader);
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
