// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/diagnosis_panel.h"

#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>
#include <QTreeWidget>

using namespace espalier;

namespace {

LoadDiagnosis brokenOrchard()
{
    LoadDiagnosis diagnosis{.model = "/models/orchard", .problem = "it did not open"};
    diagnosis.advice = "Correct \"n_inner\" in config.json: it is 15, the weights have 14.";
    diagnosis.family = "GPT-2";
    diagnosis.tensors = 28;
    diagnosis.faults.wantedTensors = 28;
    diagnosis.faults.misshaped.add(
        {.name = "h.0.mlp.c_fc.bias", .dtype = "F32", .found = {14}, .wanted = {15}});
    diagnosis.faults.missing.add({.name = "h.1.ln_1.bias", .wanted = {8}});
    diagnosis.nearest = FamilyMatch{.id = "gpt2", .title = "GPT-2", .matched = 28, .names = 28};
    return diagnosis;
}

} // namespace

class TestDiagnosisPanel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_workspace = std::make_unique<Workspace>();
        m_intents = std::make_unique<Intents>();
        m_window = std::make_unique<QWidget>();
        m_panel = new DiagnosisPanel({*m_workspace, *m_intents}, m_window.get());
        m_window->show();
    }

    void cleanup()
    {
        m_window.reset();
    }

    void isSeenOnlyWhileThereIsADiagnosis()
    {
        QVERIFY(!m_panel->isVisible());
        m_workspace->setDiagnosis(brokenOrchard());
        QVERIFY(m_panel->isVisible());
        QVERIFY(says(QStringLiteral("orchard did not open")));
        QVERIFY(says(QStringLiteral("Correct \"n_inner\"")));
        QVERIFY(says(QStringLiteral("28 wanted: 1 missing, 1 mis-shaped")));
        QVERIFY(says(QStringLiteral("The names are those of GPT-2")));
        m_workspace->setDiagnosis(std::nullopt);
        QVERIFY(!m_panel->isVisible());
    }

    void foldsTheTensors()
    {
        m_workspace->setDiagnosis(brokenOrchard());
        auto* tensors = m_panel->findChild<QTreeWidget*>();
        QVERIFY(!tensors->isVisible());
        m_panel->findChild<QToolButton*>()->click();
        QVERIFY(tensors->isVisible());
        QCOMPARE(tensors->topLevelItemCount(), 2);
        const QTreeWidgetItem* missing = tensors->topLevelItem(0);
        QCOMPARE(missing->text(0), QStringLiteral("Missing · 1"));
        QCOMPARE(missing->child(0)->text(0), QStringLiteral("h.1.ln_1.bias"));
        QCOMPARE(missing->child(0)->text(1), QStringLiteral("—"));
        QCOMPARE(tensors->topLevelItem(1)->child(0)->text(1), QStringLiteral("14  F32"));
        QCOMPARE(tensors->topLevelItem(1)->child(0)->text(2), QStringLiteral("15"));
    }

    void hidesTheFoldWhereThereIsNothingInIt()
    {
        LoadDiagnosis diagnosis{.model = "hf:a/b", .problem = "no config.json"};
        diagnosis.advice = "Choose the folder.";
        m_workspace->setDiagnosis(diagnosis);
        QVERIFY(!m_panel->findChild<QToolButton*>()->isVisible());
    }

    void onlyAsksAndCopies()
    {
        m_workspace->setDiagnosis(brokenOrchard());
        QSignalSpy dismissed(m_intents.get(), &Intents::diagnosisDismissed);
        QSignalSpy opening(m_intents.get(), &Intents::openRequested);
        button(QStringLiteral("Close"))->click();
        button(QStringLiteral("Open another…"))->click();
        QCOMPARE(dismissed.count(), 1);
        QCOMPARE(opening.count(), 1);
        QVERIFY(m_workspace->diagnosis() != nullptr);
        button(QStringLiteral("Copy"))->click();
        QVERIFY(QApplication::clipboard()->text().contains(
            QStringLiteral("h.0.mlp.c_fc.bias: found F32 [14], wanted [15]")));
    }

    void leavesTheFocusWhereItIs()
    {
        auto* elsewhere = new QPushButton(m_window.get());
        elsewhere->show();
        elsewhere->setFocus();
        m_workspace->setDiagnosis(brokenOrchard());
        QVERIFY(elsewhere->hasFocus() || m_window->focusWidget() == elsewhere);
    }

private:
    [[nodiscard]] bool says(const QString& words) const
    {
        for (const QLabel* label : m_panel->findChildren<QLabel*>())
            if (label->isVisible() && label->text().contains(words))
                return true;
        return false;
    }

    [[nodiscard]] QPushButton* button(const QString& text) const
    {
        for (QPushButton* candidate : m_panel->findChildren<QPushButton*>())
            if (candidate->text() == text)
                return candidate;
        return nullptr;
    }

    std::unique_ptr<Workspace> m_workspace;
    std::unique_ptr<Intents> m_intents;
    std::unique_ptr<QWidget> m_window;
    DiagnosisPanel* m_panel = nullptr; ///< owned by the window
};

QTEST_MAIN(TestDiagnosisPanel)
#include "tst_diagnosis_panel.moc"
