// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/data_dialog.h"

#include "widgets/controls/buttons.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>

using namespace espalier;

namespace {

DataSubject subjectFor(Task task)
{
    DataSubject subject{.model = QStringLiteral("garden"), .config = {}, .data = {}};
    subject.config.flavour.task = task;
    subject.config.shape.positions = 64;
    subject.config.shape.vocab = 256;
    return subject;
}

} // namespace

class TestDataDialog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void takesEveryKindThatSuitsTheTask()
    {
        DataDialog texts(subjectFor(Task::MaskedLanguageModel), nullptr);
        QVERIFY(says(texts, QStringLiteral("JSON lines")));
        QVERIFY(says(texts, QStringLiteral("Folder of texts")));
        QVERIFY(!says(texts, QStringLiteral("CIFAR")));
        DataDialog images(subjectFor(Task::ImageClassification), nullptr);
        QVERIFY(says(images, QStringLiteral("CIFAR-100")));
        QVERIFY(says(images, QStringLiteral("MNIST")));
        QVERIFY(!says(images, QStringLiteral("JSON lines")));
    }

    void offersWhatIsBuiltIn()
    {
        DataDialog dialog(subjectFor(Task::CausalLanguageModel), nullptr);
        dialog.show();
        QVERIFY(!accept(dialog)->isEnabled());
        dialog.findChild<ChipButton*>()->click();
        QCOMPARE(dialog.data().source, std::string("demo:garden"));
        QVERIFY(accept(dialog)->isEnabled());
    }

    void offersWhatIsBuiltInOnlyWhereItFits()
    {
        DataSubject subject = subjectFor(Task::CausalLanguageModel);
        subject.config.shape.vocab = 50257;
        const DataDialog words(subject, nullptr);
        QVERIFY(!words.findChild<ChipButton*>()->isEnabled());
        QVERIFY(says(words, QStringLiteral("needs bytes as tokens")));
        const DataDialog masked(subjectFor(Task::MaskedLanguageModel), nullptr);
        QVERIFY(says(masked, QStringLiteral("needs a model that writes text")));
        subject = subjectFor(Task::ImageClassification);
        const DataDialog pictures(subject, nullptr);
        QVERIFY(says(pictures, QStringLiteral("needs 32 × 32 pixels")));
        subject.config.shape.channels = 3;
        subject.config.shape.imageHeight = subject.config.shape.imageWidth = 32;
        subject.config.shape.classes = 20;
        const DataDialog glyphs(subject, nullptr);
        QVERIFY(glyphs.findChild<ChipButton*>()->isEnabled());
    }

    void keepsWhatItIsNotAskedToChange()
    {
        DataSubject subject = subjectFor(Task::CausalLanguageModel);
        subject.data = {.source = "demo:garden",
            .sequenceLength = 32,
            .validationShare = 0.25,
            .split = "test",
            .textField = "body"};
        DataDialog dialog(subject, nullptr);
        QCOMPARE(dialog.data(), subject.data);
        dialog.findChild<QSpinBox*>()->setValue(48);
        QCOMPARE(dialog.data().sequenceLength, 48);
        QCOMPARE(dialog.findChild<QSpinBox*>()->maximum(), 64);
    }

    void asksWhatLossesAreMeasuredOn()
    {
        DataSubject subject = subjectFor(Task::ImageClassification);
        subject.data = {.source = "demo:glyphs", .validationShare = 1.0 / 3};
        DataDialog dialog(subject, nullptr);
        auto* split = dialog.findChild<QComboBox*>();
        auto* share = dialog.findChild<QDoubleSpinBox*>();
        QCOMPARE(share->value(), 33.3);
        QCOMPARE(dialog.data(), subject.data); // not rounded
        share->setValue(20);
        QCOMPARE(dialog.data().validationShare, 0.2);
        split->setCurrentIndex(split->findData(QStringLiteral("test")));
        QCOMPARE(dialog.data().split, std::string("test"));
        QVERIFY(!share->isEnabled());
        split->setCurrentIndex(split->findData(QStringLiteral("validation")));
        QVERIFY(share->isEnabled()); // data without such a part have one set aside
    }

    void refusesAPathWhereNothingIs()
    {
        QTemporaryDir place;
        DataDialog dialog(subjectFor(Task::ImageClassification), nullptr);
        dialog.show();
        source(dialog)->setText(place.filePath(QStringLiteral("nothing")));
        QVERIFY(!accept(dialog)->isEnabled());
        QVERIFY(says(dialog, QStringLiteral("There is no file or folder")));
        source(dialog)->setText(place.path());
        QVERIFY(accept(dialog)->isEnabled());
        dialog.findChild<QCheckBox*>()->setChecked(true);
        QVERIFY(dialog.data().skipBroken);
    }

private:
    [[nodiscard]] static PrimaryButton* accept(const DataDialog& dialog)
    {
        return dialog.findChild<PrimaryButton*>();
    }

    [[nodiscard]] static QLineEdit* source(const DataDialog& dialog)
    {
        for (QLineEdit* field : dialog.findChildren<QLineEdit*>())
            if (field->accessibleName() == QLatin1String("Data"))
                return field;
        return nullptr;
    }

    [[nodiscard]] static bool says(const DataDialog& dialog, const QString& words)
    {
        for (const QLabel* label : dialog.findChildren<QLabel*>())
            if (label->text().contains(words))
                return true;
        return false;
    }
};

QTEST_MAIN(TestDataDialog)
#include "tst_data_dialog.moc"
