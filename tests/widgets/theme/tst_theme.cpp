// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/format/number_format.h"
#include "widgets/theme/theme.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace espalier;

class TestTheme : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void textAndMarksHaveEnoughContrast();
    void themeIsFoundAgainInItsPalette();
    void lanesDifferInColourAndDash();
    void numbersAreShortAndExact();
    void ticksShareTheirDecimals();
    void durationsAreReadable();
};

void TestTheme::textAndMarksHaveEnoughContrast()
{
    for (const Theme& theme : {Theme::light(), Theme::dark()}) {
        for (const QColor& colour :
            {theme.text, theme.muted, theme.accent, theme.parent, theme.error})
            QVERIFY2(contrast(colour, theme.surface) >= 4.5, qPrintable(colour.name()));
        QVERIFY(contrast(theme.warn, theme.surface) >= 4.0); // marks and large text
        for (int lane = 0; lane < 8; ++lane)
            QVERIFY2(contrast(theme.lane(lane).colour, theme.surface) >= 3,
                qPrintable(theme.lane(lane).colour.name()));
        QVERIFY(contrast(theme.notANumber, theme.surface) >= 3);
    }
}

void TestTheme::themeIsFoundAgainInItsPalette()
{
    QCOMPARE(Theme::of(Theme::light().palette()), Theme::light());
    QCOMPARE(Theme::of(Theme::dark().palette()), Theme::dark());
}

void TestTheme::lanesDifferInColourAndDash()
{
    const Theme theme = Theme::light();
    for (int a = 0; a < 8; ++a) {
        for (int b = a + 1; b < 8; ++b) {
            QVERIFY(theme.lane(a).colour != theme.lane(b).colour);
            QVERIFY(theme.lane(a).dash != theme.lane(b).dash);
        }
    }
    QCOMPARE(theme.lane(8), theme.lane(0));
}

void TestTheme::numbersAreShortAndExact()
{
    QCOMPARE(formatCount(1234567), QStringLiteral("1,234,567"));
    QCOMPARE(readCount(QStringLiteral(" 1,234 567")), std::optional<std::int64_t>(1234567));
    QVERIFY(!readCount(QStringLiteral("12 heads")));
    QCOMPARE(formatValue(3.14159), QStringLiteral("3.142"));
    QCOMPARE(formatValue(-0.5), QStringLiteral("−0.5"));
    QCOMPARE(formatInColumn(-0.5), QStringLiteral("−0.5000"));
    QCOMPARE(formatInColumn(12), QStringLiteral("12.00"));
    QCOMPARE(formatValue(123456), QStringLiteral("123,456"));
    QCOMPARE(formatValue(1.5e-7), QStringLiteral("1.5·10⁻⁷"));
    QCOMPARE(formatValue(std::nan("")), QStringLiteral("NaN"));
    QCOMPARE(formatValue(-std::numeric_limits<double>::infinity()), QStringLiteral("−∞"));
    QCOMPARE(formatSi(1.24e9, QStringLiteral("FLOP")), QStringLiteral("1.24\u00A0GFLOP"));
    QCOMPARE(formatSi(999.9), QStringLiteral("1\u00A0k"));
    QCOMPARE(formatBytes(12'300'000), QStringLiteral("12.3\u00A0MB"));
    QCOMPARE(formatParameters(124e6), QStringLiteral("124\u00A0M"));
    QCOMPARE(formatParameters(980), QStringLiteral("980"));
    QCOMPARE(formatPercent(0.5), QStringLiteral("50\u00A0%"));
    QCOMPARE(formatRatio(0.27),
        QStringLiteral("×\u00A0"
                       "0.27"));
}

void TestTheme::ticksShareTheirDecimals()
{
    QCOMPARE(formatTick(0.5, 0.25), QStringLiteral("0.50"));
    QCOMPARE(formatTick(0.75, 0.25), QStringLiteral("0.75"));
    QCOMPARE(formatTick(2, 0.5), QStringLiteral("2.0"));
    QCOMPARE(formatTick(10'000, 5'000), QStringLiteral("10,000"));
    QCOMPARE(formatTick(2'500'000, 500'000), QStringLiteral("2.5\u00A0M"));
    QCOMPARE(formatTick(1e-18, 0.5), QStringLiteral("0"));
}

void TestTheme::durationsAreReadable()
{
    QCOMPARE(formatDuration(0.85), QStringLiteral("850 ms"));
    QCOMPARE(formatDuration(12.4), QStringLiteral("12.4 s"));
    QCOMPARE(formatDuration(200), QStringLiteral("3 min 20 s"));
    QCOMPARE(formatDuration(7500), QStringLiteral("2 h 05 min"));
    QCOMPARE(formatClock(41.6), QStringLiteral("0:42"));
    QCOMPARE(formatClock(7500), QStringLiteral("2:05:00"));
}

QTEST_MAIN(TestTheme)
#include "tst_theme.moc"
