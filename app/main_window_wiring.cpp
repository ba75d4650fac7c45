// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main_window.h"

#include "app/message_bar.h"
#include "widgets/controls/hint_strip.h"

#include <QStatusBar>

// Who hears whom: intents and menu commands to those who act, values to titles and menus.

namespace espalier {

void MainWindow::connectIntents()
{
    connect(&m_intents, &Intents::openRequested, this, &MainWindow::askForModel);
    connect(&m_intents, &Intents::diagnosisDismissed, this,
        [this] { m_workspace.setDiagnosis(std::nullopt); });
    connect(&m_intents, &Intents::dataRequested, this, &MainWindow::askForData);
    connect(&m_intents, &Intents::measureRequested, &m_bridge.measuring(), &MeasureRunner::measure);
    connect(&m_intents, &Intents::cancelRequested, &m_bridge, &EngineBridge::cancel);
    connect(&m_intents, &Intents::sizeEdited, &m_recipes, &RecipeController::setSize);
    connect(&m_intents, &Intents::sizeEdited, this, [this](Size size, std::int64_t, bool dragging) {
        if (size == Size::Hidden && !dragging && m_hint->isVisible()) {
            m_hint->hide();
            m_settings.dismissHint();
        }
    });
    connect(&m_intents, &Intents::linkEdited, this, [this](Size size, bool linked) {
        SizeLinks links = m_workspace.sizeLinks();
        (size == Size::Mlp              ? links.mlp
                : size == Size::KvHeads ? links.keyValues
                                        : links.heads) = linked;
        m_workspace.setSizeLinks(links);
    });
    connect(&m_intents, &Intents::methodEdited, &m_recipes, &RecipeController::setMethod);
    connect(&m_intents, &Intents::optionEdited, &m_recipes, &RecipeController::setOption);
    connect(&m_intents, &Intents::selectionEdited, &m_workspace, &Workspace::setSelection);
    connect(&m_intents, &Intents::hoverEdited, &m_workspace, &Workspace::setHovered);
    connect(&m_intents, &Intents::previewRequested, &m_bridge.destination(),
        &DestinationRunner::preview);
    connect(&m_intents, &Intents::rivalEdited, &m_bridge.rival(), &RivalRunner::setMethod);
    connect(&m_intents, &Intents::goOnRequested, this, &MainWindow::goOn);
    connect(&m_intents, &Intents::exportRequested, this, &MainWindow::exportDestination);
    connect(&m_intents, &Intents::laneAddRequested, &m_lanes, &LaneController::add);
    connect(&m_intents, &Intents::laneRemoveRequested, &m_lanes, &LaneController::remove);
    connect(&m_intents, &Intents::laneEdited, &m_lanes, &LaneController::edit);
    connect(&m_intents, &Intents::laneTrainingRequested, this, &MainWindow::askForTraining);
    connect(&m_intents, &Intents::laneExportRequested, this, &MainWindow::exportLane);
    connect(&m_intents, &Intents::raceStartRequested, this, &MainWindow::startRace);
    connect(&m_intents, &Intents::racePauseRequested, this, [this] { m_bridge.race().pause(); });
    connect(&m_intents, &Intents::raceStopRequested, this, [this] { m_bridge.race().stop(); });
    connect(&m_intents, &Intents::raceResetRequested, this, [this] {
        m_bridge.race().reset();
        m_lanes.startOver();
    });
    connect(&m_intents, &Intents::messageRaised, this,
        [this](const QString& line) { statusBar()->showMessage(line, 8000); });
}

void MainWindow::connectWorkspace()
{
    connect(&m_bridge, &EngineBridge::opened, this, &MainWindow::adopted);
    connect(&m_bridge, &EngineBridge::noted, this,
        [this](const QString& line) { m_message->show(MessageBar::Kind::Note, line); });
    connect(&m_bridge.opener(), &ModelOpener::failed, this, [this](const QString& reason) {
        m_awaited = {};
        if (m_workspace.diagnosis() == nullptr) // which says it, too
            m_message->show(MessageBar::Kind::Problem, reason);
    });
    connect(&m_bridge.data(), &DataOpener::failed, this,
        [this](const QString& reason) { m_message->show(MessageBar::Kind::Problem, reason); });
    connect(
        &m_bridge, &EngineBridge::exported, this, [this](const QString&, const QString& report) {
            m_message->show(MessageBar::Kind::Note, report);
        });
    connect(&m_bridge, &EngineBridge::exportFailed, this,
        [this](const QString& reason) { m_message->show(MessageBar::Kind::Problem, reason); });
    connect(&m_bridge.race(), &RaceRunner::failed, this,
        [this](const QString& reason) { m_message->show(MessageBar::Kind::Problem, reason); });
    connect(&m_workspace, &Workspace::recipeChanged, this, &MainWindow::refreshTitle);
    for (const auto changed : {&Workspace::modelChanged, &Workspace::planChanged,
             &Workspace::raceStateChanged, &Workspace::sizeLinksChanged, &Workspace::dataChanged})
        connect(&m_workspace, changed, this, &MainWindow::refreshActions);
    connect(&m_workspace, &Workspace::raceStateChanged, this, [this] {
        const RaceState state = m_workspace.raceState();
        if (m_closing
            && (state == RaceState::Stopped || state == RaceState::Finished
                || state == RaceState::Failed))
            close();
    });
}

void MainWindow::run(Command command)
{
    switch (command) {
    case Command::OpenModel:
        return askForModel();
    case Command::OpenFromHub:
        return askForHubModel();
    case Command::RecommendParent:
        return askForNearestParent();
    case Command::OpenRecipe:
        return openRecipe();
    case Command::OpenRecipeAsParent:
        return openRecipeAsParent();
    case Command::SaveRecipe:
        return saveRecipe();
    case Command::GoOn:
        return goOn();
    case Command::Export:
        return exportDestination();
    case Command::SavePicture:
        return savePlot(true);
    case Command::SaveNumbers:
        return savePlot(false);
    case Command::Quit:
        close();
        return;
    case Command::Measure:
        return m_bridge.measuring().measure();
    case Command::ChooseData:
        return askForData();
    case Command::LinkSizes:
        return m_workspace.setSizeLinks(
            SizeLinks::all(m_workspace.sizeLinks() != SizeLinks::all(true)));
    case Command::ParentSize:
        return m_recipes.backToParent();
    case Command::StartRace:
        return startRace();
    case Command::PauseRace:
        return m_bridge.race().pause();
    case Command::StopRace:
        return m_bridge.race().stop();
    case Command::NewRace:
        Q_EMIT m_intents.raceResetRequested();
        return;
    case Command::AddLane:
        return m_lanes.add();
    case Command::ThemeSystem:
        return applyThemeChoice(ThemeChoice::System);
    case Command::ThemeLight:
        return applyThemeChoice(ThemeChoice::Light);
    case Command::ThemeDark:
        return applyThemeChoice(ThemeChoice::Dark);
    case Command::ShowHint:
        return showHint();
    case Command::About:
        return about();
    }
}

void MainWindow::refreshTitle()
{
    const ModelSummary* model = m_workspace.model();
    const ModelShape& shape = m_workspace.recipe().shape;
    setWindowTitle(model == nullptr ? QStringLiteral("Espalier")
                                    : tr("%1 → %2 × %3 — Espalier")
                                          .arg(QString::fromStdString(model->name))
                                          .arg(shape.layers)
                                          .arg(shape.hidden));
}

void MainWindow::refreshActions()
{
    const RaceState state = m_workspace.raceState();
    const bool hasModel = m_workspace.model() != nullptr;
    const bool isOver =
        state == RaceState::Finished || state == RaceState::Stopped || state == RaceState::Failed;
    const auto enable = [this](Command command, bool on) {
        m_actions.action(command)->setEnabled(on);
    };
    const auto enableUnless = [this](Command command, const QString& obstacle) {
        m_actions.action(command)->setEnabled(obstacle.isEmpty());
        m_actions.action(command)->setToolTip(obstacle);
    };
    const QString noDestination = m_workspace.destinationObstacle();
    enable(Command::RecommendParent, hasModel);
    enable(Command::SaveRecipe, hasModel);
    enableUnless(Command::Export, noDestination);
    enableUnless(Command::GoOn, m_workspace.goOnObstacle());
    enable(Command::Measure, hasModel && !m_workspace.data().source.empty());
    enable(Command::ChooseData, hasModel);
    enable(Command::ParentSize, hasModel);
    const bool canStart =
        state == RaceState::Ready || state == RaceState::Paused || state == RaceState::Stopped;
    enable(Command::StartRace, canStart && m_workspace.raceObstacle().isEmpty());
    enable(Command::PauseRace, state == RaceState::Running);
    enable(Command::StopRace, state == RaceState::Running || state == RaceState::Paused);
    enable(Command::NewRace, isOver);
    enable(Command::AddLane, noDestination.isEmpty() && state == RaceState::Ready);
    m_actions.action(Command::LinkSizes)
        ->setChecked(m_workspace.sizeLinks() == SizeLinks::all(true));
}

} // namespace espalier
