// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/engine_bridge.h"

#include "app/convert.h"
#include "app/lane_check.h"
#include "app/recipe_files.h"
#include "app/work_progress.h"
#include "core/report/training_fields.h"
#include "widgets/format/number_format.h"

#include <QDateTime>

namespace espalier {
namespace {

constexpr int kOnlyKey = 0;

} // namespace

EngineBridge::EngineBridge(Workspace& workspace, QObject* parent)
    : QObject(parent)
    , m_workspace(workspace)
    , m_info(startEngine())
    , m_opener(workspace)
    , m_data(workspace)
    , m_measuring(workspace)
    , m_destination(workspace)
    , m_rival(workspace)
    , m_race(workspace)
{
    connect(&m_opener, &ModelOpener::opened, this, &EngineBridge::adopt);
    connect(&m_data, &DataOpener::opened, this, &EngineBridge::use);
    connect(&m_data, &DataOpener::noted, this, &EngineBridge::noted);
    connect(&m_opener, &ModelOpener::noted, this, &EngineBridge::noted);
    connect(&m_measuring, &MeasureRunner::noted, this, &EngineBridge::noted);
}

EngineBridge::~EngineBridge() = default;

void EngineBridge::adopt(const OpenedModel& opened)
{
    m_parent = opened.model;
    m_data.setParent(opened.model);
    m_measuring.setParent(opened.model);
    m_destination.setParent(opened.model);
    m_rival.setParent(opened.model);
    ModelSummary summary = summaryOf(opened.model, opened.weightsHash, opened.inputs);
    summary.path = lastingName(opened.name.toStdString(), opened.model);
    summary.lineage = opened.lineage;
    if (summary.name.empty()) // made in memory
        summary.name = destinationName(summary.path).toStdString();
    const std::optional<DataSpec> data =
        opened.data ? opened.data : builtInData(opened.model.config());
    m_workspace.setModel(std::move(summary), data.value_or(DataSpec{}));
    if (opened.measurements)
        m_workspace.setMeasurements(std::make_shared<const Measurements>(*opened.measurements));
    Q_EMIT this->opened();
    m_destination.scoreParent();
    if (m_workspace.measurements() == nullptr)
        m_measuring.measure();
}

void EngineBridge::use(const DataSpec& data)
{
    m_workspace.setData(data);
    m_destination.scoreAgain();
    m_measuring.measure();
}

Recipe EngineBridge::repeatableRecipe() const
{
    Recipe recipe = m_workspace.recipe();
    if (m_workspace.measurements() != nullptr)
        recipe.measure = m_measuring.settings();
    return recipe;
}

void EngineBridge::cancel(Activity activity)
{
    switch (activity) {
    case Activity::Opening:
        m_opener.cancelOpening();
        break;
    case Activity::Fetching:
        m_opener.cancelFetching();
        break;
    case Activity::ReadingData:
        m_data.cancel();
        break;
    case Activity::Measuring:
        m_measuring.cancel();
        break;
    case Activity::Exporting:
        m_exports.cancel(kOnlyKey);
        break;
    case Activity::Previewing:
        m_destination.cancelPreview();
        break;
    case Activity::Evaluating:
        m_destination.cancelScore();
        break;
    case Activity::Racing:
        m_race.stop();
        break;
    }
}

void EngineBridge::runExport(std::function<Result<ExportReport>(const Progress&)> work)
{
    m_workspace.setWork(Activity::Exporting, {true, tr("Exporting"), 0});
    m_exports.post(kOnlyKey,
        [this, work = std::move(work),
            progress = progressTo(*this, m_workspace, Activity::Exporting)](
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
    runExport([parent = *m_parent, measurements = m_measuring.measurementsCopy(),
                  recipe = repeatableRecipe(),
                  order](const Progress& progress) -> Result<ExportReport> {
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
        if (m_workspace.measurements() != nullptr)
            lane.recipe.measure = m_measuring.settings();
        lane.train.data = m_workspace.data();
        if (const Status sane = checkLane(m_workspace, lane); !sane) {
            m_workspace.setFailure(Activity::Racing,
                {tr("%1 cannot start").arg(QString::fromStdString(lane.title)),
                    QString::fromStdString(inPlainWords(sane.error().message)),
                    tr("Change or remove the lane.")});
            return;
        }
    }
    m_workspace.setLanes(std::move(lanes));
    const QString stamp =
        QDateTime::currentDateTime().toString(QStringLiteral("yyyy-MM-dd_HH-mm-ss-zzz"));
    m_race.start(*m_parent, m_measuring.measurementsCopy(), runs / stamp.toStdString());
}

} // namespace espalier
