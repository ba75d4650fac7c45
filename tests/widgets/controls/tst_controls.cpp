// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/big_number.h"
#include "widgets/controls/buttons.h"
#include "widgets/controls/elided_label.h"
#include "widgets/controls/hint_strip.h"
#include "widgets/controls/size_slider.h"
#include "widgets/controls/size_track.h"
#include "widgets/controls/state_frame.h"

#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

using namespace espalier;

namespace {

SizeSpec widthSpec()
{
    return {.title = QStringLiteral("Width"),
        .value = 96,
        .parentValue = 192,
        .legalValues = {24, 48, 72, 96, 120, 144, 168, 192},
        .explain = [](std::int64_t) {
            return QStringLiteral("must be a multiple of 24");
        }};
}

} // namespace

class TestControls : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void nearestLegalValuesSurround();
    void arrowKeysStepToLegalValues();
    void pageKeysStepByAQuarter();
    void doubleClickReturnsToTheParent();
    void draggingEmitsUntilReleased();
    void typingALegalValueTakesItOver();
    void typingAnImpossibleValueExplainsAndOffers();
    void anIllegalValueStepsToItsNeighbour();
    void settingTheSpecEmitsNothing();
    void shortWorkShowsNothing();
    void statesSayWhatHappens();
    void bigNumberIsReadAloud();
    void hintClosesAndSaysSo();
    void aChainCanBeOpenedUnlessARuleClosesIt();
    void aLongLabelIsCutAndKeepsItsWords();
};

void TestControls::nearestLegalValuesSurround()
{
    QCOMPARE(nearestLegal({2, 4, 8}, 5), (std::vector<std::int64_t>{4, 8}));
    QCOMPARE(nearestLegal({2, 4, 8}, 4), (std::vector<std::int64_t>{4}));
    QCOMPARE(nearestLegal({2, 4, 8}, 1), (std::vector<std::int64_t>{2}));
    QCOMPARE(nearestLegal({2, 4, 8}, 99), (std::vector<std::int64_t>{8}));
}

void TestControls::arrowKeysStepToLegalValues()
{
    SizeSlider slider;
    slider.setSpec(widthSpec());
    QSignalSpy edited(&slider, &SizeSlider::valueEdited);
    auto* track = slider.findChild<SizeTrack*>();
    QTest::keyClick(track, Qt::Key_Right);
    QCOMPARE(slider.value(), 120);
    QTest::keyClick(track, Qt::Key_Left);
    QTest::keyClick(track, Qt::Key_Left);
    QCOMPARE(slider.value(), 72);
    QTest::keyClick(track, Qt::Key_End);
    QCOMPARE(slider.value(), 192);
    QTest::keyClick(track, Qt::Key_Right);
    QCOMPARE(slider.value(), 192);
    QCOMPARE(edited.count(), 4);
}

void TestControls::pageKeysStepByAQuarter()
{
    SizeSlider slider;
    slider.setSpec(widthSpec());
    auto* track = slider.findChild<SizeTrack*>();
    QTest::keyClick(track, Qt::Key_PageUp); // two of eight values
    QCOMPARE(slider.value(), 144);
    QTest::keyClick(track, Qt::Key_PageDown);
    QCOMPARE(slider.value(), 96);
}

void TestControls::doubleClickReturnsToTheParent()
{
    SizeSlider slider;
    slider.setSpec(widthSpec());
    slider.resize(300, 60);
    slider.show();
    QTest::mouseDClick(slider.findChild<SizeTrack*>(), Qt::LeftButton, {}, {20, 12});
    QCOMPARE(slider.value(), 192);
}

void TestControls::draggingEmitsUntilReleased()
{
    SizeSlider slider;
    slider.setSpec(widthSpec());
    slider.resize(300, 60);
    slider.show();
    QSignalSpy edited(&slider, &SizeSlider::valueEdited);
    auto* track = slider.findChild<SizeTrack*>();
    QTest::mousePress(track, Qt::LeftButton, {}, {track->width() - 1, 12});
    QCOMPARE(edited.takeLast(), (QVariantList{QVariant::fromValue<std::int64_t>(192), true}));
    QTest::mouseRelease(track, Qt::LeftButton, {}, {track->width() - 1, 12});
    QCOMPARE(edited.takeLast(), (QVariantList{QVariant::fromValue<std::int64_t>(192), false}));
}

void TestControls::typingALegalValueTakesItOver()
{
    SizeSlider slider;
    SizeSpec spec = widthSpec();
    spec.legalValues.push_back(1200);
    slider.setSpec(spec);
    slider.enterText(QStringLiteral("1,200"));
    QCOMPARE(slider.value(), 1200);
    QVERIFY(slider.explanation().isEmpty());
}

void TestControls::typingAnImpossibleValueExplainsAndOffers()
{
    SizeSlider slider;
    slider.setSpec(widthSpec());
    QSignalSpy edited(&slider, &SizeSlider::valueEdited);
    slider.enterText(QStringLiteral("100"));
    QCOMPARE(edited.count(), 0);
    QVERIFY(slider.explanation().contains(QStringLiteral("100: must be a multiple of 24")));
    QVERIFY(slider.explanation().contains(QStringLiteral("href=\"96\"")));
    QVERIFY(slider.explanation().contains(QStringLiteral("href=\"120\"")));
    for (QLabel* label : slider.findChildren<QLabel*>()) {
        if (label->text() == slider.explanation())
            Q_EMIT label->linkActivated(QStringLiteral("120"));
    }
    QCOMPARE(slider.value(), 120);
    QVERIFY(slider.explanation().isEmpty());
    slider.enterText(QStringLiteral("<b>wide</b>"));
    QVERIFY(slider.explanation().contains(QStringLiteral("not a whole number")));
    QVERIFY(!slider.explanation().contains(QStringLiteral("<b>")));
}

void TestControls::anIllegalValueStepsToItsNeighbour()
{
    SizeSlider slider;
    SizeSpec spec = widthSpec();
    spec.value = 100;
    slider.setSpec(spec);
    auto* track = slider.findChild<SizeTrack*>();
    QTest::keyClick(track, Qt::Key_Right);
    QCOMPARE(slider.value(), 120);
    slider.setSpec(spec);
    QTest::keyClick(track, Qt::Key_Left);
    QCOMPARE(slider.value(), 96);
}

void TestControls::settingTheSpecEmitsNothing()
{
    SizeSlider slider;
    QSignalSpy edited(&slider, &SizeSlider::valueEdited);
    slider.setSpec(widthSpec());
    QCOMPARE(edited.count(), 0);
    QCOMPARE(slider.findChild<QLineEdit*>()->text(), QStringLiteral("96"));
}

void TestControls::shortWorkShowsNothing()
{
    auto* content = new QLabel(QStringLiteral("picture"));
    StateFrame frame(content);
    frame.resize(400, 200);
    frame.show();
    frame.showWorking(QStringLiteral("Measuring block 1 of 8"), 0.1);
    QVERIFY(content->isVisible());
    frame.showReady();
    QCOMPARE(frame.state(), ViewState::Ready);
    QVERIFY(content->isVisible());
    QVERIFY(frame.message().isEmpty());
}

void TestControls::statesSayWhatHappens()
{
    auto* content = new QLabel(QStringLiteral("picture"));
    StateFrame frame(content);
    frame.resize(400, 300);
    frame.show();
    frame.showEmpty(QStringLiteral("Open a model."), QStringLiteral("Open…"));
    QCOMPARE(frame.message(), QStringLiteral("Open a model."));
    QVERIFY(!content->isVisible());
    frame.showReady();
    frame.showWorking(QStringLiteral("Measuring"), 0.5);
    QCOMPARE(frame.message(), QStringLiteral("Measuring · 50 %"));
    QSignalSpy cancelled(&frame, &StateFrame::cancelRequested);
    QPushButton* cancel = nullptr;
    for (QPushButton* button : frame.findChildren<QPushButton*>()) {
        if (button->text() == QStringLiteral("Cancel"))
            cancel = button;
    }
    QVERIFY(cancel);
    QTRY_VERIFY(cancel->isVisible());
    cancel->click();
    QCOMPARE(cancelled.count(), 1);
    frame.showStale(QStringLiteral("Measured on other data"), QStringLiteral("Measure again"));
    QVERIFY(content->isVisible());
    QSignalSpy refresh(&frame, &StateFrame::refreshRequested);
    cancel->click();
    QCOMPARE(refresh.count(), 1);
    frame.showFailed(
        QStringLiteral("No picture"), QStringLiteral("file is gone"), QStringLiteral("Open…"));
    QCOMPARE(frame.message(), QStringLiteral("No picture\nfile is gone"));
}

void TestControls::bigNumberIsReadAloud()
{
    BigNumber number(QStringLiteral("Untrained loss"));
    const int plain = number.sizeHint().height();
    number.setNumber(QStringLiteral("3.92"), QStringLiteral("nats"), QStringLiteral("× 2.1"));
    QCOMPARE(number.accessibleName(), QStringLiteral("Untrained loss: 3.92 nats × 2.1"));
    number.setScale(3.92, {{1.8, QStringLiteral("parent")}, {5.5, QStringLiteral("chance")}});
    QVERIFY(number.sizeHint().height() > plain);
    QVERIFY(!number.grab().isNull());
}

void TestControls::hintClosesAndSaysSo()
{
    HintStrip hint;
    hint.setText(QStringLiteral("Drag Width."));
    hint.show();
    QSignalSpy closed(&hint, &HintStrip::closed);
    hint.findChild<QToolButton*>()->click();
    QCOMPARE(closed.count(), 1);
    QVERIFY(!hint.isVisible());
}

void TestControls::aChainCanBeOpenedUnlessARuleClosesIt()
{
    SizeSlider slider;
    slider.show();
    auto* chain = slider.findChild<ChainButton*>();
    QVERIFY(chain != nullptr);
    SizeSpec spec = widthSpec();
    slider.setSpec(spec);
    QVERIFY(!chain->isVisible());
    spec.link = SizeLink::Closed;
    slider.setSpec(spec);
    QVERIFY(chain->isVisible() && chain->isChecked());
    QSignalSpy edited(&slider, &SizeSlider::linkEdited);
    QTest::mouseClick(chain, Qt::LeftButton);
    QCOMPARE(edited.count(), 1);
    QCOMPARE(edited[0][0].toBool(), false);
    spec.link = SizeLink::Fixed;
    slider.setSpec(spec);
    QVERIFY(chain->isChecked() && !chain->isEnabled());
}

void TestControls::aLongLabelIsCutAndKeepsItsWords()
{
    ElidedLabel label;
    label.setText(QStringLiteral("a model whose name is far too long for any panel"));
    label.resize(100, 20);
    QVERIFY(label.isElided());
    QVERIFY(label.minimumSizeHint().width() < 100);
    label.resize(1000, 20);
    QVERIFY(!label.isElided());
}

QTEST_MAIN(TestControls)
#include "tst_controls.moc"
