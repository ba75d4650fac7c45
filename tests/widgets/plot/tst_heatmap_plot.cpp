// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/bar_plot.h"
#include "widgets/plot/colour_map.h"
#include "widgets/plot/dropped_mask.h"
#include "widgets/plot/heatmap_plot.h"
#include "widgets/plot/histogram_plot.h"

#include <QSignalSpy>
#include <QTest>

#include <cmath>
#include <limits>

using namespace espalier;

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

Heatmap smallMap()
{
    Heatmap map;
    map.rowTitle = "layer";
    map.columnTitle = "channel";
    map.valueTitle = "score";
    map.rows = 2;
    map.columns = 3;
    map.values = {1, -4, 2, kNan, 0.5F, 3};
    return map;
}

const std::atomic<bool> kGoOn = false;

} // namespace

class TestHeatmapPlot : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void binsKeepTheLargestSize();
    void binsTakeTheMean();
    void aBrokenCellBreaksItsBin();
    void statsLeaveOutWhatIsNotFinite();
    void orderDecidesPlacesNotNames();
    void signedValuesAreSymmetricAboutTheSurfaceColour();
    void logarithmicScalesLeaveOutWhatIsNextToNothing();
    void scalesGoThereAndBack_data();
    void scalesGoThereAndBack();
    void droppedSharesFollowTheOrder();
    void masksOfAnotherShapeAreForgotten();
    void bigMapsAreDrawnInTheBackground();
    void keysMoveTheCellAndReturnPicksIt();
    void cardSaysWhatIsDropped();
    void barsStackAndSum();
    void histogramsNameTheirDeviation();
};

void TestHeatmapPlot::binsKeepTheLargestSize()
{
    Heatmap map = smallMap();
    map.rows = 1;
    map.columns = 6;
    map.values = {1, -4, 2, 0, 0.5F, 3};
    const BinnedMap binned = binHeatmap(map, {}, {0, 6, 0, 1}, 3, 5, Binning::MaxAbs, kGoOn);
    QCOMPARE(binned.values, (std::vector<float>{-4, 2, 3}));
    QVERIFY(binned.isBinned());
}

void TestHeatmapPlot::binsTakeTheMean()
{
    Heatmap map = smallMap();
    map.values = {1, -4, 2, 0, 0.5F, 3};
    const BinnedMap binned = binHeatmap(map, {}, {0, 3, 0, 2}, 3, 1, Binning::Mean, kGoOn);
    QCOMPARE(binned.values, (std::vector<float>{0.5F, -1.75F, 2.5F}));
}

void TestHeatmapPlot::aBrokenCellBreaksItsBin()
{
    const BinnedMap binned = binHeatmap(smallMap(), {}, {0, 3, 0, 2}, 3, 1, Binning::MaxAbs, kGoOn);
    QVERIFY(std::isnan(binned.values[0]));
    QCOMPARE(binned.nanBins, std::size_t{1});
}

void TestHeatmapPlot::statsLeaveOutWhatIsNotFinite()
{
    const HeatmapStats stats = heatmapStats(smallMap());
    QCOMPARE(stats.low, -4.0);
    QCOMPARE(stats.high, 3.0);
    QCOMPARE(stats.nonFinite, std::size_t{1});
    QCOMPARE(stats.columnMeans, (std::vector<float>{1, 2.25F, 2.5F}));
    QCOMPARE(stats.rowMeans[1], 1.75F);
}

void TestHeatmapPlot::orderDecidesPlacesNotNames()
{
    const std::vector<int> order = {2, 0, 1};
    const BinnedMap binned =
        binHeatmap(smallMap(), order, {0, 3, 0, 1}, 3, 1, Binning::MaxAbs, kGoOn);
    QCOMPARE(binned.values, (std::vector<float>{2, 1, -4}));
    HeatmapPlot plot;
    plot.setHeatmap(smallMap());
    plot.setColumnOrder(order);
    plot.show();
    QSignalSpy hovered(&plot, &HeatmapPlot::cellHovered);
    QTest::keyClick(&plot, Qt::Key_Right); // the first place
    QCOMPARE(hovered.takeFirst()[1].toInt(), 2);
}

void TestHeatmapPlot::signedValuesAreSymmetricAboutTheSurfaceColour()
{
    const ValueScale scale = valueScaleFor(ColourScale::Linear, true, -1, 4);
    QCOMPARE(scale.low, -4.0);
    QCOMPARE(scale.position(0), 0.5);
    for (const Theme& theme : {Theme::light(), Theme::dark()}) {
        const QColor middle(colourTable(theme, true)[128]);
        QVERIFY(std::abs(middle.red() - theme.surface.red()) <= 4);
        QVERIFY(std::abs(middle.blue() - theme.surface.blue()) <= 4);
    }
}

void TestHeatmapPlot::logarithmicScalesLeaveOutWhatIsNextToNothing()
{
    const ValueScale scale = valueScaleFor(ColourScale::Logarithmic, false, 4.5e-33, 6.5);
    QCOMPARE(scale.low, 6.5e-4);
    QCOMPARE(scale.position(4.5e-33), 0.0);
    QCOMPARE(valueScaleFor(ColourScale::Logarithmic, false, 0.5, 6.5).low, 0.5);
}

void TestHeatmapPlot::scalesGoThereAndBack_data()
{
    QTest::addColumn<int>("kind");
    QTest::newRow("linear") << static_cast<int>(ColourScale::Linear);
    QTest::newRow("logarithmic") << static_cast<int>(ColourScale::Logarithmic);
    QTest::newRow("symmetric logarithmic") << static_cast<int>(ColourScale::SymmetricLog);
}

void TestHeatmapPlot::scalesGoThereAndBack()
{
    QFETCH(int, kind);
    const ValueScale scale = valueScaleFor(static_cast<ColourScale>(kind), false, 0.5, 200);
    for (const double value : {0.75, 3.0, 150.0})
        QVERIFY(std::abs(scale.value(scale.position(value)) / value - 1) < 1e-9);
    QVERIFY(std::isnan(scale.position(std::nan(""))));
    QCOMPARE(scale.position(1e9), 1.0);
}

void TestHeatmapPlot::droppedSharesFollowTheOrder()
{
    DroppedMask mask;
    mask.columns = {true, false, false, false};
    const CellWindow all{0, 4, 0, 1};
    QCOMPARE(droppedShares(mask, 0, 4, {}, all, 2), (std::vector<float>{0.5F, 0}));
    const std::vector<int> order = {3, 2, 1, 0};
    QCOMPARE(droppedShares(mask, 0, 4, order, all, 2), (std::vector<float>{0, 0.5F}));
    QCOMPARE(droppedShares(mask, 0, 4, {}, all, 8), (std::vector<float>{1, 1, 0, 0, 0, 0, 0, 0}));
    mask.rows = {true};
    QCOMPARE(droppedShares(mask, 0, 4, order, all, 2), (std::vector<float>{1, 1}));
}

void TestHeatmapPlot::masksOfAnotherShapeAreForgotten()
{
    HeatmapPlot plot;
    plot.setHeatmap(smallMap());
    plot.setDroppedColumns({true, false, false});
    QVERIFY(plot.isDropped(0, 0));
    plot.setDroppedColumns({true});
    QVERIFY(!plot.isDropped(0, 0));
    plot.setDroppedCells({false, false, false, false, true, false});
    QVERIFY(plot.isDropped(1, 1));
    QVERIFY(!plot.isDropped(0, 1));
}

void TestHeatmapPlot::bigMapsAreDrawnInTheBackground()
{
    Heatmap map;
    map.rows = 8;
    map.columns = 100'000;
    map.values.assign(map.rows * map.columns, 1.0F);
    map.values[4 * map.columns + 77'777] = 9.0F;
    HeatmapPlot plot;
    plot.resize(600, 300);
    plot.setHeatmap(std::move(map));
    plot.show();
    QTRY_VERIFY(plot.isUpToDate());
    QVERIFY(plot.binningNote().startsWith(QStringLiteral("largest of up to")));
    QVERIFY(plot.summary().contains(QStringLiteral("Values from 1 to 9")));
}

void TestHeatmapPlot::keysMoveTheCellAndReturnPicksIt()
{
    HeatmapPlot plot;
    plot.setHeatmap(smallMap());
    plot.show();
    QSignalSpy clicked(&plot, &HeatmapPlot::cellClicked);
    for (const auto key : {Qt::Key_Right, Qt::Key_Right, Qt::Key_Down, Qt::Key_Return})
        QTest::keyClick(&plot, key);
    QCOMPARE(clicked.count(), 1);
    QCOMPARE(clicked[0][0].toInt(), 1);
    QCOMPARE(clicked[0][1].toInt(), 1);
}

void TestHeatmapPlot::cardSaysWhatIsDropped()
{
    HeatmapPlot plot;
    plot.setHeatmap(smallMap());
    plot.setDroppedColumns({false, true, false});
    QCOMPARE(plot.hoverLines(0, 1),
        (QStringList{QStringLiteral("layer 0, channel 1"), QStringLiteral("score: −4"),
            QStringLiteral("dropped")}));
    QCOMPARE(plot.hoverLines(1, 0).at(1), QStringLiteral("score: NaN"));
    QVERIFY(plot.csv().find("1,nan,0.5,3") != std::string::npos);
}

void TestHeatmapPlot::barsStackAndSum()
{
    BarPlot plot;
    plot.setChart({.xTitle = "block",
        .yTitle = "r",
        .categories = {"0", "1"},
        .parts = {{.title = "attention", .values = {0.5, 0.25}},
            {.title = "MLP", .values = {0.25, 0.5}}}});
    QCOMPARE(plot.hoverLines(0),
        (QStringList{QStringLiteral("MLP: 0.25"), QStringLiteral("attention: 0.5"),
            QStringLiteral("together: 0.75")}));
    plot.setDropped({true, false});
    QCOMPARE(plot.hoverLines(0).last(), QStringLiteral("dropped"));
    plot.show();
    QSignalSpy hovered(&plot, &BarPlot::categoryHovered);
    QTest::keyClick(&plot, Qt::Key_Right);
    QCOMPARE(hovered.count(), 1);
}

void TestHeatmapPlot::histogramsNameTheirDeviation()
{
    const std::vector<float> values = {-1, 1, -1, 1};
    Histogram histogram = makeHistogram(values, 2, {-1, 1});
    histogram.title = "before";
    HistogramPlot plot;
    plot.setChart({.xTitle = "weight", .histograms = {histogram}});
    QCOMPARE(plot.legendLines(), (QStringList{QStringLiteral("before   σ 1")}));
    QCOMPARE(plot.hoverLines(-0.5), (QStringList{QStringLiteral("before: 2 (50\u00A0%)")}));
}

QTEST_MAIN(TestHeatmapPlot)
#include "tst_heatmap_plot.moc"
