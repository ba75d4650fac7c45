// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/forms/growth_form.h"
#include "widgets/forms/number_edit.h"
#include "widgets/forms/option_form.h"
#include "widgets/forms/training_form.h"

#include <QSignalSpy>
#include <QTest>

using namespace espalier;

namespace {

std::vector<OptionSpec> specs()
{
    return {{.key = "count",
                .title = "Count",
                .help = "",
                .defaultValue = std::int64_t{3},
                .minimum = 1,
                .maximum = 1e12},
        {.key = "rate", .title = "Rate", .help = "", .defaultValue = 0.5},
        {.key = "blocks",
            .title = "Blocks",
            .help = "",
            .defaultValue = std::vector<std::int64_t>{},
            .minimum = 0,
            .maximum = 99}};
}

void type(QLineEdit& edit, const QString& typed)
{
    edit.selectAll();
    QTest::keyClicks(&edit, typed);
    QTest::keyClick(&edit, Qt::Key_Return);
}

} // namespace

class TestForms : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aNumberIsReadWhole()
    {
        NumberEdit edit(QStringLiteral("Rate"), {});
        double rate = 1;
        edit.setText(QStringLiteral(" 1e-05 "));
        QVERIFY(edit.readInto(&rate));
        QCOMPARE(rate, 1e-5);
        edit.setText(QStringLiteral("1,5"));
        const Status read = edit.readInto(&rate);
        QVERIFY(!read);
        QCOMPARE(read.error().message, std::string("Rate: found \"1,5\", wanted a number"));
        QCOMPARE(rate, 1e-5);
    }

    void optionsAreTakenWhenTyped()
    {
        OptionForm form;
        form.setSpecs(specs());
        QSignalSpy edited(&form, &OptionForm::optionEdited);
        const QList<QLineEdit*> edits = form.findChildren<QLineEdit*>();
        QCOMPARE(edits.size(), 3);
        type(*edits[0], QStringLiteral("5000000000")); // more than 32 bits
        type(*edits[1], QStringLiteral("1e-05"));
        type(*edits[2], QStringLiteral("0, 1, 6, 7")); // as its placeholder shows it
        QCOMPARE(edited.size(), 3);
        QCOMPARE(edited[0][1].value<OptionValue>(), OptionValue(std::int64_t{5000000000}));
        QCOMPARE(edited[1][1].value<OptionValue>(), OptionValue(1e-5));
        QCOMPARE(
            edited[2][1].value<OptionValue>(), OptionValue(std::vector<std::int64_t>{0, 1, 6, 7}));
    }

    void anOptionOutOfRangeIsRefusedWithItsRange()
    {
        OptionForm form;
        form.setSpecs(specs());
        QSignalSpy edited(&form, &OptionForm::optionEdited);
        QSignalSpy refused(&form, &OptionForm::refused);
        type(*form.findChild<NumberEdit*>(), QStringLiteral("0"));
        QCOMPARE(edited.size(), 0);
        QCOMPARE(refused[0][0].toString(),
            QStringLiteral("option count: found \"0\", wanted an integer from 1 to 1000000000000"));
    }

    void aNumberThatContinuesARowIsNamedWithIt()
    {
        TrainingForm form;
        form.editor("stage-layers")->setText(QStringLiteral("many"));
        const Result<TrainSettings> settings = form.settings();
        QVERIFY(!settings);
        QVERIFY2(settings.error().message.find(", blocks: found \"many\", wanted a number")
                != std::string::npos,
            settings.error().message.c_str());
    }
};

QTEST_MAIN(TestForms)
#include "tst_forms.moc"
