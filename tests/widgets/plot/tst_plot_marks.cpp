// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/plot_marks.h"

#include <QTest>

using namespace espalier;

namespace {

constexpr QRectF kArea(0, 0, 400, 200);
constexpr QSizeF kName(100, 12);

bool nothing(const QRectF&)
{
    return false;
}

} // namespace

class TestPlotMarks : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void titlesLoseTheirFirstWordsWhereRoomIsShort()
    {
        const QFontMetricsF metrics{QFont()};
        const QString title = QStringLiteral("training loss (nats)");
        const double whole = metrics.horizontalAdvance(title);
        QCOMPARE(shortenedTitle(title, metrics, whole + 1), title);
        QCOMPARE(shortenedTitle(title, metrics, whole - 1), QStringLiteral("loss (nats)"));
        QCOMPARE(shortenedTitle(title, metrics, 1), QStringLiteral("loss (nats)"));
        QCOMPARE(shortenedTitle(QStringLiteral("loss"), metrics, 1), QStringLiteral("loss"));
    }

    void namesStandAboveTheRightEndOfTheirLine()
    {
        const NamePlace place = placeName(kArea, 150, kName, nothing);
        QVERIFY(!place.isCovered);
        QCOMPARE(place.rect, QRectF(292, 134, 100, 12));
    }

    void namesMoveAwayFromWhatCrossesThem()
    {
        const QRectF curve(250, 0, 150, 149); // above the right half
        const auto crosses = [&](const QRectF& place) {
            return place.intersects(curve);
        };
        const NamePlace place = placeName(kArea, 150, kName, crosses);
        QVERIFY(!place.isCovered);
        QVERIFY(!place.rect.intersects(curve));
        QVERIFY(place.rect.top() > 150); // below the same end
    }

    void namesStayInsideThePlot()
    {
        QVERIFY(kArea.contains(placeName(kArea, 3, kName, nothing).rect));
        QVERIFY(kArea.contains(placeName(kArea, 198, kName, nothing).rect));
    }

    void namesWithoutAFreePlaceAreSaidToCoverSomething()
    {
        const NamePlace place = placeName(kArea, 150, kName, [](const QRectF&) { return true; });
        QVERIFY(place.isCovered);
        QCOMPARE(place.rect.right(), 392.0);
    }
};

QTEST_MAIN(TestPlotMarks)
#include "tst_plot_marks.moc"
