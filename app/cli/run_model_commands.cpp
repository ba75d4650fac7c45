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

#include <algorithm>
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
    bool oneBlock = false;
};

struct EvaluateArguments
{
    std::string model;
    DataSpec data;
    std::int64_t samples = 0;
    bool oneBlock = false;
    bool json = false;
};

struct MeasureArguments
{
    std::string model;
    MeasureSettings settings;
    std::string out;
    bool oneBlock = false;
    bool json = false;
};

WeightsHeld heldBy(bool oneBlock)
{
    return oneBlock ? WeightsHeld::OneBlock : WeightsHeld::AsMemoryAllows;
}

void addBlockByBlock(CLI::App& command, bool& oneBlock)
{
    command.add_flag("--block-by-block", oneBlock,
        "Read the weights one block at a time (default: if they do not fit into memory)");
}

Status evaluateModel(const EvaluateArguments& arguments, const Console& console)
{
    const auto model = openModel(arguments.model, console.progress);
    if (!model)
        return model.error();
    const auto result = evaluate(
        *model, arguments.data, arguments.samples, console.progress, heldBy(arguments.oneBlock));
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

/// A number per block, as both summaries name it.
struct BlockColumn
{
    const char* key;
    const char* title;
    std::vector<double> Measurements::*values_L;
};
constexpr BlockColumn kBlockColumns[] = {
    {"residual_change", "r_l", &Measurements::change_L},
    {"attention_change", "attention", &Measurements::attentionChange_L},
    {"mlp_change", "mlp", &Measurements::mlpChange_L},
    {"block_influence", "influence", &Measurements::blockInfluence_L},
    {"loss_block_removed", "loss removed", &Measurements::lossRemoved_L},
    {"loss_block_duplicated", "loss run twice", &Measurements::lossDuplicated_L},
};

std::vector<std::string_view> metricsOf(const Measurements& m)
{
    std::vector<std::string_view> metrics;
    for (const auto& [metric, scores] : m.scores)
        metrics.push_back(metric);
    return metrics;
}

Json jsonOf(const Measurements& m)
{
    Json json = {{"parent_sha256", m.parentHash}, {"data", m.data}, {"samples", m.samples},
        {"tokens", m.tokens}, {"scores", metricsOf(m)}};
    for (const BlockColumn& column : kBlockColumns)
        if (!(m.*column.values_L).empty())
            json[column.key] = m.*column.values_L;
    if (!m.lossRemoved_L.empty())
        json["loss"] = m.baseLoss;
    for (std::int64_t n = 0; n < m.angularDistance_NL.rows; ++n) {
        const auto row = m.angularDistance_NL.values.begin() + n * m.angularDistance_NL.cols;
        json["angular_distance"].push_back(
            std::vector<double>(row, row + m.angularDistance_NL.cols - n));
    }
    if (!m.greedyRemoval_L.empty()) {
        json["greedy_removal"] = m.greedyRemoval_L;
        json["greedy_loss"] = m.greedyLoss_L;
    }
    return json;
}

void printBlocks(const Measurements& m)
{
    std::vector<std::vector<std::string>> rows = {{"block"}};
    for (const BlockColumn& column : kBlockColumns) {
        const std::vector<double>& values_L = m.*column.values_L;
        if (values_L.empty())
            continue;
        rows[0].emplace_back(column.title);
        for (std::size_t l = 0; l < values_L.size(); ++l) {
            if (rows.size() < l + 2)
                rows.push_back({fmt::format("{}", l)});
            rows[l + 1].push_back(fmt::format("{:.4f}", values_L[l]));
        }
    }
    if (rows.size() > 1)
        fmt::print("{}", alignedTable(rows));
}

/// The most alike ends of n blocks: what removing a run of blocks costs least.
void printAngles(const Measurements& m)
{
    const Matrix& distance_NL = m.angularDistance_NL;
    std::vector<std::vector<std::string>> rows = {{"n blocks", "from", "angular distance"}};
    for (std::int64_t n = 1; n <= distance_NL.rows; ++n) {
        const auto begin = distance_NL.values.begin() + (n - 1) * distance_NL.cols;
        const auto least = std::min_element(begin, begin + distance_NL.cols - n + 1);
        rows.push_back({fmt::format("{}", n), fmt::format("{}", least - begin),
            fmt::format("{:.4f}", *least)});
    }
    if (rows.size() > 1)
        fmt::print("{}", alignedTable(rows));
}

void printForPeople(const Measurements& m)
{
    fmt::print("{} samples, {} tokens of {}", m.samples, m.tokens, m.data);
    if (!m.lossRemoved_L.empty())
        fmt::print("; loss {:.4f}", m.baseLoss);
    fmt::print("\n");
    if (!m.scores.empty())
        fmt::print("channels scored by {}\n", fmt::join(metricsOf(m), ", "));
    printBlocks(m);
    printAngles(m);
    if (!m.greedyRemoval_L.empty())
        fmt::print("greedy removal: {}\n", fmt::join(m.greedyRemoval_L, " "));
}

Status measureModel(const MeasureArguments& arguments, const Console& console)
{
    const auto model = openModel(arguments.model, console.progress);
    if (!model)
        return model.error();
    const auto measurements =
        measure(*model, arguments.settings, console.progress, heldBy(arguments.oneBlock));
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
    addBlockByBlock(*command, arguments->oneBlock);
    command->callback([&action, arguments] {
        action = [arguments](const Console& console) -> Status {
            const auto model = openModel(arguments->model, console.progress);
            if (!model)
                return model.error();
            return forwardFile(*model, arguments->input, arguments->output, arguments->hiddenStates,
                console.progress, heldBy(arguments->oneBlock));
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
    addBlockByBlock(*command, arguments->oneBlock);
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
    command
        ->add_option("--measure", arguments->settings.ids,
            "Measurements, see `list measurements` (default: the usual ones)")
        ->delimiter(',');
    addBlockByBlock(*command, arguments->oneBlock);
    command->add_option("--out", arguments->out, "HDF5 file to write")->required();
    command->add_flag("--json", arguments->json, "Machine-readable summary");
    command->callback([&action, arguments] {
        action = [arguments](const Console& console) {
            return measureModel(*arguments, console);
        };
    });
}

} // namespace espalier::cli
