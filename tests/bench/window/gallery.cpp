// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/window/bench_window.h"

#include "app/cached_menu.h"
#include "app/data_dialog.h"
#include "app/export_dialog.h"
#include "app/hub_dialog.h"
#include "app/lane_dialog.h"
#include "app/main_window.h"
#include "widgets/controls/task_size_edits.h"
#include "widgets/panels/diagnosis_panel.h"
#include "widgets/plot/bar_plot.h"
#include "widgets/plot/heatmap_plot.h"
#include "widgets/plot/line_plot.h"
#include "widgets/views/catalog.h"

#include <QDir>
#include <QToolButton>

#include <cmath>
#include <limits>

namespace espalier::bench {
namespace {

constexpr qint64 kSettleMs = 400; ///< pictures made in the background included
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Saves pictures with what they show as their names.
struct Album
{
    QDir folder;

    void add(QWidget& widget, const QString& name) const
    {
        paintAll();
        static_cast<void>(waitFor([clock = started()] { return clock.elapsed() > kSettleMs; }));
        widget.grab().save(folder.filePath(name + QStringLiteral(".png")));
    }

    [[nodiscard]] static QElapsedTimer started()
    {
        QElapsedTimer clock;
        clock.start();
        return clock;
    }
};

void addViews(const Album& album, MainWindow& window, const QString& prefix)
{
    for (const ViewRow& row : viewCatalog()) {
        if (row.area != ViewArea::Centre)
            continue;
        window.showView(QString::fromLatin1(row.id));
        album.add(window, prefix + QString::fromLatin1(row.id));
    }
}

void addStates(const Album& album, MainWindow& window)
{
    Workspace& workspace = window.workspace();
    window.showView(QStringLiteral("importance"));
    workspace.setWork(Activity::Measuring, {true, QStringLiteral("Measuring block 3 of 8"), 0.37});
    static_cast<void>(waitFor([clock = Album::started()] { return clock.elapsed() > 300; }));
    album.add(window, QStringLiteral("state-working"));
    workspace.setWork(Activity::Measuring, {});
    const DataSpec data = workspace.data();
    DataSpec other = data;
    other.source = "/home/somebody/texts/shakespeare.txt";
    workspace.setData(other);
    album.add(window, QStringLiteral("state-stale"));
    workspace.setData(data);
    workspace.setFailure(Activity::Measuring,
        {QStringLiteral("The measurement failed"),
            QStringLiteral("/home/somebody/texts: holds 3 characters, a sample needs 128"),
            QStringLiteral("Measure again")});
    album.add(window, QStringLiteral("state-failed"));
    workspace.setFailure(Activity::Measuring, {});
}

/// A task of other sizes than the parent's, and one that cannot be.
void addTask(const Album& album, MainWindow& window, const QString& prefix, Size size,
    const QString& wrong, std::int64_t other)
{
    TaskSizeEdits& sizes = *window.findChild<TaskSizeEdits*>();
    const std::int64_t parent = get(window.workspace().model()->config.shape, size);
    sizes.enterText(size, wrong);
    album.add(window, prefix + QStringLiteral("task-refused"));
    sizes.enterText(size, QString::number(other));
    album.add(window, prefix + QStringLiteral("task-asked"));
    sizes.enterText(size, QString::number(parent));
}

LoadDiagnosis brokenOrchard()
{
    LoadDiagnosis diagnosis{.model = "/home/somebody/models/orchard-7b",
        .problem = "/home/somebody/models/orchard-7b/model.safetensors: tensor "
                   "\"transformer.wte.weight\": found shape [50258, 768], wanted [50257, 768] as "
                   "config.json has it"};
    diagnosis.advice =
        "Correct \"vocab_size\" in config.json: it is 50257, the weights have 50258.";
    diagnosis.family = "GPT-2";
    diagnosis.tensors = 149;
    diagnosis.faults.wantedTensors = 148;
    diagnosis.faults.misshaped.add({.name = "transformer.wte.weight",
        .dtype = "F32",
        .found = {50258, 768},
        .wanted = {50257, 768}});
    for (int i = 0; i < 12; ++i)
        diagnosis.faults.unexpected.add({.name = "transformer.h." + std::to_string(i)
                + ".attn.an_adapter_with_a_long_name.weight",
            .dtype = "BF16",
            .found = {768, 8}});
    diagnosis.nearest = FamilyMatch{.id = "gpt2", .title = "GPT-2", .matched = 148, .names = 160};
    return diagnosis;
}

std::vector<CachedChoice> someCached()
{
    return {{{.repository = "sentence-transformers/all-MiniLM-L6-v2",
                 .path = {},
                 .modelType = "bert",
                 .bytes = 91'800'000,
                 .fetched = 1'763'000'000},
                "BERT"},
        {{.repository = "openai-community/gpt2",
             .path = {},
             .modelType = "gpt2",
             .bytes = 548'100'000,
             .fetched = 1'762'000'000},
            "GPT-2"}};
}

/// Settings of a lane with a little of everything.
TrainSettings learning()
{
    TrainSettings train;
    train.aids.distillation = Distillation{};
    train.aids.layerDrop = 0.1;
    GrowthStage stage;
    stage.atStep = 250;
    stage.shape = {
        .layers = 16, .hidden = 192, .heads = 6, .kvHeads = 6, .headDim = 32, .mlp = 768};
    stage.method = "stackbert";
    train.growth = {stage};
    return train;
}

/// A race with something beside one start, planned and on its way.
void addRace(const Album& album, MainWindow& window, const QString& prefix)
{
    Workspace& workspace = window.workspace();
    window.showView(QStringLiteral("importance"));
    const std::vector<RunLane> before = workspace.lanes();
    std::vector<RunLane> lanes = before;
    lanes[0].train = learning();
    workspace.setLanes(lanes);
    album.add(window, prefix + QStringLiteral("race-planned"));
    for (std::size_t lane = 0; lane < lanes.size(); ++lane)
        for (int step = 0; step <= 240; ++step) {
            const double halving = 20 + 30 * static_cast<double>(lane);
            LanePoint point{
                .step = static_cast<double>(step), .tokens = 2048.0 * step, .seconds = 0.07 * step};
            point.trainLoss = 5.5 / (1 + step / halving);
            if (step % 50 == 0)
                point.validationLoss = point.trainLoss;
            lanes[lane].points.push_back(point);
        }
    workspace.setRaceState(RaceState::Running);
    workspace.setLanes(lanes);
    album.add(window, prefix + QStringLiteral("race-running"));
    workspace.setRaceState(RaceState::Ready);
    workspace.setLanes(before);
}

/// What opening leads to when it goes wrong, and what asks for models and data.
void addOpening(const Album& album, MainWindow& window, const QString& prefix)
{
    Workspace& workspace = window.workspace();
    window.showView(QStringLiteral("importance"));
    workspace.setDiagnosis(brokenOrchard());
    album.add(window, prefix + QStringLiteral("diagnosis"));
    window.findChild<DiagnosisPanel*>()->findChild<QToolButton*>()->click();
    album.add(window, prefix + QStringLiteral("diagnosis-details"));
    workspace.setDiagnosis(std::nullopt);
    const ModelSummary& model = *workspace.model();
    DataDialog data({.model = QString::fromStdString(model.name),
                        .config = model.config,
                        .data = workspace.data(),
                        .hasTokenizer = false},
        &window);
    data.show();
    album.add(data, prefix + QStringLiteral("data"));
    HubDialog hub({.endpoint = "https://huggingface.co",
                      .cache = "/home/somebody/.cache/huggingface/hub",
                      .tokenSource = {}},
        someCached(), &window);
    hub.show();
    album.add(hub, prefix + QStringLiteral("hub"));
    LaneDialog lane({QStringLiteral("subcloned"), model.config, learning(),
                        [](const TrainSettings&) {
                            return Status{};
                        }},
        &window);
    lane.show();
    album.add(lane, prefix + QStringLiteral("lane"));
    CachedMenu menu(&window);
    menu.fill(someCached());
    menu.adjustSize();
    album.add(menu, prefix + QStringLiteral("cached-menu"));
}

LineChart tenLanes(bool broken)
{
    LineChart chart{.xTitle = "step", .yTitle = "training loss", .yUnit = "nats"};
    for (int lane = 0; lane < 10; ++lane) {
        Series series{.id = std::to_string(lane),
            .title = lane == 3 ? "subcloned with a name that is far longer than anybody wants"
                               : "lane " + std::to_string(lane),
            .lane = lane};
        for (int step = 0; step < 400; ++step) {
            series.x.push_back(step);
            const double loss = 5.5 / (1 + step / (20.0 + 8 * lane)) + 0.05 * std::sin(step * 1.7);
            series.y.push_back(broken && lane == 1 && step > 150 ? kNan : loss);
        }
        chart.series.push_back(std::move(series));
    }
    chart.references = {{0.316, "entropy of the data"}, {5.545, "chance"}};
    return chart;
}

Heatmap wideMap(std::size_t rows, std::size_t columns)
{
    Heatmap map;
    map.rows = rows;
    map.columns = columns;
    map.rowTitle = "layer";
    map.columnTitle = "residual channel";
    map.valueTitle = "mean |activation|";
    for (std::size_t i = 0; i < rows * columns; ++i)
        map.values.push_back(
            static_cast<float>(std::exp(std::sin(static_cast<double>(i * 7919 % 10007)))));
    for (std::size_t i = 5; i < map.values.size(); i += columns + 3)
        map.values[i] = std::numeric_limits<float>::quiet_NaN();
    return map;
}

BarChart manyBars(int count)
{
    BarChart chart{.xTitle = "block", .yTitle = "residual change r"};
    chart.parts = {{.title = "attention", .role = PlotRole::Parent}, {.title = "MLP"}};
    for (int block = 0; block < count; ++block) {
        chart.categories.push_back(std::to_string(block));
        chart.parts[0].values.push_back(0.5 / (1 + block));
        chart.parts[1].values.push_back(0.2 + 0.1 * std::cos(block));
    }
    return chart;
}

template <typename Plot, typename Fill>
void addPlot(const Album& album, const QString& name, QSize size, const Fill& fill)
{
    Plot plot;
    plot.resize(size);
    fill(plot);
    plot.show();
    album.add(plot, name);
}

void addExtremes(const Album& album)
{
    addPlot<LinePlot>(album, QStringLiteral("plot-ten-lanes"), {900, 400},
        [](LinePlot& plot) { plot.setChart(tenLanes(false)); });
    addPlot<LinePlot>(album, QStringLiteral("plot-nan"), {500, 260}, [](LinePlot& plot) {
        plot.setChart(tenLanes(true));
        plot.setSmoothing(0.9);
    });
    addPlot<HeatmapPlot>(
        album, QStringLiteral("plot-1e5-neurons"), {900, 400}, [](HeatmapPlot& plot) {
            plot.setMarginal(Marginal::Columns);
            plot.setHeatmap(wideMap(48, 100'000));
        });
    addPlot<HeatmapPlot>(album, QStringLiteral("plot-nan-cells"), {600, 300},
        [](HeatmapPlot& plot) { plot.setHeatmap(wideMap(8, 24)); });
    addPlot<BarPlot>(album, QStringLiteral("plot-48-blocks"), {640, 220},
        [](BarPlot& plot) { plot.setChart(manyBars(48)); });
    addPlot<BarPlot>(album, QStringLiteral("plot-one-block"), {640, 220},
        [](BarPlot& plot) { plot.setChart(manyBars(1)); });
}

} // namespace

int takeGallery(const QString& folder, const QString& model, const QString& other)
{
    const Album album{QDir(folder)};
    if (!album.folder.mkpath(QStringLiteral(".")))
        return 1;
    OpenWindow open;
    MainWindow& window = *open.window;
    album.add(window, QStringLiteral("empty"));
    if (!open.fill(model))
        return 1;
    addViews(album, window, QStringLiteral("light-"));
    addTask(album, window, QStringLiteral("light-"), Size::Vocab, QStringLiteral("200"), 50'257);
    addStates(album, window);
    addOpening(album, window, QStringLiteral("light-"));
    addRace(album, window, QStringLiteral("light-"));
    window.showView(QStringLiteral("importance"));
    for (const QSize size : {QSize(1024, 680), QSize(2560, 1440)}) {
        window.resize(size);
        addViews(album, window, QStringLiteral("%1-").arg(size.width()));
        addTask(album, window, QStringLiteral("%1-").arg(size.width()), Size::Vocab,
            QStringLiteral("200"), 50'257);
        addRace(album, window, QStringLiteral("%1-").arg(size.width()));
    }
    window.resize(1280, 800);
    window.applyThemeChoice(ThemeChoice::Dark);
    addViews(album, window, QStringLiteral("dark-"));
    addTask(album, window, QStringLiteral("dark-"), Size::Positions, QStringLiteral("0"), 1024);
    addOpening(album, window, QStringLiteral("dark-"));
    addRace(album, window, QStringLiteral("dark-"));
    ExportDialog dialog({QStringLiteral("Export destination"),
                            QStringLiteral("8 blocks, 96 wide, 932 k parameters"),
                            QStringLiteral("/home/somebody/models/garden-8x96")},
        &window);
    dialog.show();
    album.add(dialog, QStringLiteral("dark-export"));
    dialog.hide();
    window.applyThemeChoice(ThemeChoice::Light);
    addExtremes(album);
    if (!open.fill(other))
        return 1;
    addViews(album, window, QStringLiteral("other-"));
    addTask(album, window, QStringLiteral("other-"), Size::Image, QStringLiteral("30"), 48);
    return 0;
}

} // namespace espalier::bench
