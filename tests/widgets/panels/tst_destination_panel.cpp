// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/destination_panel.h"

#include "core/methods/catalog.h"
#include "tests/support/toy_config.h"
#include "widgets/controls/task_size_edits.h"

#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>

using namespace espalier;

namespace {

/// The toy with its norms there, grown by two blocks that ought to pass on what they get.
void grow(Workspace& workspace, BlockLayout layout)
{
    ModelSummary model;
    model.name = "toy";
    model.config = test::toyConfig();
    model.config.family = layout == BlockLayout::PostNorm ? "bert" : "gpt2";
    model.config.flavour.layout = layout;
    workspace.setModel(model, {});
    Recipe recipe;
    recipe.method = "identity-blocks";
    recipe.shape = test::toyShape(6, 4, 2, 3);
    workspace.setRecipe(recipe);
    const Result<TransferPlan> plan = makePlan(*findMethod(recipe.method),
        {.parent = model.config, .childShape = recipe.shape, .options = {}});
    QVERIFY2(plan.ok(), plan.ok() ? "" : plan.error().message.c_str());
    workspace.setPlan(std::make_shared<const TransferPlan>(*plan), {});
}

bool says(const DestinationPanel& panel, const QString& words)
{
    const QList<QLabel*> labels = panel.findChildren<QLabel*>();
    return std::any_of(labels.begin(), labels.end(), [&](const QLabel* label) {
        return label->isVisibleTo(&panel) && label->text().contains(words);
    });
}

} // namespace

class TestDestinationPanel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void warnsWhereAPromiseCannotBeKept()
    {
        Workspace workspace;
        Intents intents;
        const DestinationPanel panel({workspace, intents}, nullptr);
        grow(workspace, BlockLayout::PreNorm);
        QVERIFY(says(panel, QStringLiteral("Computes what the parent does.")));
        QVERIFY(!says(panel, QStringLiteral("Does not compute")));
        grow(workspace, BlockLayout::PostNorm);
        QVERIFY(!says(panel, QStringLiteral("Computes what the parent does.")));
        QVERIFY(says(panel,
            QStringLiteral("Does not compute what the parent does: norms stand on the stream")));
    }

    void saysWhyThereIsNoScore()
    {
        Workspace workspace;
        Intents intents;
        const DestinationPanel panel({workspace, intents}, nullptr);
        grow(workspace, BlockLayout::PreNorm);
        workspace.setFailure(Activity::Evaluating,
            {QStringLiteral("Scoring failed"), QStringLiteral("found 10 classes, wanted 7"), {}});
        QVERIFY(says(panel, QStringLiteral("Scoring failed: found 10 classes, wanted 7")));
        workspace.setWork(Activity::Evaluating, {true, {}, -1});
        QVERIFY(!says(panel, QStringLiteral("Scoring failed")));
    }

    void saysThatAStartIsShownBeforeItLearnsOrIsFitted()
    {
        Workspace workspace;
        Intents intents;
        const DestinationPanel panel({workspace, intents}, nullptr);
        ModelSummary model;
        model.config = test::toyConfig();
        workspace.setModel(model, {});
        Recipe recipe;
        recipe.shape = test::toyShape(4, 2, 1, 3);
        const auto choose = [&](const char* method, const Options& options) {
            recipe.method = method;
            recipe.options = options;
            workspace.setRecipe(recipe);
        };
        choose("subcloning", {});
        QVERIFY(!says(panel, QStringLiteral("Shown as it begins")));
        choose("subcloning", {{"scale", std::string("output-std")}});
        QVERIFY(says(panel, QStringLiteral("Shown as it begins; it is fitted when")));
        choose("sheared", {});
        QVERIFY(says(panel, QStringLiteral("Shown as it begins; it learns when")));
    }

    void offersTheSizesOfTheModelsTaskAndTheWayBack()
    {
        Workspace workspace;
        Intents intents;
        const DestinationPanel panel({workspace, intents}, nullptr);
        QVERIFY(panel.taskSizes()->isHidden());
        ModelSummary model;
        model.config = test::toyConfig(); // 5 tokens, 6 positions
        model.inputs.tokenizer = TokenizerSummary{"byte-level BPE", "tokenizer.json", 4};
        workspace.setModel(model, {});
        Recipe recipe;
        recipe.method = "subcloning";
        recipe.shape = askedSizes(model.config.shape, test::toyShape(4, 2, 1, 3));
        workspace.setRecipe(recipe);
        TaskSizeEdits& sizes = *panel.taskSizes();
        QVERIFY(!sizes.isHidden());
        QCOMPARE(sizes.editor(Size::Vocab)->text(), QStringLiteral("5"));
        QCOMPARE(sizes.editor(Size::Positions)->text(), QStringLiteral("6"));
        QVERIFY(sizes.editor(Size::Classes) == nullptr && sizes.editor(Size::Image) == nullptr);
        QCOMPARE(sizes.note(), QString());
        QSignalSpy edited(&intents, &Intents::sizeEdited);
        sizes.enterText(Size::Vocab, QStringLiteral("3"));
        QCOMPARE(edited.count(), 0);
        QVERIFY2(sizes.note().startsWith(QStringLiteral("vocab 3: the tokenizer has 4 tokens")),
            qPrintable(sizes.note()));
        sizes.enterText(Size::Positions, QStringLiteral("many"));
        QVERIFY(sizes.note().startsWith(QStringLiteral("many: not a whole number")));
        sizes.enterText(Size::Vocab, QStringLiteral("1 000"));
        QCOMPARE(edited.count(), 1);
        QCOMPARE(edited.at(0).at(1).toLongLong(), 1000);
        recipe.shape.vocab = 1000;
        workspace.setRecipe(recipe);
        QVERIFY2(sizes.note().startsWith(QStringLiteral("Parent: Vocabulary")),
            qPrintable(sizes.note()));
        auto* note = sizes.findChild<QLabel*>(QStringLiteral("note"));
        QVERIFY(note != nullptr);
        Q_EMIT note->linkActivated(QStringLiteral("%1 5").arg(static_cast<int>(Size::Vocab)));
        QCOMPARE(edited.count(), 2);
        QCOMPARE(edited.at(1).at(1).toLongLong(), 5);
    }

    void goesOnFromADestinationUnlessARaceNeedsItsParent()
    {
        Workspace workspace;
        Intents intents;
        const DestinationPanel panel({workspace, intents}, nullptr);
        const auto buttons = panel.findChildren<QPushButton*>();
        const auto goOn = std::find_if(buttons.begin(), buttons.end(),
            [](const QPushButton* button) { return button->text() == QStringLiteral("Go on…"); });
        QVERIFY(goOn != buttons.end() && !(*goOn)->isEnabled());
        QCOMPARE((*goOn)->toolTip(), QStringLiteral("Open a model first."));
        grow(workspace, BlockLayout::PreNorm);
        QSignalSpy asked(&intents, &Intents::goOnRequested);
        (*goOn)->click();
        QCOMPARE(asked.count(), 1);
        workspace.setRaceState(RaceState::Running);
        QVERIFY(!(*goOn)->isEnabled());
        QCOMPARE((*goOn)->toolTip(), QStringLiteral("Stop the race first."));
    }

    void asksForDataWhereNothingCanBeMeasured()
    {
        Workspace workspace;
        Intents intents;
        const DestinationPanel panel({workspace, intents}, nullptr);
        ModelSummary model;
        model.config = test::toyConfig();
        workspace.setModel(model, {});
        Recipe recipe;
        recipe.method = "subcloning";
        recipe.shape = test::toyShape(4, 2, 1, 3);
        workspace.setRecipe(recipe);
        workspace.setPlan(nullptr, QStringLiteral("found none"));
        QVERIFY(says(panel, QStringLiteral("Choose data")));
        workspace.setData({.source = "demo:garden"});
        workspace.setPlan(nullptr, QStringLiteral("found none"));
        QVERIFY(says(panel, QStringLiteral("found none")));
    }
};

QTEST_MAIN(TestDestinationPanel)
#include "tst_destination_panel.moc"
