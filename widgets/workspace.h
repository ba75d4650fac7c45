// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/shape_solver.h"
#include "core/plan/footprint.h"
#include "core/plan/measurements.h"
#include "core/plan/transfer_plan.h"
#include "core/recipe/recipe.h"
#include "core/report/load_diagnosis.h"
#include "core/report/model_summary.h"
#include "core/report/run_report.h"
#include "core/report/weight_report.h"

#include <QObject>
#include <QString>

#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace espalier {

/// What is picked or hovered, in the parent's terms; -1: nothing of that kind.
struct Selection
{
    int block = -1;
    int neuron = -1; ///< residual channel
    int head = -1;
    friend bool operator==(const Selection&, const Selection&) = default;
};

/// Work that may take a while; each kind runs at most once at a time.
enum class Activity
{
    Opening,
    Measuring,
    Previewing,
    Evaluating,
    Racing,
    Exporting,
    Fetching, ///< a model on its way; whatever is open stays usable
    ReadingData ///< other data; those in use stay until they are read
};

struct Work
{
    bool running = false;
    QString stage;
    double fraction = -1; ///< negative: unknown
};

/// Why the last piece of work of a kind failed; empty `what`: it did not.
struct Failure
{
    QString what;
    QString why;
    QString nextStep;
    friend bool operator==(const Failure&, const Failure&) = default;
};

enum class RaceState
{
    Ready,
    Preparing,
    Running,
    Paused,
    Stopping,
    Stopped,
    Finished,
    Failed
};

/// The same destination by another method, to look at beside the recipe's; empty method: none asked
/// for.
struct Rival
{
    std::string method;
    std::shared_ptr<const TransferPlan>
        plan; ///< with the method's defaults; null while there is none
    QString problem; ///< why there is no plan
    std::shared_ptr<const WeightPreview> preview;
    std::optional<LossSummary> untrainedLoss;
};

/// The current values, one signal per value. Views read from here; RecipeController and
/// EngineBridge write.
class Workspace : public QObject
{
    Q_OBJECT
public:
    explicit Workspace(QObject* parent = nullptr);

    [[nodiscard]] const ModelSummary* model() const
    {
        return m_model ? &*m_model : nullptr;
    }
    [[nodiscard]] const DataSpec& data() const
    {
        return m_data;
    } ///< empty source: none chosen, none built in
    [[nodiscard]] const Measurements* measurements() const
    {
        return m_measurements.get();
    }
    [[nodiscard]] std::shared_ptr<const Measurements> sharedMeasurements() const
    {
        return m_measurements;
    }
    [[nodiscard]] bool measurementsAreStale() const; ///< made on other data than data()
    [[nodiscard]] const Recipe& recipe() const
    {
        return m_recipe;
    }
    [[nodiscard]] const SizeLinks& sizeLinks() const
    {
        return m_links;
    }
    [[nodiscard]] std::shared_ptr<const TransferPlan> plan() const
    {
        return m_plan;
    } ///< null while there is none
    [[nodiscard]] const QString& planProblem() const
    {
        return m_planProblem;
    } ///< why there is no plan
    [[nodiscard]] const Footprint& parentFootprint() const
    {
        return m_parentFootprint;
    }
    [[nodiscard]] const std::optional<Footprint>& footprint() const
    {
        return m_footprint;
    }
    [[nodiscard]] const std::optional<LossSummary>& parentLoss() const
    {
        return m_parentLoss;
    }
    [[nodiscard]] const std::optional<LossSummary>& untrainedLoss() const
    {
        return m_untrainedLoss;
    }
    [[nodiscard]] ParameterId previewed() const
    {
        return m_previewed;
    } ///< of the destination
    [[nodiscard]] const std::shared_ptr<const WeightPreview>& preview() const
    {
        return m_preview;
    }
    [[nodiscard]] const Rival& rival() const
    {
        return m_rival;
    }
    [[nodiscard]] const std::vector<RunLane>& lanes() const
    {
        return m_lanes;
    }
    [[nodiscard]] RaceState raceState() const
    {
        return m_raceState;
    }
    /// A race is being prepared, runs, waits or is being saved: its parent has to stay.
    [[nodiscard]] bool raceIsOn() const;
    /// Why nothing can be made of the destination; empty: it can.
    [[nodiscard]] QString destinationObstacle() const;
    /// Why the destination cannot become the parent; empty: it can.
    [[nodiscard]] QString goOnObstacle() const;
    [[nodiscard]] bool destinationHasLoss() const;
    /// Why no race can start, whatever its lanes are; empty: one can.
    [[nodiscard]] QString raceObstacle() const;
    [[nodiscard]] const Selection& selection() const
    {
        return m_selection;
    }
    [[nodiscard]] const Selection& hovered() const
    {
        return m_hovered;
    }
    /// Of the last model that did not open, until it is dismissed or another one is tried; null:
    /// none.
    [[nodiscard]] const LoadDiagnosis* diagnosis() const
    {
        return m_diagnosis ? &*m_diagnosis : nullptr;
    }
    [[nodiscard]] Work work(Activity activity) const;
    [[nodiscard]] Failure failure(Activity activity) const;

    /// A new parent: everything that belonged to the old one goes.
    void setModel(ModelSummary model, DataSpec data);
    void setData(DataSpec data);
    void setMeasurements(std::shared_ptr<const Measurements> measurements);
    void setRecipe(Recipe recipe);
    void setSizeLinks(const SizeLinks& links);
    void setPlan(std::shared_ptr<const TransferPlan> plan, const QString& problem);
    void setFootprint(std::optional<Footprint> footprint);
    void setParentLoss(std::optional<LossSummary> loss);
    void setUntrainedLoss(std::optional<LossSummary> loss);
    void setPreviewed(ParameterId child);
    void setPreview(std::shared_ptr<const WeightPreview> preview);
    void setRival(Rival rival);
    void setLanes(std::vector<RunLane> lanes);
    void setLaneProgress(std::size_t lane, LaneProgress progress, const std::string& note);
    void appendPoints(std::size_t lane, const std::vector<LanePoint>& points);
    void setRaceState(RaceState state);
    void setSelection(const Selection& selection);
    void setHovered(const Selection& hovered);
    void setDiagnosis(std::optional<LoadDiagnosis> diagnosis);
    void setWork(Activity activity, const Work& work); ///< running work clears the kind's failure
    void setFailure(Activity activity, const Failure& failure);

Q_SIGNALS:
    void modelChanged();
    void dataChanged();
    void measurementsChanged();
    void recipeChanged();
    void sizeLinksChanged();
    void planChanged();
    void footprintChanged();
    void parentLossChanged();
    void untrainedLossChanged();
    void previewedChanged();
    void previewChanged();
    void rivalChanged();
    void lanesChanged(); ///< other lanes, or other settings of one
    void laneProgressChanged();
    void pointsAppended(int lane, int first);
    void raceStateChanged();
    void selectionChanged();
    void hoveredChanged();
    void diagnosisChanged();
    void workChanged(espalier::Activity activity);

private:
    std::optional<ModelSummary> m_model;
    DataSpec m_data;
    std::shared_ptr<const Measurements> m_measurements;
    Recipe m_recipe;
    SizeLinks m_links;
    std::shared_ptr<const TransferPlan> m_plan;
    QString m_planProblem;
    Footprint m_parentFootprint;
    std::optional<Footprint> m_footprint;
    std::optional<LossSummary> m_parentLoss;
    std::optional<LossSummary> m_untrainedLoss;
    ParameterId m_previewed;
    std::shared_ptr<const WeightPreview> m_preview;
    Rival m_rival;
    std::vector<RunLane> m_lanes;
    RaceState m_raceState = RaceState::Ready;
    Selection m_selection;
    Selection m_hovered;
    std::optional<LoadDiagnosis> m_diagnosis;
    std::map<Activity, Work> m_work;
    std::map<Activity, Failure> m_failures;
};

} // namespace espalier
