// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/decimation.h"
#include "widgets/plot/dense_lines.h"
#include "widgets/plot/line_labels.h"
#include "widgets/plot/line_plot.h"
#include "widgets/plot/line_store.h"

#include <QApplication>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

using namespace espalier;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

LineChart twoLines()
{
    LineChart chart;
    chart.xTitle = "step";
    chart.yTitle = "loss";
    chart.series = {{.id = "a", .title = "random", .x = {0, 1, 2, 3}, .y = {4, 3, 3.5, 3.25}},
        {.id = "b", .title = "subcloned", .x = {0, 1, 2, 3}, .y = {3, kNan, kInf, 2}}};
    return chart;
}

} // namespace

class TestLinePlot : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void decimationKeepsTheSpike();
    void decimationOfFewPointsKeepsAll();
    void pyramidGrownInPiecesEqualsOneBuiltAtOnce();
    void smoothingIsCorrectedForItsStart();
    void runsOfNonFiniteValuesAreMarkedOnce();
    void nonPositiveValuesAreMarkedOnALogAxis();
    void hoverListsLinesFromLargestToSmallest();
    void appendedPointsAreKeptAndFollowed();
    void movingStopsFollowingAndTheChipResumesIt();
    void unsortedPointsAreSortedIn();
    void anEmptyChartShowsItsMessage();
    void coloursChangeWithTheTheme();
    void picturesAreWrittenInAllFormats();
    void picturesLeaveOutWhatIsPointedAt();
    void anUnwritablePictureIsRefusedByName();
    void keysStepThroughThePoints();
    void labelsAreSpreadWithoutOverlap();
    void denseLinesFillTheColumnsTheyCross();
    void denseLinesAreInThePictureToo();
};

void TestLinePlot::decimationKeepsTheSpike()
{
    std::vector<double> x(1'000'000);
    std::iota(x.begin(), x.end(), 0.0);
    std::vector<double> y(x.size(), 1.0);
    y[543'210] = 9;
    y[777] = -5;
    MinMaxPyramid pyramid;
    pyramid.extend(y);
    const XYData shown = decimate(x, y, pyramid, 0, 999'999, 800, false);
    QVERIFY(shown.x.size() <= 4 * 800 + 2);
    QCOMPARE(*std::max_element(shown.y.begin(), shown.y.end()), 9.0);
    QCOMPARE(*std::min_element(shown.y.begin(), shown.y.end()), -5.0);
    QVERIFY(std::is_sorted(shown.x.begin(), shown.x.end()));
    QCOMPARE(shown.x.front(), 0.0);
    QCOMPARE(shown.x.back(), 999'999.0);
}

void TestLinePlot::decimationOfFewPointsKeepsAll()
{
    const std::vector<double> x = {0, 1, 2, 3, 4};
    const std::vector<double> y = {5, kNan, 7, 8, 9};
    MinMaxPyramid pyramid;
    pyramid.extend(y);
    const XYData shown = decimate(x, y, pyramid, 1.5, 2.5, 100, false);
    QCOMPARE(shown.x, (std::vector<double>{1, 2, 3})); // one neighbour on either side
    QVERIFY(std::isnan(shown.y[0]));
}

void TestLinePlot::pyramidGrownInPiecesEqualsOneBuiltAtOnce()
{
    std::vector<double> y(20'000);
    for (std::size_t i = 0; i < y.size(); ++i)
        y[i] = std::sin(static_cast<double>(i) * 0.37) * static_cast<double>(i % 101);
    MinMaxPyramid atOnce;
    atOnce.extend(y);
    MinMaxPyramid grown;
    for (std::size_t size : {1U, 63U, 64U, 700U, 4097U, 20'000U})
        grown.extend(std::span(y).first(size));
    for (std::size_t begin = 0; begin < y.size(); begin += 997) {
        const std::size_t end = std::min(y.size(), begin * 2 + 130);
        const auto expected = std::minmax_element(y.begin() + static_cast<std::ptrdiff_t>(begin),
            y.begin() + static_cast<std::ptrdiff_t>(end));
        for (const MinMaxPyramid& pyramid : {atOnce, grown}) {
            const auto found = pyramid.query(y, begin, end);
            QCOMPARE(y[found.lowest], *expected.first);
            QCOMPARE(y[found.highest], *expected.second);
        }
    }
}

void TestLinePlot::smoothingIsCorrectedForItsStart()
{
    LineStore store({.id = "a", .x = {0, 1, 2}, .y = {4, 2, 2}}, false, 0.5);
    // 0.5*4 / 0.5 = 4; (0.5*2 + 0.5*2) / 0.75 = 8/3; (0.5*2 + 0.5*2) / 0.875 = 16/7.
    QCOMPARE(store.smooth(), (std::vector<double>{4, 2 / 0.75, 2 / 0.875}));
    store.append(std::vector<double>{3}, std::vector<double>{kNan});
    QVERIFY(std::isnan(store.smooth()[3]));
    store.append(std::vector<double>{4}, std::vector<double>{2});
    QCOMPARE(store.smooth()[4], (0.5 * 2 + 0.5 * 2) / (1 - 0.0625));
}

void TestLinePlot::runsOfNonFiniteValuesAreMarkedOnce()
{
    LinePlot plot;
    plot.setChart(twoLines());
    QCOMPARE(plot.markerCount(), 1); // NaN and infinity follow each other
    const double x[] = {4, 5};
    const double y[] = {kNan, 1};
    plot.appendPoints(0, x, y);
    QCOMPARE(plot.markerCount(), 2);
    plot.setSeriesVisible(1, false);
    QCOMPARE(plot.markerCount(), 1);
}

void TestLinePlot::nonPositiveValuesAreMarkedOnALogAxis()
{
    LineChart chart;
    chart.logY = true;
    chart.series = {{.id = "a", .title = "a", .x = {1, 2, 3, 4}, .y = {1, 0, -1, 10}}};
    LinePlot plot;
    plot.setChart(chart);
    QCOMPARE(plot.markerCount(), 1);
    QVERIFY(plot.yRange().first > 0);
}

void TestLinePlot::hoverListsLinesFromLargestToSmallest()
{
    LinePlot plot;
    plot.setChart(twoLines());
    QCOMPARE(plot.hoverLines(0),
        (QStringList{QStringLiteral("random: 4"), QStringLiteral("subcloned: 3")}));
    QCOMPARE(plot.hoverLines(1.2),
        (QStringList{QStringLiteral("random: 3"), QStringLiteral("subcloned: NaN")}));
}

void TestLinePlot::appendedPointsAreKeptAndFollowed()
{
    LinePlot plot;
    plot.setLive(true);
    plot.setChart(twoLines());
    plot.show();
    const double x[] = {10};
    const double y[] = {1.5};
    plot.appendPoints(0, x, y);
    QTRY_COMPARE(plot.xRange().second, 10.0);
    QCOMPARE(plot.chart().series[0].y.back(), 1.5);
    QVERIFY(plot.csv().find("random,10,1.5") != std::string::npos);
}

void TestLinePlot::movingStopsFollowingAndTheChipResumesIt()
{
    LinePlot plot;
    plot.setLive(true);
    plot.setChart(twoLines());
    plot.resize(600, 300);
    plot.show();
    QSignalSpy following(&plot, &LinePlot::followingChanged);
    QSignalSpy range(&plot, &LinePlot::xRangeChanged);
    QTest::keyClick(&plot, Qt::Key_Plus);
    QCOMPARE(plot.isFollowing(), false);
    QCOMPARE(following.count(), 1);
    QCOMPARE(range.count(), 1);
    const auto moved = plot.xRange();
    const double x[] = {10};
    const double y[] = {1.5};
    plot.appendPoints(0, x, y);
    QTest::qWait(100);
    QCOMPARE(plot.xRange(), moved);
    plot.follow();
    QVERIFY(plot.isFollowing());
    QCOMPARE(plot.xRange().second, 10.0);
}

void TestLinePlot::unsortedPointsAreSortedIn()
{
    LineStore store({.id = "a", .x = {0, 5}, .y = {0, 50}}, false, 0);
    store.append(std::vector<double>{3, 7}, std::vector<double>{30, 70});
    QCOMPARE(store.series().x, (std::vector<double>{0, 3, 5, 7}));
    QCOMPARE(store.series().y, (std::vector<double>{0, 30, 50, 70}));
}

void TestLinePlot::anEmptyChartShowsItsMessage()
{
    LinePlot plot;
    plot.setEmptyMessage(QStringLiteral("Start a race."));
    QVERIFY(plot.isEmpty());
    QCOMPARE(plot.summary(), QStringLiteral("Start a race."));
    QCOMPARE(plot.accessibleDescription(), QStringLiteral("Start a race."));
    QVERIFY(plot.csv().empty());
    plot.setChart(twoLines());
    QVERIFY(plot.summary().contains(QStringLiteral("random: 3.25 at 3, lowest 3")));
}

void TestLinePlot::coloursChangeWithTheTheme()
{
    LinePlot plot;
    plot.setChart(twoLines());
    plot.setPalette(Theme::light().palette());
    QCOMPARE(plot.picture({300, 200}, 1).pixelColor(1, 1), Theme::light().surface);
    plot.setPalette(Theme::dark().palette());
    QCOMPARE(plot.picture({300, 200}, 1).pixelColor(1, 1), Theme::dark().surface);
    QCOMPARE(plot.picture({300, 200}, 2).size(), QSize(600, 400));
}

void TestLinePlot::picturesAreWrittenInAllFormats()
{
    QTemporaryDir folder;
    LinePlot plot;
    plot.resize(300, 200);
    plot.setChart(twoLines());
    for (const char* suffix : {"png", "svg", "pdf"}) {
        const QString path = folder.filePath(QStringLiteral("p.") + QString::fromLatin1(suffix));
        QVERIFY2(plot.savePicture(path).ok(), suffix);
        QVERIFY2(QFileInfo(path).size() > 500, suffix);
    }
    QVERIFY(plot.saveCsv(folder.filePath(QStringLiteral("p.csv"))).ok());
}

void TestLinePlot::picturesLeaveOutWhatIsPointedAt()
{
    LinePlot plot;
    plot.setChart(twoLines());
    const QImage untouched = plot.picture({300, 200}, 1);
    plot.setCursor(2);
    QCOMPARE(plot.picture({300, 200}, 1), untouched);
}

void TestLinePlot::anUnwritablePictureIsRefusedByName()
{
    LinePlot plot;
    const Status bad = plot.savePicture(QStringLiteral("/no/such/folder/p.png"));
    QVERIFY(!bad.ok());
    QCOMPARE(bad.error().code, ErrorCode::Resource);
    QVERIFY(bad.error().message.find("/no/such/folder/p.png") != std::string::npos);
    QCOMPARE(plot.savePicture(QStringLiteral("p.bmp")).error().code, ErrorCode::Refused);
}

void TestLinePlot::keysStepThroughThePoints()
{
    LinePlot plot;
    plot.setChart(twoLines());
    plot.resize(600, 300);
    plot.show();
    QSignalSpy hovered(&plot, &LinePlot::xHovered);
    QTest::keyClick(&plot, Qt::Key_Right);
    QTest::keyClick(&plot, Qt::Key_Right);
    QCOMPARE(hovered.count(), 2);
    QCOMPARE(hovered[0][0].toDouble(), 0.0);
    QCOMPARE(hovered[1][0].toDouble(), 1.0);
}

void TestLinePlot::labelsAreSpreadWithoutOverlap()
{
    QCOMPARE(spreadLabels({50, 10, 50}, 10, 0, 100), (std::vector<double>{45, 10, 55}));
    QVERIFY(spreadLabels({1, 2, 3}, 50, 0, 100).empty());
}

void TestLinePlot::denseLinesFillTheColumnsTheyCross()
{
    DenseLines lines(4, 4);
    const QRgb red = qRgb(255, 0, 0);
    const QRgb blue = qRgb(0, 0, 255);
    const std::vector<QPointF> rising = {{0.5, 3.5}, {0.5, 1.5}, {2.5, 1.5}, {3.5, kNan}};
    lines.add(rising, red);
    const std::vector<QPointF> beyond = {{1.5, -1e300}, {1.5, 0.5}, {9.5, 0.5}};
    lines.add(beyond, blue);
    const QImage image = lines.image();
    QCOMPARE(image.pixel(0, 0), 0U);
    QCOMPARE(image.pixel(0, 1), red);
    QCOMPARE(image.pixel(0, 3), red);
    QCOMPARE(image.pixel(1, 1), red);
    QCOMPARE(image.pixel(1, 0), blue);
    QCOMPARE(image.pixel(2, 1), red);
    QCOMPARE(image.pixel(3, 0), blue);
    QCOMPARE(image.pixel(3, 1), 0U);
}

void TestLinePlot::denseLinesAreInThePictureToo()
{
    LinePlot plot;
    plot.resize(600, 300);
    plot.show();
    LineChart chart;
    Series noisy{.id = "noisy", .title = "noisy"};
    for (int i = 0; i < 100'000; ++i) {
        noisy.x.push_back(i);
        noisy.y.push_back(i % 2);
    }
    chart.series = {noisy};
    for (int i = 0; i < 9; ++i)
        chart.series.push_back(
            {.id = std::to_string(i), .title = "flat", .x = noisy.x, .y = noisy.x});
    plot.setChart(chart);
    const auto inked = [](const QImage& image, const QColor& colour) {
        int count = 0;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x)
                count += image.pixelColor(x, y).rgb() == colour.rgb() ? 1 : 0;
        return count;
    };
    const QColor last = plot.theme().lane(9).colour;
    QTRY_VERIFY(inked(plot.grab().toImage(), last) > 200);
    QVERIFY(inked(plot.picture({600, 300}, 1), last) > 200);
}

QTEST_MAIN(TestLinePlot)
#include "tst_line_plot.moc"
