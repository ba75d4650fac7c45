// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/lane_columns.h"

#include <QTest>

using namespace espalier;
using Column = LaneTableModel::Column;
using Columns = std::vector<LaneTableModel::Column>;

class TestLaneColumns : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void beforeARaceThereAreNoFigures()
    {
        QCOMPARE(laneColumns({}), (Columns{Column::Title, Column::LearningRate, Column::Steps}));
        QCOMPARE(laneColumns({.aids = true}),
            (Columns{Column::Title, Column::Aids, Column::LearningRate, Column::Steps}));
        QCOMPARE(laneColumns({.aids = true, .raced = true}).size(),
            static_cast<std::size_t>(LaneTableModel::ColumnCount));
    }

    void aNarrowTableKeepsNamesAndLosses()
    {
        const LaneColumnNeeds raced{.raced = true};
        QCOMPARE(laneColumnsIn(0, raced), Columns{Column::Title});
        const int names = widthOf(Column::Title);
        const int losses = widthOf(Column::ValidationLoss) + widthOf(Column::TrainLoss);
        QCOMPARE(laneColumnsIn(names + losses, raced),
            (Columns{Column::Title, Column::TrainLoss, Column::ValidationLoss}));
        QCOMPARE(laneColumnsIn(names + losses - 1, raced),
            (Columns{Column::Title, Column::ValidationLoss}));
    }

    void aLaneThatIsDoneNeedsNoSecondNumber()
    {
        Workspace workspace;
        Intents intents;
        const LaneTableModel model({workspace, intents});
        RunLane lane;
        lane.train.steps = 300;
        lane.progress = LaneProgress::Running;
        workspace.setLanes({lane});
        const auto steps = [&] {
            return model.index(0, Column::Steps).data().toString();
        };
        workspace.appendPoints(0, {{.step = 120}});
        QCOMPARE(steps(), QStringLiteral("120 / 300"));
        workspace.appendPoints(0, {{.step = 300}});
        QCOMPARE(steps(), QStringLiteral("300"));
    }

    void aWideTableHasEverything()
    {
        const LaneColumnNeeds all{.aids = true, .raced = true};
        QCOMPARE(laneColumnsIn(widthOf(laneColumns(all)), all), laneColumns(all));
    }
};

QTEST_MAIN(TestLaneColumns)
#include "tst_lane_columns.moc"
