// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_shape.h"
#include "core/axes/parameter.h"
#include "core/methods/option.h"
#include "core/recipe/recipe.h"
#include "widgets/workspace.h"

#include <QObject>
#include <QString>

namespace espalier {

/// What people ask for in views and panels. Views emit, the window connects; no view acts by
/// itself.
class Intents : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

Q_SIGNALS:
    void openRequested();
    void diagnosisDismissed();
    void dataRequested(); ///< choose other data
    void measureRequested();
    void cancelRequested(espalier::Activity activity);

    void sizeEdited(espalier::Size size, std::int64_t value, bool dragging);
    void linkEdited(espalier::Size size, bool linked); ///< of a size that may follow the width
    void methodEdited(const QString& id);
    void optionEdited(const QString& key, const espalier::OptionValue& value);

    void selectionEdited(const espalier::Selection& selection);
    void hoverEdited(const espalier::Selection& hovered);
    void previewRequested(espalier::ParameterId child);
    void rivalEdited(const QString& method); ///< to look at beside the recipe's
    void evaluateRequested();
    void exportRequested();
    void goOnRequested(); ///< make the destination the parent of a next step

    void laneAddRequested();
    void laneRemoveRequested(int lane);
    void laneEdited(int lane, const QString& title, const espalier::TrainSettings& train);
    void laneTrainingRequested(int lane); ///< settle how it trains
    void laneExportRequested(int lane);
    void raceStartRequested(); ///< or go on, when paused or stopped
    void racePauseRequested();
    void raceStopRequested();
    void raceResetRequested(); ///< forget the curves, back to the planned lanes

    void messageRaised(const QString& line); ///< one plain line for the status bar
};

/// What every view gets.
struct ViewContext
{
    const Workspace& workspace;
    Intents& intents;
};

} // namespace espalier
