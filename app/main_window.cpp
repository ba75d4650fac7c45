// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main_window.h"

#include "app/message_bar.h"
#include "app/status_strip.h"
#include "widgets/controls/hint_strip.h"
#include "widgets/panels/destination_panel.h"
#include "widgets/panels/layout.h"
#include "widgets/panels/parent_panel.h"
#include "widgets/views/catalog.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QMimeData>
#include <QStandardPaths>
#include <QStatusBar>
#include <QTabWidget>
#include <QUndoStack>

namespace espalier {

MainWindow::MainWindow(Settings& settings, QWidget* parent)
    : QMainWindow(parent)
    , m_settings(settings)
    , m_systemTheme(Theme::of(QApplication::palette()))
    , m_runs(QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation)
          + QStringLiteral("/espalier/runs"))
    , m_planner(m_workspace)
    , m_recipes(m_workspace)
    , m_lanes(m_workspace)
    , m_bridge(m_workspace)
    , m_actions(*menuBar(), *this, [this](Command command) { run(command); })
{
    setMinimumSize(1024, 680);
    setAcceptDrops(true);
    setDockOptions(QMainWindow::AnimatedDocks | QMainWindow::AllowTabbedDocks);
    setCorner(Qt::BottomLeftCorner, Qt::BottomDockWidgetArea);
    setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    applyThemeChoice(settings.theme());
    buildCentre();
    buildDocks();
    buildMenus();
    m_status = new StatusStrip({m_workspace, m_intents}, m_bridge.info(), this);
    statusBar()->addPermanentWidget(m_status);
    statusBar()->setSizeGripEnabled(false);
    connectIntents();
    connectWorkspace();
    resize(1280, 800);
    restoreGeometry(settings.geometry());
    restoreState(settings.windowState());
    refreshTitle();
    refreshActions();
    refreshRecent();
    offerInterruptedRun();
}

MainWindow::~MainWindow()
{
    // Views read the workspace; they go before it does.
    qDeleteAll(findChildren<QDockWidget*>(Qt::FindDirectChildrenOnly));
    delete takeCentralWidget();
}

void MainWindow::buildCentre()
{
    auto* centre = new QWidget(this);
    QVBoxLayout* column = makeColumn(centre, 0, 0);
    m_message = new MessageBar(centre);
    m_hint = new HintStrip(centre);
    m_hint->setText(tr("A trained model, and a half-width copy cut out of it. Drag Width. Watch "
                       "which neurons stay."));
    m_hint->setVisible(!m_settings.hintDismissed());
    m_tabs = new QTabWidget(centre);
    m_tabs->setDocumentMode(true);
    column->addWidget(m_message);
    column->addWidget(m_hint);
    column->addWidget(m_tabs, 1);
    for (const ViewRow& row : viewCatalog()) {
        if (row.area != ViewArea::Centre)
            continue;
        View* made = row.make({m_workspace, m_intents}, m_tabs);
        m_views.insert(QString::fromLatin1(row.id), made);
        m_tabs->setTabToolTip(m_tabs->addTab(made, titleOf(row)), toolTipOf(row));
    }
    setCentralWidget(centre);
    connect(m_hint, &HintStrip::closed, this, [this] { m_settings.dismissHint(); });
    connect(m_message, &MessageBar::accepted, this,
        [this] { m_bridge.race().open(m_offeredRun.toStdString()); });
}

QDockWidget* MainWindow::addDock(
    Qt::DockWidgetArea area, const QString& id, const QString& title, QWidget* content)
{
    auto* dock = new QDockWidget(title, this);
    dock->setObjectName(id);
    dock->setWidget(content);
    dock->setFeatures(QDockWidget::DockWidgetClosable);
    // Panels carry their own heads; the View menu closes and opens them.
    dock->setTitleBarWidget(new QWidget(dock));
    addDockWidget(area, dock);
    return dock;
}

void MainWindow::buildDocks()
{
    const ViewContext context{m_workspace, m_intents};
    QDockWidget* left = addDock(Qt::LeftDockWidgetArea, QStringLiteral("parent"), tr("Parent"),
        new ParentPanel(context, this));
    QDockWidget* right = addDock(Qt::RightDockWidgetArea, QStringLiteral("destination"),
        tr("Destination"), new DestinationPanel(context, this));
    resizeDocks({left, right}, {260, 320}, Qt::Horizontal);
    for (const ViewRow& row : viewCatalog()) {
        if (row.area != ViewArea::Bottom)
            continue;
        View* made = row.make(context, this);
        m_views.insert(QString::fromLatin1(row.id), made);
        QDockWidget* dock =
            addDock(Qt::BottomDockWidgetArea, QString::fromLatin1(row.id), titleOf(row), made);
        resizeDocks({dock}, {260}, Qt::Vertical);
    }
}

void MainWindow::buildMenus()
{
    QUndoStack& stack = m_recipes.undoStack();
    QAction* undo = stack.createUndoAction(this, tr("&Undo"));
    QAction* redo = stack.createRedoAction(this, tr("&Redo"));
    undo->setShortcut(QKeySequence::Undo);
    redo->setShortcut(QKeySequence::Redo);
    m_actions.menu("edit")->addActions({undo, redo});
    QMenu* views = m_actions.menu("view");
    QAction* before = views->actions().constFirst();
    for (const ViewRow& row : viewCatalog()) {
        auto* show = new QAction(titleOf(row), this);
        show->setShortcut(QKeySequence(QString::fromLatin1(row.shortcut)));
        show->setStatusTip(toolTipOf(row));
        connect(show, &QAction::triggered, this,
            [this, id = QString::fromLatin1(row.id)] { showView(id); });
        views->insertAction(before, show);
    }
    views->insertSeparator(before);
    for (QDockWidget* dock : findChildren<QDockWidget*>(Qt::FindDirectChildrenOnly))
        views->insertAction(before, dock->toggleViewAction());
    QMenu* file = m_actions.menu("file");
    m_recent = new QMenu(tr("Open re&cent"), this);
    file->insertMenu(file->actions().at(2), m_recent);
}

void MainWindow::connectIntents()
{
    connect(&m_intents, &Intents::openRequested, this, &MainWindow::askForModel);
    connect(&m_intents, &Intents::dataRequested, this, &MainWindow::askForData);
    connect(&m_intents, &Intents::measureRequested, &m_bridge, &EngineBridge::measure);
    connect(&m_intents, &Intents::cancelRequested, &m_bridge, &EngineBridge::cancel);
    connect(&m_intents, &Intents::sizeEdited, &m_recipes, &RecipeController::setSize);
    connect(&m_intents, &Intents::sizeEdited, this, [this](Size size, std::int64_t, bool dragging) {
        if (size == Size::Hidden && !dragging && m_hint->isVisible()) {
            m_hint->hide();
            m_settings.dismissHint();
        }
    });
    connect(&m_intents, &Intents::linkEdited, &m_workspace, &Workspace::setSizesLinked);
    connect(&m_intents, &Intents::methodEdited, &m_recipes, &RecipeController::setMethod);
    connect(&m_intents, &Intents::optionEdited, &m_recipes, &RecipeController::setOption);
    connect(&m_intents, &Intents::selectionEdited, &m_workspace, &Workspace::setSelection);
    connect(&m_intents, &Intents::hoverEdited, &m_workspace, &Workspace::setHovered);
    connect(&m_intents, &Intents::previewRequested, &m_bridge, &EngineBridge::preview);
    connect(&m_intents, &Intents::exportRequested, this, &MainWindow::exportDestination);
    connect(&m_intents, &Intents::laneAddRequested, &m_lanes, &LaneController::add);
    connect(&m_intents, &Intents::laneRemoveRequested, &m_lanes, &LaneController::remove);
    connect(&m_intents, &Intents::laneEdited, &m_lanes, &LaneController::edit);
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
    connect(&m_bridge, &EngineBridge::openFailed, this,
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
             &Workspace::raceStateChanged, &Workspace::linkedChanged, &Workspace::dataChanged})
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
    case Command::OpenRecipe:
        return openRecipe();
    case Command::SaveRecipe:
        return saveRecipe();
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
        return m_bridge.measure();
    case Command::ChooseData:
        return askForData();
    case Command::LinkSizes:
        return m_workspace.setSizesLinked(!m_workspace.sizesAreLinked());
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

void MainWindow::openModel(const QString& model)
{
    const RaceState state = m_workspace.raceState();
    if (state == RaceState::Preparing || state == RaceState::Running || state == RaceState::Paused
        || state == RaceState::Stopping) {
        m_message->show(
            MessageBar::Kind::Problem, tr("Stop the race before opening another model."));
        return;
    }
    m_bridge.open(model);
}

void MainWindow::adopted()
{
    const ModelSummary& model = *m_workspace.model();
    m_recipes.startFor(model);
    if (m_workspace.raceState() == RaceState::Ready)
        m_lanes.startOver();
    else
        Q_EMIT m_intents.raceResetRequested();
    m_settings.addRecentModel(QString::fromStdString(model.path));
    refreshRecent();
    refreshTitle();
}

void MainWindow::startRace()
{
    const RaceState state = m_workspace.raceState();
    if (state == RaceState::Ready)
        m_bridge.startRace(m_runs.toStdString());
    else if (state == RaceState::Paused || state == RaceState::Stopped)
        m_bridge.race().proceed();
}

void MainWindow::offerInterruptedRun()
{
    m_offeredRun = m_settings.interruptedRun();
    if (m_offeredRun.isEmpty() || !QFileInfo(m_offeredRun).isDir())
        return;
    m_message->show(
        MessageBar::Kind::Note, tr("A race was saved when the window was closed."), tr("Show it"));
    m_settings.setInterruptedRun({});
}

void MainWindow::showView(const QString& id)
{
    View* wanted = m_views.value(id);
    if (wanted == nullptr)
        return;
    if (m_tabs->indexOf(wanted) >= 0)
        m_tabs->setCurrentWidget(wanted);
    else if (auto* dock = qobject_cast<QDockWidget*>(wanted->parentWidget()))
        dock->show();
}

View* MainWindow::currentView() const
{
    for (View* candidate : m_views)
        if (candidate->isAncestorOf(QApplication::focusWidget()))
            return candidate;
    return qobject_cast<View*>(m_tabs->currentWidget());
}

void MainWindow::applyThemeChoice(ThemeChoice choice)
{
    m_settings.setTheme(choice);
    applyTheme(*qApp,
        choice == ThemeChoice::System     ? (m_systemTheme.isDark ? Theme::dark() : Theme::light())
            : choice == ThemeChoice::Dark ? Theme::dark()
                                          : Theme::light());
    const Command command = choice == ThemeChoice::System ? Command::ThemeSystem
        : choice == ThemeChoice::Dark                     ? Command::ThemeDark
                                                          : Command::ThemeLight;
    m_actions.action(command)->setChecked(true);
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
    const bool hasPlan = m_workspace.plan() != nullptr;
    const bool isOver =
        state == RaceState::Finished || state == RaceState::Stopped || state == RaceState::Failed;
    const auto enable = [this](Command command, bool on) {
        m_actions.action(command)->setEnabled(on);
    };
    enable(Command::OpenRecipe, hasModel);
    enable(Command::SaveRecipe, hasModel);
    enable(Command::Export, hasPlan);
    enable(Command::Measure, hasModel && !m_workspace.data().source.empty());
    enable(Command::ChooseData, hasModel);
    enable(Command::ParentSize, hasModel);
    enable(Command::StartRace,
        hasModel
            && (state == RaceState::Ready || state == RaceState::Paused
                || state == RaceState::Stopped));
    enable(Command::PauseRace, state == RaceState::Running);
    enable(Command::StopRace, state == RaceState::Running || state == RaceState::Paused);
    enable(Command::NewRace, isOver);
    enable(Command::AddLane, hasPlan && state == RaceState::Ready);
    m_actions.action(Command::LinkSizes)->setChecked(m_workspace.sizesAreLinked());
}

void MainWindow::refreshRecent()
{
    m_recent->clear();
    for (const QString& folder : m_settings.recentModels())
        m_recent->addAction(folder, this, [this, folder] { openModel(folder); });
    m_recent->setEnabled(!m_recent->isEmpty());
}

QString MainWindow::message() const
{
    return m_message->text();
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    const RaceState state = m_workspace.raceState();
    const bool isRacing = state == RaceState::Preparing || state == RaceState::Running
        || state == RaceState::Paused || state == RaceState::Stopping;
    if (isRacing) {
        m_closing = true;
        m_message->show(MessageBar::Kind::Note, tr("Saving the race before closing"));
        if (state != RaceState::Stopping)
            m_bridge.race().stop();
        event->ignore();
        return;
    }
    if (m_closing && state == RaceState::Stopped)
        m_settings.setInterruptedRun(QString::fromStdString(m_bridge.race().folder().string()));
    m_settings.setWindow(saveGeometry(), saveState());
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (event->mimeData()->hasUrls() && event->mimeData()->urls().constFirst().isLocalFile())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event)
{
    const QFileInfo dropped(event->mimeData()->urls().constFirst().toLocalFile());
    openModel(dropped.isDir() ? dropped.filePath() : dropped.path());
    event->acceptProposedAction();
}

} // namespace espalier
