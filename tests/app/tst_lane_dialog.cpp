// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lane_dialog.h"

#include "app/lane_check.h"
#include "app/main_window.h"
#include "tests/support/tiny_model.h"
#include "widgets/controls/buttons.h"
#include "widgets/forms/growth_form.h"
#include "widgets/forms/number_edit.h"
#include "widgets/forms/training_form.h"
#include "widgets/models/lane_table_model.h"

#include <QCheckBox>
#include <QDir>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace espalier;
using test::writeTinyModel;

namespace {

constexpr int kPatience = 120000;

QLineEdit* field(const QWidget& form, const char* name)
{
    for (QLineEdit* edit : form.findChildren<QLineEdit*>())
        if (edit->accessibleName() == QLatin1String(name))
            return edit;
    return nullptr;
}

} // namespace

class TestLaneDialog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_scratch = std::make_unique<QTemporaryDir>();
        m_settings = std::make_unique<Settings>(m_scratch->filePath(QStringLiteral("window.ini")));
        m_window = std::make_unique<MainWindow>(*m_settings);
        m_window->setRunsFolder(m_scratch->filePath(QStringLiteral("runs")));
        const QString folder = m_scratch->filePath(QStringLiteral("tiny"));
        writeTinyModel(folder);
        m_window->openModel(folder);
        QTRY_VERIFY_WITH_TIMEOUT(
            m_window->workspace().plan() && m_window->workspace().measurements(), kPatience);
    }

    void init()
    {
        const auto check = [this](const TrainSettings& train) {
            RunLane lane = m_window->workspace().lanes()[0];
            lane.train = train;
            return checkLane(m_window->workspace(), lane);
        };
        const RunLane& lane = m_window->workspace().lanes()[0];
        m_dialog = std::make_unique<LaneDialog>(
            LaneSubject{QStringLiteral("subcloned"), startOf(m_window->workspace(), lane),
                lane.train, check},
            nullptr);
        m_dialog->show();
    }

    void cleanupTestCase()
    {
        m_dialog.reset();
        m_window.reset();
    }

    void givesBackWhatItWasShown()
    {
        QCOMPARE(m_dialog->settings(), m_window->workspace().lanes()[0].train);
        QVERIFY(accept()->isEnabled());
    }

    void givesWhatWasTyped()
    {
        training()->editor("learning-rate")->setText(QStringLiteral("3e-4"));
        training()->editor("layer-drop")->setText(QStringLiteral("0.1"));
        m_dialog->findChild<QCheckBox*>()->setChecked(true);
        training()->editor("temperature")->setText(QStringLiteral("2"));
        QVERIFY2(accept()->isEnabled(), qPrintable(problem()));
        const TrainSettings& settings = m_dialog->settings();
        QCOMPARE(settings.learningRate, 3e-4);
        QCOMPARE(settings.aids.layerDrop, 0.1);
        QCOMPARE(settings.aids.distillation->temperature, 2.0);
        QCOMPARE(settings.aids.distillation->teacher, std::string());
    }

    void saysInOneLineWhatCannotBe()
    {
        training()->editor("layer-drop")->setText(QStringLiteral("2"));
        QVERIFY(!accept()->isEnabled());
        QVERIFY2(
            problem().startsWith(QStringLiteral("Layer drop: found 2")), qPrintable(problem()));
        training()->editor("layer-drop")->setText(QStringLiteral("some"));
        QCOMPARE(problem(), QStringLiteral("Layer drop: found \"some\", wanted a number"));
        training()->editor("layer-drop")->setText(QStringLiteral("0"));
        QCOMPARE(problem(), QString());
        QVERIFY(accept()->isEnabled());
        m_dialog->findChild<QCheckBox*>()->setChecked(true);
        training()->setTeacher(QStringLiteral("/no/where"));
        QCOMPARE(problem(), QStringLiteral("There is no model /no/where."));
    }

    void growsInStagesThatAreCheckedOneAfterTheOther()
    {
        auto* growth = m_dialog->findChild<GrowthForm*>();
        growth->add(200);
        growth->add(200);
        QVERIFY2(accept()->isEnabled(), qPrintable(problem()));
        const std::vector<GrowthStage> stages = growth->stages().value();
        QCOMPARE(stages[0].shape.layers, 4);
        QCOMPARE(stages[1].shape.layers, 8);
        QCOMPARE(stages[0].atStep, 100);
        QCOMPARE(stages[1].atStep, 150);
        field(*growth, "Before step")->setText(QStringLiteral("150"));
        QVERIFY(problem().contains(QStringLiteral("growth at step 150")));
        field(*growth, "Before step")->setText(QStringLiteral("50"));
        QVERIFY2(accept()->isEnabled(), qPrintable(problem()));
        QCOMPARE(m_dialog->settings().growth[0].atStep, 50);
        field(*growth, "Old frozen, steps")->setText(QStringLiteral("20"));
        QCOMPARE(m_dialog->settings().growth[0].frozenLayers, 2);
        field(*growth, "New gated, steps")->setText(QStringLiteral("20"));
        QVERIFY(problem().contains(QStringLiteral("none that are new"))); // copies are none
    }

    void showsGrowthAsItWasTyped()
    {
        auto* growth = m_dialog->findChild<GrowthForm*>();
        growth->add(100);
        field(*growth, "Width")->setText(QStringLiteral("16"));
        const std::vector<GrowthStage> typed = growth->stages().value();
        QCOMPARE(typed[0].shape.mlp, 64); // follows
        GrowthForm again;
        again.setStages(startOf(m_window->workspace(), m_window->workspace().lanes()[0]), typed);
        QCOMPARE(again.stages().value(), typed);
        QCOMPARE(field(again, "Width")->text(), QStringLiteral("16"));
        QCOMPARE(field(again, "MLP units")->text(), QString());
    }

    void plannedGrowthFollowsTheDestination()
    {
        Workspace& workspace = m_window->workspace();
        auto* growth = m_dialog->findChild<GrowthForm*>();
        growth->add(100);
        const TrainSettings before = workspace.lanes()[0].train;
        Q_EMIT m_window->intents().laneEdited(0, QStringLiteral("grows"), m_dialog->settings());
        Q_EMIT m_window->intents().sizeEdited(Size::Hidden, 16, false);
        const GrowthStage stage = workspace.lanes()[0].train.growth.at(0);
        QCOMPARE(stage.shape.layers, 4);
        QCOMPARE(stage.shape.hidden, 16);
        QCOMPARE(stage.shape.mlp, 64);
        QVERIFY(checkLane(workspace, workspace.lanes()[0]).ok());
        Q_EMIT m_window->intents().sizeEdited(Size::Hidden, 8, false);
        Q_EMIT m_window->intents().laneEdited(0, QStringLiteral("subcloned"), before);
    }

    void aLaneThatLearnsFromItsParentAndGrowsRaces()
    {
        Workspace& workspace = m_window->workspace();
        TrainSettings train = workspace.lanes()[0].train;
        train.steps = 4;
        train.aids.distillation = Distillation{};
        GrowthStage stage;
        stage.atStep = 2;
        stage.shape = workspace.lanes()[0].recipe.shape;
        stage.shape.layers = 4;
        stage.method = "stackbert";
        train.growth = {stage};
        Q_EMIT m_window->intents().laneEdited(0, QStringLiteral("taught"), train);
        train.growth.clear();
        train.aids = {};
        Q_EMIT m_window->intents().laneEdited(1, QStringLiteral("alone"), train);
        const LaneTableModel table({workspace, m_window->intents()});
        QCOMPARE(table.index(0, LaneTableModel::Aids).data().toString(),
            QStringLiteral("distilled, grows once"));
        QCOMPARE(table.index(1, LaneTableModel::Aids).data().toString(), QString());

        Q_EMIT m_window->intents().raceStartRequested();
        QTRY_VERIFY_WITH_TIMEOUT(workspace.raceState() == RaceState::Finished
                || workspace.raceState() == RaceState::Failed,
            kPatience);
        QCOMPARE(workspace.lanes()[0].points.size(), std::size_t(5));
        QCOMPARE(workspace.raceState(), RaceState::Finished);
        // The teacher's passes are paid for.
        QVERIFY(workspace.lanes()[0].points[1].flops > workspace.lanes()[1].points[1].flops);
    }

private:
    [[nodiscard]] TrainingForm* training() const
    {
        return m_dialog->findChild<TrainingForm*>();
    }
    [[nodiscard]] PrimaryButton* accept() const
    {
        return m_dialog->findChild<PrimaryButton*>();
    }
    [[nodiscard]] QString problem() const
    {
        for (const QLabel* label : m_dialog->findChildren<QLabel*>())
            if (label->foregroundRole() == QPalette::BrightText)
                return label->text();
        return {};
    }

    std::unique_ptr<QTemporaryDir> m_scratch;
    std::unique_ptr<Settings> m_settings;
    std::unique_ptr<MainWindow> m_window;
    std::unique_ptr<LaneDialog> m_dialog;
};

QTEST_MAIN(TestLaneDialog)
#include "tst_lane_dialog.moc"
