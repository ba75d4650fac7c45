// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/measurement_state.h"

#include "widgets/controls/state_frame.h"

#include <QCoreApplication>

namespace espalier {
namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("MeasurementState", text);
}

void refresh(StateFrame& frame, const Workspace& workspace, const QString& emptySentence)
{
    const Work work = workspace.work(Activity::Measuring);
    const Work opening = workspace.work(Activity::Opening);
    const Failure failure = workspace.failure(Activity::Measuring);
    if (opening.running)
        frame.showWorking(opening.stage, opening.fraction);
    else if (workspace.model() == nullptr)
        frame.showEmpty(tr("No model is open."), tr("Open model…"));
    else if (work.running)
        frame.showWorking(work.stage, work.fraction);
    else if (!failure.what.isEmpty())
        frame.showFailed(failure.what, failure.why, failure.nextStep);
    else if (workspace.measurements() == nullptr && workspace.data().source.empty())
        frame.showEmpty(emptySentence, tr("Choose data…"));
    else if (workspace.measurements() == nullptr)
        frame.showEmpty(emptySentence, tr("Measure"));
    else if (workspace.measurementsAreStale())
        frame.showStale(
            tr("Measured on %1").arg(QString::fromStdString(workspace.measurements()->data)),
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
    QObject::connect(frame, &StateFrame::cancelRequested, &intents,
        [&intents] { Q_EMIT intents.cancelRequested(Activity::Measuring); });
    update();
}

} // namespace espalier
