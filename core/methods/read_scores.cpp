// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/methods/read_scores.h"

#include "core/plan/measurement_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace espalier {

namespace {

Error wrongSize(std::string_view what, std::size_t found, std::int64_t wanted)
{
    return refused(
        fmt::format("measurements: {} holds {} values, the parent needs {}", what, found, wanted));
}

/// A place that the metric did not look at fits, too.
Status fits(std::string_view what, const Matrix& scores, std::int64_t layers, std::int64_t length)
{
    if (scores == Matrix{})
        return {};
    const bool whole = scores.rows == layers && scores.cols == length
        && std::cmp_equal(scores.values.size(), layers * length);
    return whole ? Status{} : wrongSize(what, scores.values.size(), layers * length);
}

std::vector<double> rowIn(
    const Matrix& trunk, const Matrix& behind, const ModelShape& parent, std::int64_t block)
{
    const Matrix& place = block < parent.layers ? trunk : behind;
    const std::int64_t row = block < parent.layers ? block : block - parent.layers;
    return row < place.rows ? rowOf(place, row) : std::vector<double>();
}

} // namespace

Error notMeasured(std::string_view what, std::string_view measurement)
{
    return refused(fmt::format("measurements: found no {}, measure {}", what, measurement));
}

Result<const ChannelScores*> scoresOf(const PlanRequest& request, std::string_view metric)
{
    const ChannelScores* scores = request.measurements->scoresBy(metric);
    if (scores == nullptr)
        return notMeasured(fmt::format("scores by {}", metric), metric);
    const ModelShape& parent = request.parent.shape;
    const std::size_t embedding = scores->embedding_D.size();
    if (embedding != 0 && std::cmp_not_equal(embedding, parent.hidden))
        return wrongSize("embedding", embedding, parent.hidden);
    const std::int64_t layers = parent.layers;
    for (const Status& status : {
             fits("attention norm", scores->attentionNorm_LD, layers, parent.hidden),
             fits("after attention", scores->afterAttention_LD, layers, parent.hidden),
             fits("mlp norm", scores->mlpNorm_LD, layers, parent.hidden),
             fits("after mlp", scores->afterMlp_LD, layers, parent.hidden),
             fits("context", scores->context_LC, layers, parent.heads * parent.headDim),
             fits("mlp", scores->mlp_LM, layers, parent.mlp),
             fits("class-attention context", scores->classContext_LC, parent.classLayers,
                 parent.heads * parent.headDim),
             fits("class-attention mlp", scores->classMlp_LM, parent.classLayers, parent.classMlp),
         })
        if (!status)
            return status.error();
    return scores;
}

Result<std::vector<double>> blockNumbers(
    const PlanRequest& request, const std::vector<double>& numbers_L, std::string_view measurement)
{
    if (numbers_L.empty())
        return notMeasured("numbers of blocks", measurement);
    if (std::cmp_not_equal(numbers_L.size(), request.parent.shape.layers))
        return wrongSize(measurement, numbers_L.size(), request.parent.shape.layers);
    return numbers_L;
}

std::vector<double> rowOf(const Matrix& matrix, std::int64_t row)
{
    const auto begin = matrix.values.begin() + row * matrix.cols;
    return {begin, begin + matrix.cols};
}

std::vector<double> contextScores(
    const ChannelScores& scores, const ModelShape& parent, std::int64_t block)
{
    return rowIn(scores.context_LC, scores.classContext_LC, parent, block);
}

std::vector<double> mlpScores(
    const ChannelScores& scores, const ModelShape& parent, std::int64_t block)
{
    return rowIn(scores.mlp_LM, scores.classMlp_LM, parent, block);
}

bool needsGradients(std::string_view metric)
{
    const MeasurementFacts* const facts = findMeasurement(metric);
    return facts && facts->needsGradients();
}

void addNeed(MethodNeeds& needs, std::string_view measurement)
{
    std::vector<std::string_view>& ids = needs.measurements;
    if (std::find(ids.begin(), ids.end(), measurement) == ids.end())
        ids.push_back(measurement);
    needs.gradients = needs.gradients || needsGradients(measurement);
}

} // namespace espalier
