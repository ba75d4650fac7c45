// SPDX-License-Identifier: GPL-3.0-or-later
//
// Commands that make what a model reads: tokenize, preprocess.

#include "app/cli/command.h"
#include "app/cli/console.h"
#include "core/engine/model_source.h"
#include "core/engine/preprocess.h"
#include "core/engine/tokenize.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace espalier::cli {

namespace {

struct PreprocessArguments
{
    std::string model;
    std::string image;
    std::string output;
};

struct Arguments
{
    std::string model;
    std::string file;
    bool special = false;
    bool json = false;
};

Status run(const Arguments& arguments, const Console& console)
{
    const auto folder = modelFolder(arguments.model, console.progress);
    if (!folder)
        return folder.error();
    const auto info = tokenizerOf(*folder);
    if (!info)
        return info.error();
    const auto text = tokenizeFile(*folder, arguments.file, arguments.special);
    if (!text)
        return text.error();
    console.clearProgress();
    if (!arguments.json) {
        fmt::print("{}\n", fmt::join(text->ids, " "));
        return {};
    }
    nlohmann::ordered_json json;
    if (const auto& tokenizer = *info)
        json["tokenizer"] = {
            {"kind", tokenizer->kind}, {"file", tokenizer->file}, {"tokens", tokenizer->tokens}};
    json["ids"] = text->ids;
    json["pieces"] = text->pieces;
    json["decoded"] = text->decoded;
    fmt::print("{}\n", json.dump());
    return {};
}

} // namespace

void addTokenizeCommand(CLI::App& app, Action& action)
{
    auto arguments = std::make_shared<Arguments>();
    CLI::App* command =
        app.add_subcommand("tokenize", "Shows the token numbers that a model's tokenizer gives");
    command->add_option("MODEL", arguments->model, "Folder with a tokenizer")->required();
    command->add_option("--text", arguments->file, "Text file, UTF-8")->required();
    command->add_flag("--special", arguments->special, "With the tokens around a text ([CLS] …)");
    command->add_flag("--json", arguments->json, "Machine-readable, with the tokens' spelling");
    command->callback([&action, arguments] {
        action = [arguments](const Console& console) {
            return run(*arguments, console);
        };
    });
}

void addPreprocessCommand(CLI::App& app, Action& action)
{
    auto arguments = std::make_shared<PreprocessArguments>();
    CLI::App* command = app.add_subcommand(
        "preprocess", "Makes a picture into what forward reads, with the model's image processor");
    command->add_option("MODEL", arguments->model, kModelHelp)->required();
    command->add_option("--image", arguments->image, "JPEG or PNG file")->required();
    command->add_option("--output", arguments->output, "safetensors to write: pixel_values")
        ->required();
    command->callback([&action, arguments] {
        action = [arguments](const Console& console) -> Status {
            const auto model = openModel(arguments->model, console.progress);
            return model ? preprocessImage(*model, arguments->image, arguments->output)
                         : model.error();
        };
    });
}

} // namespace espalier::cli
