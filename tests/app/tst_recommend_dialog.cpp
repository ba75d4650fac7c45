// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/recommend_dialog.h"

#include "app/recommend_runner.h"

#include <QDir>
#include <QFile>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeWidget>

#include <algorithm>

using namespace espalier;

namespace {

constexpr int kPatience = 120000;

/// Fresh weights in heads of 8 channels.
QString writeModel(const QTemporaryDir& place, const QString& name, int layers, int hidden)
{
    const QString folder = place.filePath(name);
    QFile config(folder + QStringLiteral("/config.json"));
    if (!QDir().mkpath(folder) || !config.open(QIODevice::WriteOnly))
        qFatal("no place for a model");
    config.write(QStringLiteral(
        R"({"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "n_layer": %1, "n_embd": %2, "n_head": %3,
        "n_positions": 32, "vocab_size": 256, "activation_function": "gelu_new", "layer_norm_epsilon": 1e-05})")
                     .arg(layers)
                     .arg(hidden)
                     .arg(hidden / 8)
                     .toUtf8());
    return folder;
}

RecommendSubject subject()
{
    return {
        .wanted = {.layers = 2, .hidden = 16, .heads = 2, .kvHeads = 2, .headDim = 8, .mlp = 64},
        .chosen = {},
        .others = {},
        .data = {.source = "demo:garden"}};
}

QTreeWidget* answers(const RecommendDialog& dialog)
{
    return dialog.findChildren<QTreeWidget*>().at(1);
}

QPushButton* button(const RecommendDialog& dialog, const QString& text)
{
    for (QPushButton* candidate : dialog.findChildren<QPushButton*>())
        if (candidate->text() == text)
            return candidate;
    return nullptr;
}

} // namespace

class TestRecommendDialog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void asksForTheDestinationsShape()
    {
        RecommendSubject wanted = subject();
        wanted.chosen = {QStringLiteral("a")};
        wanted.others = {QStringLiteral("b"), QStringLiteral("a")};
        RecommendDialog dialog(wanted, nullptr);
        QCOMPARE(dialog.settings().parents, std::vector<std::string>{"a"});
        QCOMPARE(dialog.settings().sizes.size(), std::size_t(6));
        QCOMPARE(dialog.settings().data->source, std::string("demo:garden"));
        QCOMPARE(dialog.findChild<QTreeWidget*>()->topLevelItemCount(), 2);
        dialog.addModel(QStringLiteral("c"), true);
        QCOMPARE(dialog.settings().parents, (std::vector<std::string>{"a", "c"}));
    }

    void nothingCanBeRankedBeforeAModelIsChosen()
    {
        RecommendSubject wanted = subject();
        wanted.others = {QStringLiteral("a")};
        RecommendDialog dialog(wanted, nullptr);
        QVERIFY(!button(dialog, QStringLiteral("Rank"))->isEnabled());
        dialog.findChild<QTreeWidget*>()->topLevelItem(0)->setCheckState(0, Qt::Checked);
        QVERIFY(button(dialog, QStringLiteral("Rank"))->isEnabled());
        QVERIFY(!button(dialog, QStringLiteral("Open"))->isEnabled());
    }

    void ranksTheNearestFirstAndTellsWhatCannotBeOpened()
    {
        const QTemporaryDir place;
        const QString far = writeModel(place, QStringLiteral("far"), 4, 32);
        const QString near = writeModel(place, QStringLiteral("near"), 2, 24);
        const QString none = place.filePath(QStringLiteral("none"));
        RecommendSubject wanted = subject();
        wanted.chosen = {none, far, near};
        RecommendRunner runner;
        RecommendDialog dialog(wanted, nullptr);
        join(dialog, runner);
        dialog.show();
        button(dialog, QStringLiteral("Rank"))->click();
        QVERIFY(button(dialog, QStringLiteral("Cancel")) != nullptr);
        QTRY_VERIFY_WITH_TIMEOUT(button(dialog, QStringLiteral("Rank")) != nullptr, kPatience);
        const QTreeWidget* table = answers(dialog);
        QCOMPARE(table->topLevelItemCount(), 3);
        QCOMPARE(table->topLevelItem(0)->text(0), QStringLiteral("near"));
        QCOMPARE(table->topLevelItem(1)->text(0), QStringLiteral("far"));
        QCOMPARE(table->topLevelItem(2)->text(0), QStringLiteral("none"));
        QCOMPARE(table->topLevelItem(0)->text(2), QStringLiteral("same"));
        QCOMPARE(table->topLevelItem(1)->text(3), QStringLiteral("0.50"));
        QVERIFY(!table->topLevelItem(0)->text(5).isEmpty()); // its untrained loss
        QVERIFY(table->topLevelItem(2)->text(6).contains(QStringLiteral("none")));
        QCOMPARE(dialog.model(), near);

        answers(dialog)->setCurrentItem(answers(dialog)->topLevelItem(2));
        QCOMPARE(dialog.model(), none);
        const QList<QLabel*> labels = dialog.findChildren<QLabel*>();
        QVERIFY(std::any_of(labels.begin(), labels.end(),
            [&](const QLabel* label) { return label->text() == table->topLevelItem(2)->text(6); }));
        QSignalSpy accepted(&dialog, &QDialog::accepted);
        Q_EMIT dialog.findChildren<QTreeWidget*>().at(1)->itemActivated(table->topLevelItem(0), 0);
        QCOMPARE(accepted.count(), 1);
    }

    void cancellingKeepsWhatIsKnown()
    {
        const QTemporaryDir place;
        RecommendSubject wanted = subject();
        for (int i = 0; i < 40; ++i)
            wanted.chosen << writeModel(place, QStringLiteral("m%1").arg(i), 4, 64);
        RecommendRunner runner;
        RecommendDialog dialog(wanted, nullptr);
        join(dialog, runner);
        QSignalSpy finished(&runner, &RecommendRunner::finished);
        dialog.show();
        button(dialog, QStringLiteral("Rank"))->click();
        QTRY_VERIFY_WITH_TIMEOUT(answers(dialog)->topLevelItemCount() > 0, kPatience);
        button(dialog, QStringLiteral("Cancel"))->click();
        const int known = answers(dialog)->topLevelItemCount();
        QVERIFY(known < 40);
        QVERIFY(button(dialog, QStringLiteral("Rank"))->isEnabled());
        QCoreApplication::processEvents();
        QCOMPARE(answers(dialog)->topLevelItemCount(), known);
        QCOMPARE(finished.count(), 0);
    }

private:
    static void join(RecommendDialog& dialog, RecommendRunner& runner)
    {
        connect(&dialog, &RecommendDialog::rankRequested, &runner, &RecommendRunner::rank);
        connect(&dialog, &RecommendDialog::cancelRequested, &runner, &RecommendRunner::cancel);
        connect(&runner, &RecommendRunner::progressed, &dialog, &RecommendDialog::showProgress);
        connect(&runner, &RecommendRunner::ranked, &dialog, &RecommendDialog::showFits);
        connect(&runner, &RecommendRunner::finished, &dialog, &RecommendDialog::showFinished);
    }
};

QTEST_MAIN(TestRecommendDialog)
#include "tst_recommend_dialog.moc"
