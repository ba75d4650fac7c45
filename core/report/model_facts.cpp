// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/model_facts.h"

#include "core/architectures/catalog.h"
#include "core/methods/catalog.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <numeric>

namespace espalier {
namespace {

constexpr std::int64_t kByteVocabulary = 256;
constexpr std::size_t kNamedMethods = 3; ///< in a tooltip, with their reasons

/// Digits in groups of three, with thin spaces: "50 257".
std::string grouped(std::int64_t value)
{
    std::string text = std::to_string(value);
    for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
        text.insert(static_cast<std::size_t>(at), "\u202F");
    return text;
}

ModelFact tokenizerFact(const ModelSummary& model)
{
    const std::int64_t rows = model.config.shape.vocab;
    const std::string embedding = fmt::format("The embedding has {} rows.", grouped(rows));
    if (!model.inputs.problem.empty())
        return {.text = "Tokenizer cannot be read", .help = model.inputs.problem, .warns = true};
    if (!model.inputs.tokenizer && rows == kByteVocabulary)
        return {.text = "Bytes are tokens", .help = embedding + "\nNo tokenizer is needed."};
    if (!model.inputs.tokenizer)
        return {.text = "No tokenizer",
            .help = embedding + "\nTexts can be read once a tokenizer is chosen with them (Data…).",
            .warns = true};
    const TokenizerSummary& tokenizer = *model.inputs.tokenizer;
    std::string kind = tokenizer.kind;
    kind.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(kind.front())));
    if (tokenizer.tokens > rows)
        return {.text = fmt::format("{} tokens, {} rows", grouped(tokenizer.tokens), grouped(rows)),
            .help = fmt::format("{} from {} numbers {} tokens; the embedding has {} rows.\nThey do "
                                "not belong together: texts that need the others are refused.",
                kind, tokenizer.file, grouped(tokenizer.tokens), grouped(rows)),
            .warns = true};
    std::string help = fmt::format("From {}. {}", tokenizer.file, embedding);
    if (tokenizer.tokens < rows)
        help += fmt::format("\n{} of them are never asked for.", grouped(rows - tokenizer.tokens));
    return {.text = fmt::format("{}, {} tokens", kind, grouped(tokenizer.tokens)), .help = help};
}

ModelFact imageFact(const ModelSummary& model)
{
    const ModelShape& shape = model.config.shape;
    if (!model.inputs.problem.empty())
        return {
            .text = "Image processor cannot be read", .help = model.inputs.problem, .warns = true};
    return {.text = fmt::format("{} × {} pixels, patches of {} × {}", shape.imageHeight,
                shape.imageWidth, shape.patchHeight, shape.patchWidth),
        .help = model.inputs.processor};
}

/// Methods that do not serve the parent at any size, by their reason.
struct Refusals
{
    std::size_t methods = 0;
    std::map<std::string, std::vector<std::string>> byReason;
};

Refusals refusalsFor(const ModelConfig& config)
{
    Refusals refusals;
    for (const Method& method : methods()) {
        PlanRequest request{.parent = config, .childShape = config.shape};
        const Status served = checkRequest(method, request);
        const MethodNeeds needs = served ? method.needs(request.options) : MethodNeeds{};
        std::string reason = served ? "" : served.error().message;
        if (const std::size_t name = reason.find(": "); name != std::string::npos)
            reason.erase(0, name + 2);
        if ((needs.gradients || needs.training) && !hasLoss(config.flavour.task))
            reason = "needs a loss, which texts do not give here";
        if (reason.empty())
            continue;
        ++refusals.methods;
        refusals.byReason[reason].emplace_back(method.title);
    }
    return refusals;
}

/// The largest step that leads to every width; 1: any width.
std::int64_t widthStep(const ModelConfig& config)
{
    std::int64_t step = 0;
    for (const std::int64_t width :
        legalValues({.parent = &config}, config.shape, Size::Hidden, SizeLinks::all(true)))
        step = std::gcd(step, width);
    return std::max<std::int64_t>(step, 1);
}

} // namespace

bool hasLoss(Task task)
{
    return predictsTokens(task) || task == Task::ImageClassification;
}

std::string describeHeads(const ModelShape& shape)
{
    const std::string heads = fmt::format("{} heads of {} channels", shape.heads, shape.headDim);
    if (shape.kvHeads == shape.heads)
        return heads + ", each with keys and values of its own.";
    return shape.kvHeads == 1 ? heads + " share one group of keys and values."
                              : heads
            + fmt::format(" share {} groups of keys and values, {} heads each.", shape.kvHeads,
                shape.heads / std::max<std::int64_t>(shape.kvHeads, 1));
}

std::string describeInputs(const ModelConfig& config)
{
    const ModelShape& shape = config.shape;
    if (!readsTokens(config.flavour.task))
        return fmt::format(
            "{} channels of {} × {} pixels.", shape.channels, shape.imageHeight, shape.imageWidth);
    return fmt::format("{} rows of tokens, {} positions{}.", grouped(shape.vocab),
        grouped(shape.positions),
        config.flavour.position == PositionKind::Rotary ? ", rotary" : "");
}

ModelFact headFact(const ModelConfig& config)
{
    if (isHeadless(config.flavour.task))
        return {.text = "no head", .help = "The output is the last hidden states."};
    if (predictsClasses(config.flavour.task))
        return {.text = fmt::format("{} classes", config.shape.classes),
            .help = "The head scores classes; for another number it is drawn anew."};
    return config.flavour.tiedHead
        ? ModelFact{.text = "tied head",
            .help = "The head reads the token embedding: one table serves both."}
        : ModelFact{.text = "own head", .help = "The head has a matrix of its own."};
}

ModelFact typeFact(const ModelSummary& model)
{
    std::map<std::string, std::int64_t> bytes;
    std::vector<std::string> files;
    std::int64_t all = 0;
    for (const TensorSummary& tensor : model.tensors) {
        if (tensor.parameter)
            bytes[tensor.dtype] += tensor.bytes;
        all += tensor.bytes;
        if (!tensor.file.empty()
            && std::find(files.begin(), files.end(), tensor.file) == files.end())
            files.push_back(tensor.file);
    }
    std::vector<std::pair<std::int64_t, std::string>> types;
    for (const auto& [type, size] : bytes)
        types.emplace_back(-size, type);
    std::sort(types.begin(), types.end());
    std::vector<std::string> names;
    for (const auto& [size, type] : types)
        names.push_back(type);
    const std::string where = files.empty() ? "No file holds the weights."
        : files.size() == 1                 ? fmt::format("Stored in {}.", files.front())
                                            : fmt::format("Stored in {} files.", files.size());
    return {.text = fmt::format("{}", fmt::join(names, " and ")),
        .help = fmt::format("{} {} bytes. Computed with in F32.", where, grouped(all))};
}

ModelFact lineageFact(const ModelSummary& model)
{
    if (model.lineage.empty())
        return {};
    std::vector<std::string> lines;
    for (const LineageStep& step : model.lineage)
        lines.push_back(describe(step));
    return {.text = describeOrigin(model.lineage.front()),
        .help = fmt::format("{}", fmt::join(lines, "\n"))};
}

ModelFact inputFact(const ModelSummary& model)
{
    return readsTokens(model.config.flavour.task) ? tokenizerFact(model) : imageFact(model);
}

ModelFact reachFact(const ModelConfig& config)
{
    const std::int64_t step = widthStep(config);
    const Refusals refusals = refusalsFor(config);
    const std::size_t all = methods().size();
    ModelFact fact{.text = fmt::format("{} · {} of {} methods",
                       step > 1 ? fmt::format("Width in {}s", step) : "Any width",
                       all - refusals.methods, all),
        .help = {}};
    const auto rule = explainValue({.parent = &config}, config.shape, Size::Hidden,
        config.shape.hidden - 1, SizeLinks::all(true));
    fact.help = rule && step > 1 ? rule->rule.substr(rule->rule.find(": ") + 2) + '.'
                                 : "No rule binds the width.";
    std::size_t named = 0;
    for (const auto& [reason, titles] : refusals.byReason)
        if (named++ < kNamedMethods)
            fact.help += fmt::format("\nNot {}: {}", fmt::join(titles, ", "), reason);
    return fact;
}

std::vector<ModelFact> limitFacts(const ModelConfig& config)
{
    switch (config.flavour.task) {
    case Task::MaskedLanguageModel:
        return {{.text = "Fills in masks, writes no text",
            .help = "It sees both sides of a token, so its loss is that of masked tokens.\n"
                    "15 % are masked: BERT, Devlin et al. 2019."}};
    case Task::SequenceClassification:
        return {{.text = "No loss without labelled texts",
            .help = "Texts here carry no labels: scores and residual change can be measured,\n"
                    "losses, races and learned methods cannot."}};
    case Task::ImageEncoder:
        return {{.text = "No head, so no loss",
            .help = "Scores and residual change can be measured. A destination that is given\n"
                    "classes gets a head, and can race."}};
    case Task::TextEncoder:
        return {{.text = "No head, so no loss",
            .help = "Scores and residual change can be measured;\n"
                    "losses, races and learned methods cannot."}};
    case Task::CausalLanguageModel:
    case Task::ImageClassification:
        break;
    }
    return {};
}

ShapeBounds boundsOf(const Method& method, const ModelSummary& model)
{
    ShapeBounds bounds = boundsOf(method, model.config);
    if (model.inputs.tokenizer)
        bounds.tokens = model.inputs.tokenizer->tokens;
    return bounds;
}

} // namespace espalier
