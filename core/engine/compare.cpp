// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/compare.h"

#include "core/base/untrusted_text.h"
#include "core/engine/guard.h"
#include "core/engine/model_impl.h"
#include "core/engine/teacher.h"
#include "core/training/learner.h"
#include "core/training/schedule.h"
#include "core/training/validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <set>

namespace espalier {

namespace {

constexpr std::int64_t kLeastValidationBatch = 16;

class Stopwatch
{
public:
    [[nodiscard]] double seconds() const
    {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count();
    }

private:
    std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
};

PlanRequest requestFor(
    const ModelConfig& parent, const ComparisonSettings& settings, const ComparisonArm& arm)
{
    return {.parent = parent,
        .childShape = destinationShape(parent.shape, settings.shape),
        .options = arm.options};
}

std::optional<std::string> refusalOf(
    const ModelConfig& parent, const ComparisonSettings& settings, const ComparisonArm& arm)
{
    PlanRequest request = requestFor(parent, settings, arm);
    const Status fits = checkRequest(**methodOf(arm.method), request);
    return fits ? std::nullopt : std::optional(fits.error().message);
}

bool isDone(
    const std::vector<ComparisonRun>& runs, const std::string& arm, double rate, std::int64_t seed)
{
    return std::any_of(runs.begin(), runs.end(), [&](const ComparisonRun& run) {
        return run.arm == arm && run.learningRate == rate && run.seed == seed;
    });
}

/// A start and what it cost.
struct Start
{
    Model model;
    double seconds = 0;
    std::optional<NewMembers> newMembers = std::nullopt; ///< if there are gates, and any are new
};

/// Makes starts of one parent; what was measured once serves all arms, and each is charged for it.
class StartMaker
{
public:
    StartMaker(const Model& parent, const ComparisonSettings& settings)
        : m_parent(parent)
        , m_settings(settings)
    {
    }

    Result<Start> make(const ComparisonArm& arm, std::int64_t seed, const Progress& progress)
    {
        const Method& method = **methodOf(arm.method);
        const Result<Options> options = completeOptions(method.options, arm.options);
        if (!options)
            return options.error();
        const bool measures = !method.needs(*options).measurements.empty();
        if (measures)
            if (const Status done = measureOnce(progress); !done)
                return done.error();
        const Stopwatch clock;
        const Recipe recipe{.parentPath = {},
            .parentHash = {},
            .shape = m_settings.shape,
            .method = arm.method,
            .options = arm.options,
            .seed = {static_cast<std::uint64_t>(seed)},
            .measure = m_settings.measure};
        const Result<PlannedRecipe> planned =
            planRecipeOf(m_parent, recipe, m_measurements, progress);
        if (!planned)
            return planned.error();
        Result<Model> model = scaleModel(m_parent, planned->plan, progress);
        if (!model)
            return model.error();
        Start start{*std::move(model), clock.seconds() + (measures ? m_measureSeconds : 0)};
        if (m_settings.train.aids.gateSteps > 0) {
            Result<NewMembers> members = newMembersOf(planned->plan);
            if (members)
                start.newMembers = *std::move(members);
            else
                progress.tell(
                    fmt::format("{} trains without gates: {}", arm.name, members.error().message));
        }
        return start;
    }

private:
    Status measureOnce(const Progress& progress)
    {
        if (m_measurements)
            return {};
        const Stopwatch clock;
        Result<Measurements> measured = measure(m_parent, settingsForAll(), progress);
        if (!measured)
            return measured.error();
        m_measurements = *std::move(measured);
        m_measureSeconds = clock.seconds();
        return {};
    }

    /// What any arm needs, measured in one pass.
    [[nodiscard]] MeasureSettings settingsForAll() const
    {
        std::set<std::string> ids;
        for (const ComparisonArm& arm : m_settings.arms) {
            const Method& method = **methodOf(arm.method);
            const Result<Options> options = completeOptions(method.options, arm.options);
            if (!options || refusalOf(m_parent.config(), m_settings, arm))
                continue;
            for (const std::string_view id : method.needs(*options).measurements)
                ids.emplace(id);
        }
        MeasureSettings settings = m_settings.measure;
        settings.ids.assign(ids.begin(), ids.end());
        return settings;
    }

    const Model& m_parent;
    const ComparisonSettings& m_settings;
    std::optional<Measurements> m_measurements;
    double m_measureSeconds = 0;
};

Result<ValidationResult> validateOn(
    const ParameterSet& parameters, const Dataset& data, const TrainSettings& settings)
{
    return validate(
        parameters, data, settings.evalSamples, std::max(settings.batch, kLeastValidationBatch));
}

struct Trained
{
    double loss = 0;
    std::optional<double> accuracy;
    double stepSeconds = 0;
};

/// All steps at once, without checkpoints. Weights that stop being finite end it: the loss is NaN.
Result<Trained> trainBriefly(const ParameterSet& start, const Dataset& data,
    const TrainSettings& settings, const std::optional<ParameterSet>& teacher,
    const std::optional<NewMembers>& newMembers, const Progress& progress)
{
    Learner learner(start,
        {.beta1 = settings.beta1, .beta2 = settings.beta2, .weightDecay = settings.weightDecay},
        at::Device(at::kCPU), settings.dtype == "bf16" ? Products::Bf16 : Products::Fp32);
    if (teacher)
        learner.setTeacher(*teacher);
    if (newMembers)
        learner.setNewMembers(*newMembers);
    const Stopwatch clock;
    for (std::int64_t step = 0; step < settings.steps; ++step) {
        if (progress.stopRequested())
            return cancelled();
        const StepResult result = learner.step(
            data.trainingBatch(settings.seed, step, settings.batch), learningRateAt(settings, step),
            settings.clipNorm,
            stepVariantAt(settings, start.config, step,
                !readsTokens(data.task()) ? trunkTokensOf(start.config) : data.sequenceLength()));
        if (!result.finite())
            return Trained{.loss = std::numeric_limits<double>::quiet_NaN(), .accuracy = {}};
    }
    const double stepSeconds = clock.seconds() / static_cast<double>(settings.steps);
    const Result<ValidationResult> after = validateOn(learner.parameters(), data, settings);
    if (!after)
        return after.error();
    return Trained{after->loss, after->accuracy, stepSeconds};
}

Result<ComparisonRun> runOnce(const Start& start, const Dataset& data,
    const ComparisonSettings& settings, const std::optional<ParameterSet>& teacher,
    ComparisonRun run, const Progress& progress)
{
    TrainSettings train = settings.train;
    train.learningRate = run.learningRate;
    train.seed = {static_cast<std::uint64_t>(run.seed)};
    if (!start.newMembers)
        train.aids.gateSteps = 0; // as was told when the start was made
    const Result<ParameterSet> parameters = start.model.impl().parameters(progress);
    if (!parameters)
        return parameters.error();
    const Result<ValidationResult> before = validateOn(*parameters, data, train);
    if (!before)
        return before.error();
    const Result<Trained> after =
        trainBriefly(*parameters, data, train, teacher, start.newMembers, progress);
    if (!after)
        return after.error();
    run.untrainedLoss = before->loss;
    run.trainedLoss = after->loss;
    run.trainedAccuracy = after->accuracy;
    run.startSeconds = start.seconds;
    run.stepSeconds = after->stepSeconds;
    return run;
}

/// What all arms share.
struct Comparison
{
    const ComparisonSettings& settings;
    const std::vector<ComparisonRun>& done;
    const ComparisonObserver& observer;
    const Dataset& data;
    const std::optional<ParameterSet>& teacher;
};

/// One start, trained at every rate that is not done.
Status runSeed(const Comparison& comparison, StartMaker& starts, const ComparisonArm& arm,
    std::int64_t seed, const Progress& progress)
{
    std::optional<Start> start;
    for (const double rate : comparison.settings.learningRates) {
        if (isDone(comparison.done, arm.name, rate, seed))
            continue;
        if (!start) {
            Result<Start> made = starts.make(arm, seed, progress);
            if (!made)
                return made.error();
            start = *std::move(made);
        }
        const Result<ComparisonRun> run = runOnce(*start, comparison.data, comparison.settings,
            comparison.teacher, {.arm = arm.name, .learningRate = rate, .seed = seed}, progress);
        if (!run)
            return run.error();
        if (const Status kept = comparison.observer.run(*run); !kept)
            return kept;
    }
    return {};
}

Status checkSettings(const ComparisonSettings& settings)
{
    if (settings.seeds < 1 || settings.train.steps < 1 || settings.train.batch < 1)
        return refused(
            fmt::format("compare: {} seeds, {} steps in batches of {}, wanted at least 1 of each",
                settings.seeds, settings.train.steps, settings.train.batch));
    if (settings.train.aids.gateSteps > settings.train.steps)
        return refused(fmt::format("compare: gates: found {} steps until they are open, wanted at "
                                   "most the training's {}",
            settings.train.aids.gateSteps, settings.train.steps));
    for (const double rate : settings.learningRates)
        if (!(rate > 0))
            return refused(fmt::format("compare: learning rate {:g}, wanted one above 0", rate));
    return {};
}

} // namespace

Result<ComparisonArm> readArm(std::string_view text)
{
    ComparisonArm arm{.name = std::string(text), .method = {}, .options = {}};
    std::size_t end = text.find(':');
    arm.method = text.substr(0, end);
    const Result<const Method*> method = methodOf(arm.method);
    if (!method)
        return method.error();
    while (end != std::string_view::npos) {
        text.remove_prefix(end + 1);
        end = text.find(':');
        const std::string_view pair = text.substr(0, end);
        const std::size_t equals = pair.find('=');
        const auto spec = std::find_if((*method)->options.begin(), (*method)->options.end(),
            [&](const OptionSpec& option) { return option.key == pair.substr(0, equals); });
        if (equals == std::string_view::npos || spec == (*method)->options.end())
            return refused(fmt::format("{}: found {}, wanted key=value with a parameter of {}",
                inQuotes(arm.name), inQuotes(std::string(pair)), arm.method));
        Result<OptionValue> value = parseOption(*spec, pair.substr(equals + 1));
        if (!value)
            return value.error();
        arm.options[std::string(spec->key)] = *std::move(value);
    }
    return arm;
}

std::vector<RefusedArm> refusedArms(const ModelConfig& parent, const ComparisonSettings& settings)
{
    std::vector<RefusedArm> refusals;
    for (const ComparisonArm& arm : settings.arms)
        if (const auto reason = refusalOf(parent, settings, arm))
            refusals.push_back({arm.name, *reason});
    return refusals;
}

Status compareStarts(const Model& parent, const ComparisonSettings& settings,
    const std::vector<ComparisonRun>& done, const ComparisonObserver& observer,
    const Progress& progress)
{
    if (const Status sane = checkSettings(settings); !sane)
        return sane;
    return guarded([&]() -> Status {
        const ModelConfig child = destinationConfig(parent.config(), settings.shape);
        const Result<Dataset> data = parent.impl().data->open(settings.train.data, child, progress);
        if (!data)
            return data.error();
        if (const Status labels = data->requireLabels(); !labels)
            return labels;
        const Result<std::optional<ParameterSet>> teacher = teacherFor(
            settings.train, parent.path().string(), child, data->sequenceLength(), progress);
        if (!teacher)
            return teacher.error();
        StartMaker starts(parent, settings);
        const Comparison comparison{settings, done, observer, *data, *teacher};
        for (std::size_t i = 0; i < settings.arms.size(); ++i) {
            const ComparisonArm& arm = settings.arms[i];
            if (refusalOf(parent.config(), settings, arm))
                continue;
            for (std::int64_t seed = 0; seed < settings.seeds; ++seed) {
                progress(static_cast<double>(i) / static_cast<double>(settings.arms.size()),
                    fmt::format("{}, seed {}", arm.name, seed));
                const Status status = runSeed(comparison, starts, arm, seed, progress);
                if (!status && status.error().code == ErrorCode::Refused && seed == 0) {
                    observer.refused({arm.name, status.error().message});
                    break;
                }
                if (!status)
                    return status;
            }
        }
        return {};
    });
}

} // namespace espalier
