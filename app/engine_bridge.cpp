// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/engine_bridge.h"

#include "app/convert.h"
#include "app/planner.h"
#include "app/weight_preview.h"
#include "core/methods/catalog.h"
#include "core/plan/measured.h"
#include "widgets/format/number_format.h"

#include <QDateTime>

#include <chrono>

namespace espalier {
namespace {

/// Samples behind the losses in the destination panel: enough for two digits, few enough for a
/// second.
constexpr std::int64_t kQuickSamples = 16;
constexpr auto kReportInterval = std::chrono::milliseconds(50);

enum QuickKey
{
    kPreviewKey
};
enum ScoreKey
{
    kParentLossKey,
    kChildLossKey
};
enum LongKey
{
    kOpenKey,
    kMeasureKey,
    kExportKey
};
enum FetchKey
{
    kFetchKey
};
enum QuestionKey
{
    kLookUpKey
};

std::optional<Measurements> cachedMeasurements(
    const std::filesystem::path& folder, const std::string& hash)
{
    const std::filesystem::path file = folder / "m.h5";
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored))
        return std::nullopt;
    Result<Measurements> loaded = loadMeasurements(file);
    // A cache that does not belong to these weights is worth nothing; the parent is measured anew.
    if (!loaded.ok() || loaded->parentHash != hash)
        return std::nullopt;
    return std::move(loaded).value();
}

ParameterId nearestParameter(const ModelConfig& config, ParameterId wanted)
{
    if (isPerBlock(wanted.role))
        wanted.block = std::clamp(wanted.block, 0, static_cast<int>(config.shape.layers) - 1);
    if (hasParameter(config, wanted))
        return wanted;
    return {Role::QkvWeight, 0};
}

} // namespace

EngineBridge::EngineBridge(Workspace& workspace, QObject* parent)
    : QObject(parent)
    , m_workspace(workspace)
    , m_info(startEngine())
    , m_race(workspace)
    , m_rival(workspace)
{
    m_workspace.setPreviewed({Role::QkvWeight, 0});
    connect(&workspace, &Workspace::planChanged, this, &EngineBridge::refreshDestination);
    connect(&workspace, &Workspace::recipeChanged, this, &EngineBridge::measureWhatIsMissing);
}

EngineBridge::~EngineBridge() = default;

Progress EngineBridge::progressFor(Activity activity, std::stop_token stop)
{
    using Clock = std::chrono::steady_clock;
    auto last = std::make_shared<Clock::time_point>();
    return {.report =
                [this, activity, last](double fraction, std::string_view stage) {
                    const Clock::time_point now = Clock::now();
                    if (now - *last < kReportInterval)
                        return;
                    *last = now;
                    const QString text =
                        QString::fromUtf8(stage.data(), static_cast<qsizetype>(stage.size()));
                    QMetaObject::invokeMethod(this, [this, activity, fraction, text] {
                        if (m_workspace.work(activity).running)
                            m_workspace.setWork(activity, {true, text, fraction});
                    });
                },
        .stop = std::move(stop),
        .note =
            [this](std::string_view line) {
                const QString text =
                    QString::fromUtf8(line.data(), static_cast<qsizetype>(line.size()));
                QMetaObject::invokeMethod(this, [this, text] { Q_EMIT noted(text); });
            }};
}

MeasureSettings EngineBridge::measureSettings() const
{
    const Measurements* measured = m_workspace.measurements();
    if (measured == nullptr)
        return {.data = m_workspace.data()};
    return {.data = {.source = measured->source,
                .sequenceLength = measured->sequenceLength,
                .validationShare = measured->validationShare,
                .textField = measured->textField,
                .tokenizer = measured->tokenizer,
                .skipBroken = measured->skipBroken},
        .samples = measured->samples,
        .batch = measured->batch};
}

void EngineBridge::open(const QString& model)
{
    cancel(Activity::Fetching);
    cancel(Activity::Opening);
    if (isHubName(model.toStdString()))
        fetch(model);
    else
        openFolder(model, model.toStdString());
}

void EngineBridge::fetch(const QString& model)
{
    m_workspace.setWork(Activity::Fetching, {true, tr("Looking for %1").arg(model), -1});
    m_fetches.post(kFetchKey,
        [this, model, progress = progressFor(Activity::Fetching, {})](
            std::stop_token stop) mutable {
            progress.stop = stop;
            Result<std::filesystem::path> folder = modelFolder(model.toStdString(), progress);
            QMetaObject::invokeMethod(this, [this, model, stop, folder = std::move(folder)] {
                if (!stop.stop_requested())
                    fetched(model, folder);
            });
        });
}

void EngineBridge::fetched(const QString& model, const Result<std::filesystem::path>& folder)
{
    m_workspace.setWork(Activity::Fetching, {});
    if (!folder) {
        endOpening(folder.error());
        return;
    }
    const RaceState race = m_workspace.raceState();
    if (race == RaceState::Preparing || race == RaceState::Running || race == RaceState::Paused
        || race == RaceState::Stopping)
        endOpening(refused(
            tr("%1 has arrived. Stop the race before opening it.").arg(model).toStdString()));
    else
        openFolder(model, *folder);
}

void EngineBridge::endOpening(const Error& error)
{
    m_workspace.setWork(Activity::Opening, {});
    if (error.code != ErrorCode::Cancelled)
        Q_EMIT openFailed(QString::fromStdString(error.message));
}

void EngineBridge::openFolder(const QString& model, const std::filesystem::path& folder)
{
    m_workspace.setWork(Activity::Opening, {true, tr("Opening"), -1});
    m_long.cancel(kMeasureKey);
    m_long.post(kOpenKey,
        [this, model, folder, progress = progressFor(Activity::Opening, {})](
            std::stop_token stop) mutable {
            progress.stop = stop;
            Result<Model> opened = Model::open(folder, progress);
            Result<std::string> hash = opened ? opened->weightsHash(progress) : opened.error();
            if (!hash) {
                QMetaObject::invokeMethod(this, [this, stop, error = hash.error()] {
                    if (!stop.stop_requested())
                        endOpening(error);
                });
                return;
            }
            QMetaObject::invokeMethod(this,
                [this, model, stop, opened = *opened, hash = *hash,
                    cached = cachedMeasurements(folder, *hash)]() mutable {
                    if (!stop.stop_requested())
                        adopt(model, std::move(opened), hash, std::move(cached));
                });
        });
}

void EngineBridge::lookUp(const QString& model)
{
    m_questions.post(kLookUpKey, [this, model](std::stop_token stop) {
        const Result<HubOffer> offer = askHub(model.toStdString(), {.report = {}, .stop = stop});
        QMetaObject::invokeMethod(this, [this, model, stop, offer] {
            if (stop.stop_requested())
                return;
            if (offer)
                Q_EMIT lookedUp(model, *offer);
            else
                Q_EMIT lookUpFailed(model, QString::fromStdString(offer.error().message));
        });
    });
}

void EngineBridge::abandonLookUp()
{
    m_questions.cancel(kLookUpKey);
}

void EngineBridge::adopt(
    const QString& source, Model model, const std::string& hash, std::optional<Measurements> cached)
{
    m_parent = model;
    m_rival.setParent(model);
    m_measuredFor.clear();
    m_workspace.setWork(Activity::Opening, {});
    ModelSummary summary = summaryOf(model, hash);
    summary.path = lastingName(source.toStdString(), model);
    m_workspace.setModel(std::move(summary), builtInData(model.config()).value_or(DataSpec{}));
    if (cached)
        m_workspace.setMeasurements(std::make_shared<const Measurements>(std::move(*cached)));
    Q_EMIT opened();
    if (m_workspace.data().source.empty())
        return;
    evaluateParent();
    if (m_workspace.measurements() == nullptr)
        measure();
}

void EngineBridge::setData(const QString& source)
{
    DataSpec data = m_workspace.data();
    data.source = source.toStdString();
    m_workspace.setData(data);
    m_workspace.setParentLoss(std::nullopt);
    m_workspace.setUntrainedLoss(std::nullopt);
    evaluateParent();
    runEvaluation();
    measure();
}

void EngineBridge::measure()
{
    if (!m_parent || m_workspace.data().source.empty())
        return;
    MeasureSettings settings;
    settings.data = m_workspace.data();
    measureWith(settings);
}

void EngineBridge::measureWith(const MeasureSettings& settings)
{
    m_workspace.setWork(Activity::Measuring, {true, tr("Measuring"), 0});
    m_long.post(kMeasureKey,
        [this, parent = *m_parent, settings, progress = progressFor(Activity::Measuring, {})](
            std::stop_token stop) mutable {
            progress.stop = std::move(stop);
            const auto done = std::make_shared<Result<Measurements>>(
                espalier::measure(parent, settings, progress));
            QMetaObject::invokeMethod(this, [this, done] { finishMeasuring(std::move(*done)); });
        });
}

/// A method chosen by a person gets what it needs without being asked for; what was measured before
/// is measured again with it, so that all values are of one pass.
void EngineBridge::measureWhatIsMissing()
{
    const Method* method = findMethod(m_workspace.recipe().method);
    const Measurements* measured = m_workspace.measurements();
    if (!method || !m_parent || !measured || m_workspace.work(Activity::Measuring).running
        || m_workspace.data().source.empty())
        return;
    const Result<Options> options = completeOptions(method->options, m_workspace.recipe().options);
    if (!options)
        return;
    const auto needed = method->needs(*options).measurements;
    const auto missing = missingFrom(measured, needed);
    if (missing.empty() || m_measuredFor == needed)
        return;
    m_measuredFor = needed;
    MeasureSettings settings = measureSettings();
    for (const MeasurementInfo& row : measurementCatalog())
        if (row.byDefault || holds(*measured, row.id))
            settings.ids.emplace_back(row.id);
    settings.ids.insert(settings.ids.end(), missing.begin(), missing.end());
    measureWith(settings);
}

void EngineBridge::finishMeasuring(Result<Measurements> result)
{
    m_workspace.setWork(Activity::Measuring, {});
    if (result.ok()) {
        const bool belongs = m_workspace.model() != nullptr
            && result->parentHash == m_workspace.model()->weightsHash;
        if (belongs)
            m_workspace.setMeasurements(
                std::make_shared<const Measurements>(std::move(result).value()));
        Q_EMIT measured();
    } else if (result.error().code != ErrorCode::Cancelled) {
        m_workspace.setFailure(Activity::Measuring,
            {tr("Measuring failed"), QString::fromStdString(result.error().message),
                tr("Choose other data or measure again.")});
    }
}

void EngineBridge::cancel(Activity activity)
{
    switch (activity) {
    case Activity::Opening:
        m_long.cancel(kOpenKey);
        m_workspace.setWork(Activity::Opening, {});
        break;
    case Activity::Fetching:
        m_fetches.cancel(kFetchKey);
        m_workspace.setWork(Activity::Fetching, {});
        break;
    case Activity::Measuring:
        m_long.cancel(kMeasureKey);
        break;
    case Activity::Exporting:
        m_long.cancel(kExportKey);
        break;
    case Activity::Previewing:
        m_quick.cancel(kPreviewKey);
        break;
    case Activity::Evaluating:
        m_scores.cancel(kChildLossKey);
        break;
    case Activity::Racing:
        m_race.stop();
        break;
    }
}

void EngineBridge::evaluateParent()
{
    m_scores.post(kParentLossKey,
        [this, parent = *m_parent, data = m_workspace.data()](std::stop_token stop) {
            Result<Evaluation> result =
                evaluate(parent, data, kQuickSamples, {.report = {}, .stop = std::move(stop)});
            QMetaObject::invokeMethod(this, [this, result] {
                if (result.ok())
                    m_workspace.setParentLoss(summaryOf(*result));
            });
        });
}

void EngineBridge::refreshDestination()
{
    if (!m_workspace.plan()) {
        m_scores.cancel(kChildLossKey);
        m_workspace.setUntrainedLoss(std::nullopt);
        m_workspace.setPreview(nullptr);
        return;
    }
    m_workspace.setPreviewed(nearestParameter(m_workspace.plan()->child, m_workspace.previewed()));
    runPreview();
    runEvaluation();
}

void EngineBridge::preview(ParameterId child)
{
    m_workspace.setPreviewed(child);
    runPreview();
}

void EngineBridge::runPreview()
{
    const auto plan = m_workspace.plan();
    if (!plan || !m_parent || !hasParameter(plan->child, m_workspace.previewed()))
        return;
    m_quick.post(kPreviewKey,
        [this, parent = *m_parent, plan, child = m_workspace.previewed()](std::stop_token stop) {
            Result<WeightPreview> made = previewOf(parent, *plan, child);
            if (stop.stop_requested())
                return;
            QMetaObject::invokeMethod(this, [this, plan, made = std::move(made)]() mutable {
                if (plan != m_workspace.plan())
                    return;
                if (made.ok())
                    m_workspace.setPreview(
                        std::make_shared<const WeightPreview>(std::move(made).value()));
                else
                    m_workspace.setFailure(Activity::Previewing,
                        {tr("The weight could not be read"),
                            QString::fromStdString(made.error().message),
                            tr("Check the model's files and open it again.")});
            });
        });
}

void EngineBridge::runEvaluation()
{
    const auto plan = m_workspace.plan();
    if (!plan || !m_parent || m_workspace.data().source.empty())
        return;
    m_workspace.setWork(Activity::Evaluating, {true, tr("Scoring the destination"), -1});
    m_scores.post(kChildLossKey,
        [this, parent = *m_parent, plan, data = m_workspace.data()](std::stop_token stop) {
            const Progress progress{.report = {}, .stop = std::move(stop)};
            Result<Model> child = scaleModel(parent, *plan, progress);
            Result<Evaluation> result = child.ok() ? evaluate(*child, data, kQuickSamples, progress)
                                                   : Result<Evaluation>(child.error());
            QMetaObject::invokeMethod(this, [this, plan, data, result] {
                if (plan != m_workspace.plan() || data != m_workspace.data())
                    return;
                m_workspace.setWork(Activity::Evaluating, {});
                if (result.ok())
                    m_workspace.setUntrainedLoss(summaryOf(*result));
                else if (result.error().code != ErrorCode::Cancelled)
                    m_workspace.setFailure(Activity::Evaluating,
                        {tr("Scoring failed"), QString::fromStdString(result.error().message),
                            tr("Choose other data.")});
            });
        });
}

std::optional<Measurements> EngineBridge::measurementsCopy() const
{
    const Measurements* measured = m_workspace.measurements();
    return measured ? std::optional(*measured) : std::nullopt;
}

void EngineBridge::runExport(std::function<Result<ExportReport>(const Progress&)> work)
{
    m_workspace.setWork(Activity::Exporting, {true, tr("Exporting"), 0});
    m_long.post(kExportKey,
        [this, work = std::move(work), progress = progressFor(Activity::Exporting, {})](
            std::stop_token stop) mutable {
            progress.stop = std::move(stop);
            Result<ExportReport> result = work(progress);
            QMetaObject::invokeMethod(this, [this, result = std::move(result)] {
                m_workspace.setWork(Activity::Exporting, {});
                if (!result.ok()) {
                    if (result.error().code != ErrorCode::Cancelled)
                        Q_EMIT exportFailed(QString::fromStdString(result.error().message));
                    return;
                }
                const QString folder = QString::fromStdString(result->folder.string());
                Q_EMIT exported(folder,
                    result->tensors == 0
                        ? tr("Wrote config and recipe to %1").arg(folder)
                        : tr("Wrote %1 tensors, %2, to %3; read back equal")
                              .arg(formatCount(result->tensors),
                                  formatBytes(static_cast<double>(result->bytes)), folder));
            });
        });
}

void EngineBridge::exportDestination(const ExportOrder& order)
{
    const auto plan = m_workspace.plan();
    if (!plan || !m_parent)
        return;
    Recipe recipe = m_workspace.recipe();
    if (m_workspace.measurements() != nullptr)
        recipe.measure = measureSettings();
    runExport([parent = *m_parent, measurements = measurementsCopy(), recipe, order](
                  const Progress& progress) -> Result<ExportReport> {
        // Planned anew: a learned plan learns only when it is used.
        const Result<PlannedRecipe> planned = planRecipeOf(parent, recipe, measurements, progress);
        if (!planned)
            return planned.error();
        ExportSettings settings = order.settings;
        if (planned->operators)
            settings.operators = std::make_shared<const LearnedOperators>(*planned->operators);
        return exportScaled(parent, planned->plan, recipe, order.folder, settings, progress);
    });
}

void EngineBridge::exportLane(int lane, const ExportOrder& order)
{
    const auto number = static_cast<std::size_t>(lane);
    if (lane < 0 || number >= m_workspace.lanes().size() || m_race.folder().empty())
        return;
    const std::filesystem::path source = m_race.folder() / m_workspace.lanes()[number].id;
    runExport([source, order](const Progress& progress) -> Result<ExportReport> {
        return espalier::exportLane(source, order.folder, order.settings, progress);
    });
}

void EngineBridge::startRace(const std::filesystem::path& runs)
{
    if (!m_parent)
        return;
    std::vector<RunLane> lanes = m_workspace.lanes();
    for (RunLane& lane : lanes) {
        if (const Result<TransferPlan> plan = Planner::plan(m_workspace, lane.recipe); !plan) {
            m_workspace.setFailure(Activity::Racing,
                {tr("%1 cannot start").arg(QString::fromStdString(lane.title)),
                    QString::fromStdString(plan.error().message),
                    tr("Change or remove the lane.")});
            return;
        }
        if (m_workspace.measurements() != nullptr)
            lane.recipe.measure = measureSettings();
        lane.train.data = m_workspace.data();
    }
    m_workspace.setLanes(std::move(lanes));
    const QString stamp =
        QDateTime::currentDateTime().toString(QStringLiteral("yyyy-MM-dd_HH-mm-ss-zzz"));
    m_race.start(*m_parent, measurementsCopy(), runs / stamp.toStdString());
}

} // namespace espalier
