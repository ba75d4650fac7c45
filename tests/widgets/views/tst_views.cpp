// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/catalog.h"
#include "widgets/controls/buttons.h"
#include "widgets/plot/plot_widget.h"
#include "widgets/views/catalog.h"
#include "widgets/views/importance_view.h"
#include "widgets/views/race_view.h"
#include "widgets/views/weights_view.h"

#include <QSet>
#include <QSignalSpy>
#include <QTest>

using namespace espalier;

namespace {

ModelSummary parentModel()
{
    ModelSummary model;
    model.name = "toy";
    model.config.family = "gpt2";
    model.config.shape = {.layers = 4,
        .hidden = 4,
        .heads = 2,
        .kvHeads = 2,
        .headDim = 2,
        .mlp = 8,
        .vocab = 5,
        .positions = 6};
    return model;
}

Matrix filled(std::int64_t rows, std::int64_t cols)
{
    Matrix matrix{rows, cols, {}};
    for (std::int64_t i = 0; i < rows * cols; ++i)
        matrix.values.push_back(1.0 + static_cast<double>(i % cols));
    return matrix;
}

Measurements measurements()
{
    Measurements measured;
    measured.data = "demo:garden";
    measured.source = "demo:garden";
    measured.samples = 1;
    ChannelScores& scores = measured.scores[std::string(kMeanAbs)];
    scores.embedding_D = {1, 2, 3, 4};
    scores.afterAttention_LD = filled(4, 4);
    scores.afterMlp_LD = filled(4, 4);
    scores.context_LC = filled(4, 4);
    scores.mlp_LM = filled(4, 8);
    measured.change_L = {0.9, 0.3, 0.2, 0.5};
    measured.attentionChange_L = {0.5, 0.2, 0.1, 0.3};
    measured.mlpChange_L = {0.5, 0.2, 0.1, 0.3};
    return measured;
}

} // namespace

class TestViews : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void catalogRowsAreDistinctAndMakeTheirViews()
    {
        QSet<QString> ids;
        for (const ViewRow& row : viewCatalog()) {
            Workspace workspace;
            Intents intents;
            const std::unique_ptr<View> view(row.make({workspace, intents}, nullptr));
            QVERIFY(view != nullptr);
            QVERIFY(!titleOf(row).isEmpty());
            ids.insert(QString::fromLatin1(row.id));
        }
        QCOMPARE(ids.size(), static_cast<qsizetype>(viewCatalog().size()));
    }

    void importanceFillsFromMeasurementsAndTellsWhatIsHovered()
    {
        Workspace workspace;
        Intents intents;
        ImportanceView view({workspace, intents}, nullptr);
        QVERIFY(view.mainPlot()->isEmpty());
        workspace.setModel(parentModel(), {});
        workspace.setMeasurements(std::make_shared<const Measurements>(measurements()));
        QVERIFY(!view.mainPlot()->isEmpty());
        view.setAxis(ScoredAxis::Mlp);
        QVERIFY(QString::fromStdString(view.mainPlot()->csv()).startsWith(QStringLiteral("layer")));
    }

    void aRaceStartsOnlyWhereThereIsALossAndData()
    {
        Workspace workspace;
        Intents intents;
        const RaceView view({workspace, intents}, nullptr);
        const auto* start = view.findChild<PrimaryButton*>();
        ModelSummary model = parentModel();
        workspace.setModel(model, {.source = "demo:garden"});
        workspace.setLanes({RunLane{}});
        QVERIFY(start->isEnabled());
        workspace.setData({});
        QVERIFY(!start->isEnabled());
        QCOMPARE(start->toolTip(), QStringLiteral("Choose data first."));
        model.config.flavour.task = Task::TextEncoder;
        workspace.setModel(model, {.source = "demo:garden"});
        QVERIFY(!start->isEnabled());
        QVERIFY(start->toolTip().contains(QStringLiteral("no loss")));
        QCOMPARE(view.mainPlot()->summary(), start->toolTip());
    }

    void weightsNameTheParentCellBehindADestinationCell()
    {
        Workspace workspace;
        Intents intents;
        WeightsView view({workspace, intents}, nullptr);
        QSignalSpy asked(&intents, &Intents::previewRequested);
        workspace.setModel(parentModel(), {});
        const Measurements measured = measurements();
        const Method* method = findMethod("subcloning");
        QVERIFY(method != nullptr);
        const ShapeBounds bounds = boundsOf(*method, workspace.model()->config);
        Result<TransferPlan> plan = makePlan(*method,
            {.parent = workspace.model()->config,
                .childShape = withSize(bounds, workspace.model()->config.shape, Size::Hidden, 2),
                .measurements = &measured});
        QVERIFY2(plan.ok(), plan.ok() ? "" : plan.error().message.c_str());
        workspace.setPlan(std::make_shared<const TransferPlan>(*plan), {});
        QVERIFY(asked.count() > 0);
        WeightPreview preview;
        preview.child = {Role::MlpUpWeight, 1};
        preview.source = preview.child;
        preview.before = {8, 4, std::vector<float>(32, 1.0F)};
        preview.after = {4, 2, std::vector<float>(8, 1.0F)};
        workspace.setPreview(std::make_shared<const WeightPreview>(preview));
        // Channels 2 and 3 and MLP units 4 to 7 score highest and stay in their order.
        QVERIFY2(view.provenance(0, 0).contains(QStringLiteral("[4, 2]")),
            qPrintable(view.provenance(0, 0)));
        QVERIFY(view.provenance(99, 0).isEmpty());
    }
};

QTEST_MAIN(TestViews)
#include "tst_views.moc"
