// SPDX-License-Identifier: GPL-3.0-or-later
//
// Commands that train: train (one lane), race (several).

#include "app/cli/command.h"
#include "app/cli/console.h"
#include "app/cli/data_options.h"
#include "app/cli/growth_options.h"
#include "app/cli/training_aids.h"
#include "core/engine/lasting_names.h"
#include "core/engine/model_source.h"
#include "core/engine/race.h"
#include "core/engine/spec_files.h"

#include <fmt/format.h>

#include <cmath>

namespace espalier::cli {

namespace {

struct TrainArguments
{
    std::string model;
    std::string recipe;
    TrainSettings settings;
    AidOptions aids;
    std::vector<std::string> growth;
    std::string lane = "lane";
    std::string out;
    bool resume = false;
};

struct RaceArguments
{
    std::string spec;
    std::string out;
    bool resume = false;
};

/// Prints a line per validation loss (and per change of state) and keeps the bar going in between.
class RacePrinter
{
public:
    RacePrinter(const Console& console, const std::vector<LaneRecord>& lanes)
        : m_console(console)
    {
        for (const LaneRecord& lane : lanes)
            m_lanes.push_back({lane.spec.id, lane.spec.train.steps});
    }

    [[nodiscard]] RaceObserver observer()
    {
        return {
            .point = [this](std::size_t lane, const TrainPoint& point) { onPoint(lane, point); },
            .state =
                [this](std::size_t lane, LaneState state, const std::string& note) {
                    onState(lane, state, note);
                }};
    }

private:
    struct Lane
    {
        std::string id;
        std::int64_t steps;
    };

    void onPoint(std::size_t lane, const TrainPoint& point)
    {
        const Lane& row = m_lanes[lane];
        m_console.progress(static_cast<double>(point.step)
                / static_cast<double>(std::max<std::int64_t>(row.steps, 1)),
            fmt::format(
                "{} step {} of {}, loss {:.4f}", row.id, point.step, row.steps, point.trainLoss));
        if (!point.validationLoss)
            return;
        m_console.clearProgress();
        fmt::print(stderr, "{} step {}: validation loss {:.4f}", row.id, point.step,
            *point.validationLoss);
        if (point.accuracy)
            fmt::print(stderr, ", accuracy {:.2f} %", 100 * *point.accuracy);
        if (point.step > 0)
            fmt::print(stderr, ", train {:.4f}, {:.1f} s", point.trainLoss, point.seconds);
        fmt::print(stderr, "\n");
    }

    void onState(std::size_t lane, LaneState state, const std::string& note)
    {
        if (state == LaneState::Running || state == LaneState::Waiting)
            return;
        m_console.clearProgress();
        fmt::print(stderr, "{}: {}{}{}\n", m_lanes[lane].id, nameOf(state),
            note.empty() ? "" : ", ", note);
    }

    const Console& m_console;
    std::vector<Lane> m_lanes;
};

/// One line per lane on stdout: what a script wants to know.
void printSummary(const std::vector<LaneRecord>& lanes)
{
    std::vector<std::vector<std::string>> rows = {
        {"lane", "state", "step", "validation loss", "best", "seconds"}};
    for (const LaneRecord& lane : lanes) {
        std::optional<double> last;
        double best = INFINITY;
        for (const TrainPoint& point : lane.points)
            if (point.validationLoss) {
                last = point.validationLoss;
                best = std::min(best, *point.validationLoss);
            }
        const TrainPoint end = lane.points.empty() ? TrainPoint{} : lane.points.back();
        rows.push_back({lane.spec.id, std::string(nameOf(lane.state)), fmt::format("{}", end.step),
            last ? fmt::format("{:.4f}", *last) : "-", last ? fmt::format("{:.4f}", best) : "-",
            fmt::format("{:.1f}", end.seconds)});
    }
    fmt::print("{}", alignedTable(rows));
}

/// A run that was stopped, in training or while its data were read, goes on from its folder.
Error toldHowToGoOn(const Error& error, const std::filesystem::path& run)
{
    std::error_code ignored;
    if (error.code != ErrorCode::Cancelled || !std::filesystem::exists(run / "race.json", ignored))
        return error;
    return {ErrorCode::Cancelled,
        fmt::format("stopped; state saved, continue with --resume --out {}", run.string())};
}

Status runRace(
    Result<std::unique_ptr<Race>> race, const std::filesystem::path& run, const Console& console)
{
    if (!race)
        return toldHowToGoOn(race.error(), run);
    RacePrinter printer(console, (*race)->lanes());
    const Status status = (*race)->run(printer.observer(), console.progress.stop);
    console.clearProgress();
    printSummary((*race)->lanes());
    if (!status)
        return toldHowToGoOn(status.error(), run);
    for (const LaneRecord& lane : (*race)->lanes())
        if (lane.state == LaneState::Failed)
            return refused(fmt::format("{}: {}", lane.spec.id, lane.note));
    return {};
}

/// The lane's model before it trains, as far as sizes go.
Result<ModelConfig> startConfig(const LaneSpec& lane, const Progress& progress)
{
    const Result<Model> model =
        openModel(lane.recipe ? lane.recipe->parentPath : lane.parentPath, progress);
    if (!model)
        return model.error();
    return lane.recipe ? destinationConfig(model->config(), lane.recipe->shape) : model->config();
}

Result<LaneSpec> plainLaneFrom(const TrainArguments& arguments)
{
    LaneSpec lane;
    lane.id = arguments.lane;
    lane.title = arguments.lane;
    lane.train = arguments.settings;
    lane.train.aids = aidsFrom(arguments.aids);
    if (arguments.recipe.empty()) {
        lane.parentPath = lastingName(arguments.model);
        return lane;
    }
    auto loaded = loadRecipe(arguments.recipe);
    if (!loaded)
        return loaded.error();
    lane.recipe = std::move(*loaded);
    return lane;
}

Result<LaneSpec> laneFrom(const TrainArguments& arguments, const Progress& progress)
{
    Result<LaneSpec> lane = plainLaneFrom(arguments);
    if (!lane || arguments.growth.empty())
        return lane;
    const Result<ModelConfig> start = startConfig(*lane, progress);
    if (!start)
        return start.error();
    Result<std::vector<GrowthStage>> stages = growthFrom(arguments.growth, *start);
    if (!stages)
        return stages.error();
    lane->train.growth = *std::move(stages);
    return lane;
}

Status train(const TrainArguments& arguments, const Console& console)
{
    if (arguments.resume)
        return runRace(Race::open(arguments.out, console.progress), arguments.out, console);
    if (arguments.model.empty() == arguments.recipe.empty())
        return Error{
            ErrorCode::Usage, "train: wanted either MODEL or --recipe (or --resume --out RUN)"};
    if (arguments.settings.data.source.empty())
        return Error{ErrorCode::Usage, "train: --data is required"};
    auto lane = laneFrom(arguments, console.progress);
    if (!lane)
        return lane.error();
    return runRace(Race::create(RaceSpec{{std::move(*lane)}}, arguments.out, console.progress),
        arguments.out, console);
}

Status race(const RaceArguments& arguments, const Console& console)
{
    if (arguments.resume)
        return runRace(Race::open(arguments.out, console.progress), arguments.out, console);
    if (arguments.spec.empty())
        return Error{ErrorCode::Usage, "race: wanted race.json (or --resume --out RUN)"};
    const auto spec = loadRaceSpec(arguments.spec);
    if (!spec)
        return spec.error();
    return runRace(Race::create(*spec, arguments.out, console.progress), arguments.out, console);
}

void addTrainOptions(CLI::App& command, TrainSettings& settings)
{
    const auto add = [&](const char* name, auto& value, const char* what) {
        return command.add_option(name, value, what)->capture_default_str()->group("Training");
    };
    addDataOptions(command, settings.data, "Training");
    addSplitOption(command, settings.data, "Training");
    add("--steps", settings.steps, "Training steps");
    add("--batch", settings.batch, "Samples per step");
    add("--lr", settings.learningRate, "Highest learning rate");
    add("--final-lr-share", settings.finalLearningRateShare, "Share of it that the cosine ends at");
    add("--warmup", settings.warmupSteps, "Warm-up steps");
    add("--weight-decay", settings.weightDecay, "On matrices and tables");
    add("--beta1", settings.beta1, "AdamW");
    add("--beta2", settings.beta2, "AdamW");
    add("--clip", settings.clipNorm, "Highest gradient norm (0: any)");
    add("--eval-every", settings.evalEvery, "Steps between validation losses (0: at the end)");
    add("--eval-samples", settings.evalSamples, "Validation samples each time");
    add("--autosave-every", settings.autosaveEvery, "Steps between checkpoints (0: at the end)");
    add("--device", settings.device, "auto, cpu or cuda");
    add("--dtype", settings.dtype, "Matrix products in fp32 or bf16; weights stay fp32")
        ->check(CLI::IsMember({"fp32", "bf16"}));
    add("--train-seed", settings.seed.value, "Order of batches");
}

} // namespace

void addTrainCommand(CLI::App& app, Action& action)
{
    auto arguments = std::make_shared<TrainArguments>();
    CLI::App* command = app.add_subcommand("train", "Trains a model, or a recipe's destination");
    command->add_option("MODEL", arguments->model,
        fmt::format("{}; a folder with only a config.json: fresh weights", kModelHelp));
    command->add_option("--recipe", arguments->recipe, "A recipe instead of MODEL");
    addTrainOptions(*command, arguments->settings);
    addAidOptions(*command, arguments->aids);
    addGrowthOption(*command, arguments->growth);
    command->add_option("--lane", arguments->lane, "Name of the lane inside RUN")
        ->capture_default_str();
    command->add_option("--out", arguments->out, "Run folder")->required();
    command->add_flag("--resume", arguments->resume, "Continue the run in --out");
    command->callback([&action, arguments] {
        action = [arguments](const Console& console) {
            return train(*arguments, console);
        };
    });
}

void addRaceCommand(CLI::App& app, Action& action)
{
    auto arguments = std::make_shared<RaceArguments>();
    CLI::App* command =
        app.add_subcommand("race", "Trains several starts side by side on the same batches");
    command->add_option("RACE", arguments->spec,
        "race.json: lanes, each a recipe or a model with training settings");
    command->add_option("--out", arguments->out, "Run folder")->required();
    command->add_flag("--resume", arguments->resume, "Continue the run in --out");
    command->callback([&action, arguments] {
        action = [arguments](const Console& console) {
            return race(*arguments, console);
        };
    });
}

} // namespace espalier::cli
