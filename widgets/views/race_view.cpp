// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/race_view.h"

#include "widgets/controls/buttons.h"
#include "widgets/format/number_format.h"
#include "widgets/panels/lane_delegate.h"
#include "widgets/panels/layout.h"
#include "widgets/plot/line_plot.h"
#include "widgets/theme/theme.h"

#include <QComboBox>
#include <QHeaderView>
#include <QResizeEvent>
#include <QSplitter>
#include <QTableView>

#include <algorithm>

namespace espalier {

namespace {

constexpr int kLeastPlot = 320;
constexpr double kPlotShare = 0.4;
constexpr int kLeastTable = 340;
constexpr int kRowHeight = 28;

QString titleOf(RaceState state)
{
    switch (state) {
    case RaceState::Ready:
        return {};
    case RaceState::Preparing:
        return RaceView::tr("Preparing");
    case RaceState::Running:
        return RaceView::tr("Racing");
    case RaceState::Paused:
        return RaceView::tr("Paused, saved");
    case RaceState::Stopping:
        return RaceView::tr("Saving");
    case RaceState::Stopped:
        return RaceView::tr("Stopped, saved");
    case RaceState::Finished:
        return RaceView::tr("Finished");
    case RaceState::Failed:
        return RaceView::tr("Failed");
    }
    return {};
}

} // namespace

RaceView::RaceView(const ViewContext& context, QWidget* parent)
    : View(context, parent)
    , m_plot(new LinePlot)
    , m_model(new LaneTableModel(context, this))
    , m_splitter(new QSplitter(Qt::Horizontal, this))
{
    QVBoxLayout* column = makeColumn(this, space::kPanel, space::kControl);
    QHBoxLayout* bar = makeRow(space::kControl);
    buildBar(bar);
    column->addLayout(bar);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setHandleWidth(space::kSection);
    m_splitter->addWidget(m_plot);
    m_splitter->addWidget(makeTable());
    m_splitter->setStretchFactor(0, 1);
    m_splitter->setStretchFactor(1, 1);
    connect(m_splitter, &QSplitter::splitterMoved, this, [this] {
        m_divided = true;
        fitColumns();
    });
    column->addWidget(m_splitter, 1);
    m_plot->setLive(true);

    connect(&workspace(), &Workspace::lanesChanged, this, [this] {
        rebuildChart();
        refreshState();
    });
    connect(&workspace(), &Workspace::parentLossChanged, this, &RaceView::rebuildChart);
    connect(&workspace(), &Workspace::pointsAppended, this, &RaceView::append);
    connect(&workspace(), &Workspace::raceStateChanged, this, &RaceView::refreshState);
    connect(&workspace(), &Workspace::laneProgressChanged, this, &RaceView::refreshStatus);
    connect(&workspace(), &Workspace::modelChanged, this, &RaceView::refreshState);
    connect(&workspace(), &Workspace::dataChanged, this, &RaceView::refreshState);
    connect(&workspace(), &Workspace::planChanged, this, &RaceView::refreshState);
    connect(&workspace(), &Workspace::workChanged, this, &RaceView::refreshStatus);
    connect(m_plot, &PlotWidget::saveFailed, &intents(), &Intents::messageRaised);
    rebuildChart();
    refreshState();
}

void RaceView::buildBar(QHBoxLayout* bar)
{
    bar->addWidget(makeHead(tr("Race"), this));
    m_start = new PrimaryButton(tr("Start race"), this);
    m_pause = new QPushButton(tr("Pause"), this);
    m_pause->setToolTip(tr("Saves a checkpoint of every lane and waits"));
    m_stop = new QPushButton(tr("Stop"), this);
    m_stop->setToolTip(tr("Stops and saves a checkpoint of every lane"));
    m_reset = new QPushButton(tr("New race"), this);
    m_reset->setToolTip(tr("Back to planned lanes; the finished run stays on disk"));
    for (QPushButton* button : {static_cast<QPushButton*>(m_start), m_pause, m_stop, m_reset})
        bar->addWidget(button);
    m_status = makeNote(this);
    bar->addWidget(m_status, 1);
    m_validation = new ChipButton(tr("Validation"), this);
    m_validation->setToolTip(tr("Losses on held-out data instead of training losses"));
    m_smooth = new ChipButton(tr("Smooth"), this);
    m_smooth->setToolTip(
        tr("Exponential moving average, weight 0.9 on the past, corrected at the start"));
    m_log = new ChipButton(tr("Log loss"), this);
    m_log->setToolTip(tr("Loss on a logarithmic axis"));
    m_axis = new QComboBox(this);
    m_axis->addItems({tr("Steps"), tr("Tokens"), tr("Time"), tr("FLOPs")});
    m_axis->setAccessibleName(tr("Lower axis"));
    m_axis->setToolTip(tr("What the lower axis counts"));
    m_smooth->setCheckable(true);
    m_log->setCheckable(true);
    m_validation->setCheckable(true);
    m_smooth->setChecked(true);
    for (QWidget* widget : {static_cast<QWidget*>(m_validation), static_cast<QWidget*>(m_smooth),
             static_cast<QWidget*>(m_log), static_cast<QWidget*>(m_axis)})
        bar->addWidget(widget);
    m_plot->setSmoothing(0.9);
    connect(m_start, &QPushButton::clicked, &intents(), &Intents::raceStartRequested);
    connect(m_pause, &QPushButton::clicked, &intents(), &Intents::racePauseRequested);
    connect(m_stop, &QPushButton::clicked, &intents(), &Intents::raceStopRequested);
    connect(m_reset, &QPushButton::clicked, &intents(), &Intents::raceResetRequested);
    connect(m_validation, &QAbstractButton::toggled, this, &RaceView::rebuildChart);
    connect(m_log, &QAbstractButton::toggled, this, &RaceView::rebuildChart);
    connect(m_axis, &QComboBox::currentIndexChanged, this, &RaceView::rebuildChart);
    connect(m_smooth, &QAbstractButton::toggled, this,
        [this](bool on) { m_plot->setSmoothing(on ? 0.9 : 0); });
}

QWidget* RaceView::makeTable()
{
    auto* side = new QWidget;
    QVBoxLayout* column = makeColumn(side, 0, space::kControl);
    m_table = new QTableView(side);
    m_table->setModel(m_model);
    m_table->setAccessibleName(tr("Lanes"));
    m_table->setItemDelegateForColumn(LaneTableModel::Title, new LaneDelegate(m_table));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setShowGrid(false);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setTabKeyNavigation(false);
    m_table->setWordWrap(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(kRowHeight);
    m_table->setMinimumHeight(4 * kRowHeight); // head, two lanes, a scroll bar
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setSectionResizeMode(LaneTableModel::Title, QHeaderView::Stretch);
    for (int i = 0; i < LaneTableModel::ColumnCount; ++i)
        m_table->setColumnWidth(i, widthOf(static_cast<LaneTableModel::Column>(i)));
    column->addWidget(m_table, 1);
    column->addLayout(makeLaneButtons());
    connect(m_table, &QTableView::doubleClicked, this, [this](const QModelIndex& cell) {
        if (!LaneTableModel::isEditedInPlace(cell.column()))
            askForTraining(cell.row());
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
        [this](const QModelIndex& row) {
            m_plot->setHighlightedSeries(row.row());
            refreshState();
        });
    return side;
}

QHBoxLayout* RaceView::makeLaneButtons()
{
    QHBoxLayout* buttons = makeRow(space::kControl);
    m_add = new QPushButton(tr("Add lane"), this);
    m_add->setToolTip(tr("Adds a lane that starts from the destination as it is now"));
    m_training = new QPushButton(tr("Training…"), this);
    m_training->setToolTip(tr("How the picked lane trains: rates, a teacher, dropping, freezing, "
                              "growth on the way"));
    m_remove = new QPushButton(tr("Remove"), this);
    m_remove->setToolTip(tr("Takes the picked lane out of the race"));
    m_export = new QPushButton(tr("Export lane…"), this);
    m_export->setToolTip(tr("Writes the weights that the picked lane has reached"));
    for (QPushButton* button : {m_add, m_training, m_remove})
        buttons->addWidget(button);
    buttons->addStretch(1);
    buttons->addWidget(m_export);
    connect(m_add, &QPushButton::clicked, &intents(), &Intents::laneAddRequested);
    connect(m_training, &QPushButton::clicked, this, [this] { askForTraining(pickedLane()); });
    connect(m_remove, &QPushButton::clicked, this,
        [this] { Q_EMIT intents().laneRemoveRequested(pickedLane()); });
    connect(m_export, &QPushButton::clicked, this,
        [this] { Q_EMIT intents().laneExportRequested(pickedLane()); });
    return buttons;
}

/// The table gets what its columns need, as long as the plot stays a plot.
void RaceView::divide()
{
    const int total = m_splitter->width() - m_splitter->handleWidth();
    if (!m_divided && total > 0) {
        const int plot = std::max(kLeastPlot, static_cast<int>(total * kPlotShare));
        const int wanted = std::max(kLeastTable, widthOf(laneColumns(columnNeeds())));
        const int table = std::clamp(total - plot, 1, wanted);
        m_splitter->setSizes({total - table, table});
    }
    fitColumns();
}

void RaceView::fitColumns()
{
    const auto shown = laneColumnsIn(m_table->parentWidget()->width(), columnNeeds());
    for (int i = 0; i < LaneTableModel::ColumnCount; ++i)
        m_table->setColumnHidden(
            i, std::ranges::find(shown, static_cast<LaneTableModel::Column>(i)) == shown.end());
}

LaneColumnNeeds RaceView::columnNeeds() const
{
    return {.aids = m_model->hasAids(), .raced = workspace().raceState() != RaceState::Ready};
}

void RaceView::resizeEvent(QResizeEvent* event)
{
    View::resizeEvent(event);
    layout()->activate(); // the splitter has its new width
    divide();
}

void RaceView::askForTraining(int lane)
{
    if (workspace().raceState() == RaceState::Ready && lane >= 0)
        Q_EMIT intents().laneTrainingRequested(lane);
}

PlotWidget* RaceView::mainPlot() const
{
    return m_plot;
}

int RaceView::pickedLane() const
{
    return m_table->currentIndex().row();
}

RunChartSettings RaceView::chartSettings() const
{
    RunChartSettings settings;
    settings.axis = static_cast<RunAxis>(m_axis->currentIndex());
    settings.validation = m_validation->isChecked();
    settings.logLoss = m_log->isChecked();
    if (const auto& loss = workspace().parentLoss())
        settings.chance = loss->chance;
    return settings;
}

void RaceView::rebuildChart()
{
    m_plot->setChart(runChart(workspace().lanes(), chartSettings()));
}

void RaceView::append(int lane, int first)
{
    std::vector<double> x;
    std::vector<double> y;
    chartPoints(workspace().lanes()[static_cast<std::size_t>(lane)], chartSettings(),
        static_cast<std::size_t>(first), x, y);
    if (!x.empty())
        m_plot->appendPoints(lane, x, y);
}

void RaceView::refreshState()
{
    const RaceState state = workspace().raceState();
    const bool isPlanned = state == RaceState::Ready;
    const bool isBusy = state == RaceState::Preparing || state == RaceState::Running
        || state == RaceState::Stopping;
    const bool isOver =
        state == RaceState::Finished || state == RaceState::Stopped || state == RaceState::Failed;
    const QString obstacle = workspace().raceObstacle();
    const bool canStart = !workspace().lanes().empty() && obstacle.isEmpty();
    m_start->setText(state == RaceState::Paused || state == RaceState::Stopped ? tr("Continue")
                                                                               : tr("Start race"));
    if (!isPlanned && window()->focusWidget() == m_start)
        m_plot->setFocus(); // rather than what happens to stand next to the button
    m_start->setEnabled(
        canStart && (isPlanned || state == RaceState::Paused || state == RaceState::Stopped));
    m_start->setToolTip(obstacle.isEmpty()
            ? tr("Trains all lanes in turns, on the same data in the same order")
            : obstacle);
    m_plot->setEmptyMessage(obstacle.isEmpty()
            ? tr("Press Start race: all lanes see the same data in the same order")
            : obstacle);
    m_pause->setEnabled(state == RaceState::Running);
    m_stop->setEnabled(
        state == RaceState::Running || state == RaceState::Paused || state == RaceState::Preparing);
    // Start and New race take turns, so that the bar fits the narrowest window.
    m_start->setVisible(!isOver || state == RaceState::Stopped);
    m_reset->setVisible(isOver);
    // So do the buttons of planned lanes and of those that have trained.
    for (QPushButton* button : {m_add, m_training, m_remove})
        button->setVisible(isPlanned);
    m_export->setVisible(!isPlanned);
    m_add->setEnabled(isPlanned && workspace().plan() != nullptr);
    m_remove->setEnabled(isPlanned && pickedLane() >= 0);
    m_training->setEnabled(isPlanned && pickedLane() >= 0);
    divide();
    m_export->setEnabled(!isBusy && !isPlanned && pickedLane() >= 0);
    refreshStatus();
}

void RaceView::refreshStatus()
{
    const Work work = workspace().work(Activity::Racing);
    const Failure failure = workspace().failure(Activity::Racing);
    for (const RunLane& lane : workspace().lanes())
        if (!lane.note.empty()) {
            m_status->setText(QString::fromStdString(lane.title + ": " + lane.note));
            return;
        }
    if (!failure.what.isEmpty())
        m_status->setText(failure.what + QStringLiteral(": ") + failure.why);
    else if (work.running && workspace().raceState() != RaceState::Running)
        m_status->setText(work.stage);
    else if (workspace().raceState() == RaceState::Ready && workspace().model() != nullptr)
        m_status->setText(workspace().raceObstacle());
    else
        m_status->setText(titleOf(workspace().raceState()));
}

} // namespace espalier
