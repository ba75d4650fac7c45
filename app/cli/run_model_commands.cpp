// SPDX-License-Identifier: GPL-3.0-or-later
//
// Commands that run a model as it is: forward, eval, measure.

#include "app/cli/command.h"
#include "app/cli/console.h"
#include "app/cli/data_options.h"
#include "core/engine/model_source.h"
#include "core/engine/session.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>

namespace espalier::cli {

namespace {

using Json = nlohmann::ordered_json;

struct ForwardArguments
{
    std::string model;
    std::string input;
    std::string output;
    bool hiddenStates = false;
};

struct EvaluateArguments
{
    std::string model;
    DataSpec data;
    std::int64_t samples = 0;
    bool json = false;
};

struct MeasureArguments
{
    std::string model;
    MeasureSettings settings;
    bool noBlockLosses = false;
    std::string out;
    bool json = false;
};

Status evaluateModel(const EvaluateArguments& arguments, const Console& console)
{
    const auto model = openModel(arguments.model, console.progress);
    if (!model)
        return model.error();
    const auto result = evaluate(*model, arguments.data, arguments.samples, console.progress);
    if (!result)
        return result.error();
    console.clearProgress();
    if (arguments.json) {
        Json json = {
            {"loss", result->loss}, {"chance", result->chance}, {"tokens", result->tokens}};
        if (result->accuracy)
            json["accuracy"] = *result->accuracy;
        else
            json["perplexity"] = std::exp(result->loss);
        if (result->floor)
            json["floor"] = *result->floor;
        fmt::print("{}\n", json.dump(2));
        return {};
    }
    fmt::print("loss {:.4f} (chance {:.4f}", result->loss, result->chance);
    if (result->floor)
        fmt::print(", entropy floor {:.4f}", *result->floor);
    if (result->accuracy)
        fmt::print("), accuracy {:.2f} % of {} images\n", 100 * *result->accuracy, result->tokens);
    else
        fmt::print("), perplexity {:.3f} over {} tokens\n", std::exp(result->loss), result->tokens);
    return {};
}

Json jsonOf(const Measurements& m)
{
    Json json = {{"parent_sha256", m.parentHash}, {"data", m.data}, {"samples", m.samples},
        {"tokens", m.tokens}, {"residual_change", m.change_L},
        {"attention_change", m.attentionChange_L}, {"mlp_change", m.mlpChange_L}};
    if (!m.lossRemoved_L.empty()) {
        json["loss"] = m.baseLoss;
        json["loss_block_removed"] = m.lossRemoved_L;
        json["loss_block_duplicated"] = m.lossDuplicated_L;
    }
    return json;
}

void printForPeople(const Measurements& m)
{
    const bool losses = !m.lossRemoved_L.empty();
    std::vector<std::vector<std::string>> rows = {{"block", "r_l", "attention", "mlp"}};
    if (losses)
        rows[0].insert(rows[0].end(), {"loss removed", "loss run twice"});
    for (std::size_t l = 0; l < m.change_L.size(); ++l) {
        rows.push_back({fmt::format("{}", l), fmt::format("{:.4f}", m.change_L[l]),
            fmt::format("{:.4f}", m.attentionChange_L[l]),
            fmt::format("{:.4f}", m.mlpChange_L[l])});
        if (losses)
            rows.back().insert(rows.back().end(),
                {fmt::format("{:.4f}", m.lossRemoved_L[l]),
                    fmt::format("{:.4f}", m.lossDuplicated_L[l])});
    }
    fmt::print("{} samples, {} tokens of {}", m.samples, m.tokens, m.data);
    if (losses)
        fmt::print("; loss {:.4f}", m.baseLoss);
    fmt::print("\n{}", alignedTable(rows));
}

Status measureModel(const MeasureArguments& arguments, const Console& console)
{
    const auto model = openModel(arguments.model, console.progress);
    if (!model)
        return model.error();
    MeasureSettings settings = arguments.settings;
    settings.blockLosses = !arguments.noBlockLosses;
    const auto measurements = measure(*model, settings, console.progress);
    if (!measurements)
        return measurements.error();
    if (const Status saved = saveMeasurements(*measurements, arguments.out); !saved)
        return saved;
    console.clearProgress();
    if (arguments.json)
        fmt::print("{}\n", jsonOf(*measurements).dump(2));
    else
        printForPeople(*measurements);
    return {};
}

} // namespace

void addForwardCommand(CLI::App& app, Action& action)
{
    auto arguments = std::make_shared<ForwardArguments>();
    CLI::App* command = app.add_subcommand("forward", "Runs a model on given inputs");
    command->add_option("MODEL", arguments->model, kModelHelp)->required();
    command
        ->add_option("--input", arguments->input,
            "safetensors with input_ids (and attention_mask) or pixel_values")
        ->required();
    command
        ->add_option(
            "--output", arguments->output, "safetensors to write: logits (and hidden_states.0 …)")
        ->required();
    command->add_flag(
        "--hidden-states", arguments->hiddenStates, "Also the residual stream after every block");
    command->callback([&action, arguments] {
        action = [arguments](const Console& console) -> Status {
            const auto model = openModel(arguments->model, console.progress);
            if (!model)
                return model.error();
            return forwardFile(*model, arguments->input, arguments->output, arguments->hiddenStates,
                console.progress);
        };
    });
}

void addEvaluateCommand(CLI::App& app, Action& action)
{
    auto arguments = std::make_shared<EvaluateArguments>();
    CLI::App* command =
        app.add_subcommand("eval", "Measures loss, and accuracy or perplexity, on validation data");
    command->add_option("MODEL", arguments->model, kModelHelp)->required();
    addDataOptions(*command, arguments->data);
    command->get_option("--data")->required();
    addSplitOption(*command, arguments->data);
    command->add_option("--samples", arguments->samples, "Validation samples (default: all)")
        ->check(CLI::PositiveNumber);
    command->add_flag("--json", arguments->json, "Machine-readable");
    command->callback([&action, arguments] {
        action = [arguments](const Console& console) {
            return evaluateModel(*arguments, console);
        };
    });
}

void addMeasureCommand(CLI::App& app, Action& action)
{
    auto arguments = std::make_shared<MeasureArguments>();
    CLI::App* command =
        app.add_subcommand("measure", "Scores neurons, heads and blocks on calibration data");
    command->add_option("MODEL", arguments->model, kModelHelp)->required();
    addDataOptions(*command, arguments->settings.data);
    command->get_option("--data")->required();
    command->add_option("--samples", arguments->settings.samples, "Sequences or images")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command->add_option("--batch", arguments->settings.batch, "Samples at a time")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command->add_flag("--no-block-losses", arguments->noBlockLosses,
        "Leave out the losses with a block removed or run twice");
    command->add_option("--out", arguments->out, "HDF5 file to write")->required();
    command->add_flag("--json", arguments->json, "Machine-readable summary");
    command->callback([&action, arguments] {
        action = [arguments](const Console& console) {
            return measureModel(*arguments, console);
        };
    });
}

} // namespace espalier::cli
