// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/measurement_state.h"

#include "widgets/controls/state_frame.h"

#include <QCoreApplication>

#include <optional>

namespace espalier {
namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("MeasurementState", text);
}

/// What keeps a view from being ready, if something does.
std::optional<Activity> awaited(const Workspace& workspace)
{
    if (workspace.work(Activity::Opening).running)
        return Activity::Opening;
    if (workspace.model() == nullptr)
        return workspace.work(Activity::Fetching).running ? std::optional(Activity::Fetching)
                                                          : std::nullopt;
    return workspace.work(Activity::Measuring).running ? std::optional(Activity::Measuring)
                                                       : std::nullopt;
}

void refresh(StateFrame& frame, const Workspace& workspace, const QString& emptySentence)
{
    const std::optional<Activity> activity = awaited(workspace);
    const Failure failure = workspace.failure(Activity::Measuring);
    if (activity)
        frame.showWorking(workspace.work(*activity).stage, workspace.work(*activity).fraction);
    else if (workspace.model() == nullptr)
        frame.showEmpty(tr("No model is open."), tr("Open model…"));
    else if (!failure.what.isEmpty())
        frame.showFailed(failure.what, failure.why, failure.nextStep);
    else if (workspace.measurements() == nullptr && workspace.data().source.empty())
        frame.showEmpty(emptySentence, tr("Choose data…"));
    else if (workspace.measurements() == nullptr)
        frame.showEmpty(emptySentence, tr("Measure"));
    else if (workspace.measurementsAreStale())
        frame.showStale(tr("Measured on other data, %1 ·")
                            .arg(QString::fromStdString(workspace.measurements()->data)),
            tr("Measure again"));
    else
        frame.showReady();
}

} // namespace

void followMeasurements(StateFrame* frame, const ViewContext& context, const QString& emptySentence)
{
    const Workspace& workspace = context.workspace;
    Intents& intents = context.intents;
    const auto update = [frame, &workspace, emptySentence] {
        refresh(*frame, workspace, emptySentence);
    };
    QObject::connect(&workspace, &Workspace::modelChanged, frame, update);
    QObject::connect(&workspace, &Workspace::dataChanged, frame, update);
    QObject::connect(&workspace, &Workspace::measurementsChanged, frame, update);
    QObject::connect(&workspace, &Workspace::workChanged, frame, update);
    const auto measure = [&workspace, &intents] {
        if (workspace.model() == nullptr)
            Q_EMIT intents.openRequested();
        else if (workspace.data().source.empty())
            Q_EMIT intents.dataRequested();
        else
            Q_EMIT intents.measureRequested();
    };
    QObject::connect(frame, &StateFrame::emptyButtonClicked, &intents, measure);
    QObject::connect(frame, &StateFrame::refreshRequested, &intents, measure);
    QObject::connect(frame, &StateFrame::retryRequested, &intents, measure);
    QObject::connect(frame, &StateFrame::cancelRequested, &intents, [&workspace, &intents] {
        if (const std::optional<Activity> activity = awaited(workspace))
            Q_EMIT intents.cancelRequested(*activity);
    });
    update();
}

} // namespace espalier
