// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main_window.h"

#include "app/cached_menu.h"
#include "app/message_bar.h"
#include "app/recipe_files.h"
#include "app/status_strip.h"
#include "widgets/controls/hint_strip.h"
#include "widgets/panels/destination_panel.h"
#include "widgets/panels/diagnosis_panel.h"
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
#include <QTabBar>
#include <QTabWidget>
#include <QUndoStack>

namespace espalier {
namespace {

constexpr int kRecentWidth = 480; ///< of a path in the menu
constexpr int kStatusHeight = 32;

/// A file that can only mean data when it is dropped.
bool isText(const QFileInfo& file)
{
    static const QStringList kEndings = {QStringLiteral("txt"), QStringLiteral("md"),
        QStringLiteral("rst"), QStringLiteral("raw"), QStringLiteral("tokens"),
        QStringLiteral("jsonl"), QStringLiteral("ndjson")};
    return file.isFile() && kEndings.contains(file.suffix().toLower());
}

} // namespace

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
    buildParts();
    buildMenus();
    m_status = new StatusStrip({m_workspace, m_intents}, m_bridge.info(), this);
    statusBar()->addPermanentWidget(m_status);
    statusBar()->setSizeGripEnabled(false);
    statusBar()->setFixedHeight(kStatusHeight); // also while it shows progress
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
    m_hint->hide(); // speaks of a model: comes with the first one
    m_tabs = new QTabWidget(centre);
    m_tabs->setDocumentMode(true);
    m_tabs->tabBar()->setAccessibleName(tr("Views"));
    column->addWidget(m_message);
    column->addWidget(new DiagnosisPanel({m_workspace, m_intents}, centre));
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

/// Made in the order in which Tab goes through them.
void MainWindow::buildParts()
{
    const ViewContext context{m_workspace, m_intents};
    QDockWidget* left = addDock(Qt::LeftDockWidgetArea, QStringLiteral("parent"), tr("Parent"),
        new ParentPanel(context, this));
    buildCentre();
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
    auto* cached = new CachedMenu(this);
    connect(cached, &CachedMenu::chosen, this, &MainWindow::openModel);
    connect(cached, &CachedMenu::hubRequested, this, &MainWindow::askForHubModel);
    m_recent = new QMenu(tr("Open re&cent"), this);
    QAction* behindOpen = file->actions().at(2);
    file->insertMenu(behindOpen, cached);
    file->insertMenu(behindOpen, m_recent);
}

bool MainWindow::openModel(const QString& model)
{
    m_awaited = {};
    if (m_workspace.raceIsOn()) {
        m_message->show(
            MessageBar::Kind::Problem, tr("Stop the race before opening another model."));
        return false;
    }
    m_bridge.opener().open(model);
    return true;
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
    m_hint->setVisible(!m_settings.hintDismissed());
    showAwaitedRecipe();
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

void MainWindow::refreshRecent()
{
    m_recent->clear();
    for (const QString& model : m_settings.recentModels()) {
        const QString name = fontMetrics().elidedText(model, Qt::ElideMiddle, kRecentWidth);
        m_recent->addAction(
            model.endsWith(QLatin1String(".json")) ? tr("%1 (recipe)").arg(name) : name, this,
            [this, model] { openModel(model); });
    }
    m_recent->setEnabled(!m_recent->isEmpty());
}

QString MainWindow::message() const
{
    return m_message->text();
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    const RaceState state = m_workspace.raceState();
    if (m_workspace.raceIsOn()) {
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
    if (m_workspace.model() != nullptr && isText(dropped)) {
        DataSpec spec = m_workspace.data();
        spec.source = dropped.filePath().toStdString();
        m_bridge.data().open(spec);
    } else {
        openModel(modelAt(dropped));
    }
    event->acceptProposedAction();
}

} // namespace espalier
