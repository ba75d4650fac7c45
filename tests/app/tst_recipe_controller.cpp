// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/recipe_controller.h"

#include <QTest>
#include <QUndoStack>

using namespace espalier;

namespace {

ModelSummary parentModel()
{
    ModelSummary model;
    model.name = "toy";
    model.path = "toy";
    model.config.family = "gpt2";
    model.config.shape = {.layers = 8,
        .hidden = 192,
        .heads = 6,
        .kvHeads = 6,
        .headDim = 32,
        .mlp = 768,
        .vocab = 256,
        .positions = 128};
    return model;
}

} // namespace

class TestRecipeController : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_workspace = std::make_unique<Workspace>();
        m_controller = std::make_unique<RecipeController>(*m_workspace);
        m_workspace->setModel(parentModel(), {});
        m_controller->startFor(*m_workspace->model());
    }

    void startsWithHalfTheWidth()
    {
        QCOMPARE(m_workspace->recipe().shape.hidden, 96);
        QCOMPARE(m_workspace->recipe().shape.heads, 3);
        QCOMPARE(m_workspace->recipe().shape.mlp, 384);
        QCOMPARE(m_workspace->recipe().shape.layers, 8);
        QVERIFY(!m_controller->undoStack().canUndo());
    }

    void holdsSizesOfTheTaskWhileTheyAreNotTheParents()
    {
        QCOMPARE(m_workspace->recipe().shape.vocab, 0);
        m_controller->setSize(Size::Vocab, 300, false);
        QCOMPARE(m_controller->undoStack().undoText(), QStringLiteral("Vocabulary 256 → 300"));
        m_controller->setSize(Size::Hidden, 128, false);
        m_controller->setMethod(QStringLiteral("net2net"));
        QCOMPARE(m_workspace->recipe().shape.vocab, 300);
        m_controller->setSize(Size::Vocab, 256, false);
        QCOMPARE(m_workspace->recipe().shape.vocab, 0);
        m_controller->setSize(Size::Classes, 10, false); // a language model has none
        QCOMPARE(m_workspace->recipe().shape.classes, 0);
    }

    void mergesADragIntoOneStepThatNamesBothEnds()
    {
        for (const int width : {128, 160})
            m_controller->setSize(Size::Hidden, width, true);
        m_controller->setSize(Size::Hidden, 160, false);
        QCOMPARE(m_controller->undoStack().count(), 1);
        QCOMPARE(m_controller->undoStack().undoText(), QStringLiteral("Width 96 → 160"));
        m_controller->undoStack().undo();
        QCOMPARE(m_workspace->recipe().shape.hidden, 96);
        m_controller->undoStack().redo();
        QCOMPARE(m_workspace->recipe().shape.hidden, 160);
    }

    void keepsTwoDragsApart()
    {
        m_controller->setSize(Size::Hidden, 128, true);
        m_controller->setSize(Size::Hidden, 128, false);
        m_controller->setSize(Size::Hidden, 160, true);
        m_controller->setSize(Size::Hidden, 160, false);
        QCOMPARE(m_controller->undoStack().count(), 2);
        m_controller->undoStack().undo();
        QCOMPARE(m_workspace->recipe().shape.hidden, 128);
    }

    void forgetsADragThatEndsWhereItBegan()
    {
        m_controller->setSize(Size::Layers, 6, true);
        m_controller->setSize(Size::Layers, 8, true);
        QCOMPARE(m_controller->undoStack().count(), 0);
    }

    void opensTheLinkBetweenSizes()
    {
        m_controller->setSize(Size::Mlp, 768, false);
        m_controller->setSize(Size::Hidden, 128, false);
        QCOMPARE(m_workspace->recipe().shape.mlp, 512);
        m_workspace->setSizeLinks({.mlp = false});
        m_controller->setSize(Size::Hidden, 96, false);
        QCOMPARE(m_workspace->recipe().shape.mlp, 512);
        QCOMPARE(m_workspace->recipe().shape.heads, 3);
    }

    void storesOnlyOptionsThatDifferFromTheDefault()
    {
        m_controller->setMethod(QStringLiteral("random"));
        QCOMPARE(m_workspace->recipe().method, std::string("random"));
        m_controller->undoStack().undo();
        QCOMPARE(m_workspace->recipe().method, std::string("subcloning"));
        QVERIFY(m_workspace->recipe().options.empty());
    }

    void goesBackToTheParentsSizesInOneStep()
    {
        m_controller->backToParent();
        const ModelShape& parent = m_workspace->model()->config.shape;
        QCOMPARE(m_workspace->recipe().shape, askedSizes(parent, parent));
        QCOMPARE(m_controller->undoStack().count(), 1);
    }

private:
    std::unique_ptr<Workspace> m_workspace;
    std::unique_ptr<RecipeController> m_controller;
};

QTEST_MAIN(TestRecipeController)
#include "tst_recipe_controller.moc"
