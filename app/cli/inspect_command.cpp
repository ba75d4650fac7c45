// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "app/cli/console.h"
#include "core/architectures/catalog.h"
#include "core/engine/diagnose.h"
#include "core/engine/model_source.h"
#include "core/engine/tokenize.h"
#include "core/plan/footprint.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace espalier::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string sizesText(const std::vector<std::int64_t>& sizes)
{
    return fmt::format("[{}]", fmt::join(sizes, ", "));
}

std::string parameterText(const TensorInfo& tensor)
{
    return tensor.parameter ? nameOf(*tensor.parameter) : "(not read)";
}

/// A tokenizer that cannot be read hides nothing else.
struct TokenizerText
{
    std::optional<TokenizerInfo> info;
    std::string problem;
};

TokenizerText tokenizerTextOf(const Model& model)
{
    const auto found = tokenizerOf(model.path());
    return found ? TokenizerText{.info = *found, .problem = {}}
                 : TokenizerText{.info = std::nullopt, .problem = found.error().message};
}

Json jsonOf(const TokenizerText& tokenizer)
{
    if (!tokenizer.problem.empty())
        return {{"problem", tokenizer.problem}};
    if (!tokenizer.info)
        return nullptr;
    return {{"kind", tokenizer.info->kind}, {"file", tokenizer.info->file},
        {"tokens", tokenizer.info->tokens}};
}

Json jsonOf(const Model& model, const Footprint& footprint)
{
    Json json = {{"name", model.name()}, {"family", model.config().family},
        {"fresh_weights", model.hasFreshWeights()}};
    for (const Size size : kTrunkSizes)
        json["shape"][nameOf(size)] = get(model.config().shape, size);
    const ModelShape& shape = model.config().shape;
    json["task"] = readsTokens(model.config().flavour.task)
        ? Json{{"kind", "language"}, {"vocab", shape.vocab}, {"positions", shape.positions}}
        : Json{{"kind", "images"}, {"classes", shape.classes},
            {"image", {shape.imageHeight, shape.imageWidth}},
            {"patch", {shape.patchHeight, shape.patchWidth}}, {"channels", shape.channels}};
    if (readsTokens(model.config().flavour.task))
        json["tokenizer"] = jsonOf(tokenizerTextOf(model));
    json["tied_head"] = model.config().flavour.tiedHead;
    json["parameters"] = footprint.parameters;
    json["bytes_fp32"] = footprint.bytes;
    json["forward_flops"] = footprint.forwardFlops;
    json["kv_cache_bytes_per_token_fp32"] = footprint.kvCacheBytesPerToken;
    json["tensors"] = Json::array();
    for (const TensorInfo& tensor : model.tensors())
        json["tensors"].push_back(
            {{"name", tensor.name}, {"parameter", parameterText(tensor)}, {"dtype", tensor.dtype},
                {"sizes", tensor.sizes}, {"bytes", tensor.bytes}, {"file", tensor.file}});
    return json;
}

/// What stands behind the last block.
std::string headText(const ModelConfig& config)
{
    if (isHeadless(config.flavour.task))
        return "no head";
    if (predictsClasses(config.flavour.task))
        return fmt::format("{} classes", config.shape.classes);
    return config.flavour.tiedHead ? "tied head" : "own head";
}

void printTokenizer(const Model& model)
{
    const TokenizerText tokenizer = tokenizerTextOf(model);
    if (tokenizer.info)
        fmt::print("tokenizer: {}, {} tokens, from {}\n", tokenizer.info->kind,
            tokenizer.info->tokens, tokenizer.info->file);
    else
        fmt::print("tokenizer: {}\n", tokenizer.problem.empty() ? "none" : tokenizer.problem);
}

void printForPeople(const Model& model, const Footprint& footprint)
{
    const ModelShape& shape = model.config().shape;
    const bool language = readsTokens(model.config().flavour.task);
    fmt::print("{}: {}, {} layers, hidden {}, {} heads of {}, mlp {}\n", model.name(),
        architectureOf(model.config()).title, shape.layers, shape.hidden, shape.heads,
        shape.headDim, shape.mlp);
    if (language)
        fmt::print("vocabulary {}, {} positions, {}\n", shape.vocab, shape.positions,
            headText(model.config()));
    else
        fmt::print("{}, images {} x {}, patches {} x {}\n", headText(model.config()),
            shape.imageHeight, shape.imageWidth, shape.patchHeight, shape.patchWidth);
    if (language)
        printTokenizer(model);
    fmt::print("{} parameters, {}B as fp32, {}FLOPs per {}\n\n",
        withPrefix(static_cast<double>(footprint.parameters)),
        withPrefix(static_cast<double>(footprint.bytes)), withPrefix(footprint.forwardFlops),
        language ? "token" : "image");
    std::vector<std::vector<std::string>> rows = {
        {"tensor", "parameter", "dtype", "sizes", "file"}};
    for (const TensorInfo& tensor : model.tensors())
        rows.push_back({tensor.name, parameterText(tensor), tensor.dtype, sizesText(tensor.sizes),
            tensor.file});
    fmt::print("{}", alignedTable(rows));
}

} // namespace

void addInspectCommand(CLI::App& app, Action& action)
{
    struct Arguments
    {
        std::string model;
        bool json = false;
    };
    auto arguments = std::make_shared<Arguments>();
    CLI::App* command = app.add_subcommand("inspect", "Shows sizes, costs and tensors of a model");
    command->add_option("MODEL", arguments->model, kModelHelp)->required();
    command->add_flag("--json", arguments->json, "Machine-readable");
    command->callback([&action, arguments] {
        action = [arguments](const Console& console) -> Status {
            const auto model = openModel(arguments->model, console.progress);
            if (!model) {
                if (const auto diagnosis = diagnoseModel(arguments->model, model.error()))
                    console.explain(textOf(*diagnosis));
                return model.error();
            }
            const Footprint footprint = footprintOf(model->config(), bytesPerElement(Dtype::F32));
            console.clearProgress();
            if (arguments->json)
                fmt::print("{}\n", jsonOf(*model, footprint).dump(2));
            else
                printForPeople(*model, footprint);
            return {};
        };
    });
}

} // namespace espalier::cli
