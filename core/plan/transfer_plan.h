// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/axis_map.h"
#include "core/axes/model_config.h"
#include "core/base/random.h"
#include "core/base/result.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace espalier {

/// One parent block's share in a destination block, with maps for this term alone: they go before
/// the destination block's and the network's.
struct SourceTerm
{
    int parentBlock = 0;
    double weight = 1;
    std::map<AxisLabel, AxisMap> maps = {};
    /// Replaces `weight` in rows with this label: q, k and v of the fused projection are weighted
    /// apart in LiGO.
    std::map<AxisLabel, double> weightByLabel = {};
    friend bool operator==(const SourceTerm&, const SourceTerm&) = default;
};

/// Where a destination block comes from: a weighted sum of parent blocks; none means fresh.
/// `termsByRole` replaces `terms` for single roles (LiGO's depth weights differ per module). `maps`
/// are those of the block's own axes (Query, Key, Value, Context, Head, Mlp; a missing label is
/// Identity) for all of its terms; a Residual map among them replaces the network's in this block.
struct DestinationBlock
{
    std::vector<SourceTerm> terms = {};
    std::map<Role, std::vector<SourceTerm>> termsByRole = {};
    std::map<AxisLabel, AxisMap> maps = {};
    friend bool operator==(const DestinationBlock&, const DestinationBlock&) = default;
};

/// Random values added to (or, without a source, being) a parameter: normal, from the plan's seed
/// and the name.
struct Noise
{
    double mean = 0;
    double std = 0;
    bool relative = false; ///< std counts in root mean squares of what the terms give: a signal to
                           ///< noise ratio of s decibels is 10^(-s/20)
    bool unreachedOnly = false; ///< only where no term's maps lead to a parent cell
    bool balanced = false; ///< copies along the reading axis get noise that sums to nothing, so
                           ///< that equal inputs do not feel it; a cell without copies gets none
    friend bool operator==(const Noise&, const Noise&) = default;
};

/// What a method says of one parameter beyond its axes.
struct ParameterRule
{
    double scale = 1; ///< multiplies the sum of source terms
    bool fresh = false; ///< no source at all
    std::optional<Noise> noise = std::nullopt;
    std::optional<Role> source =
        std::nullopt; ///< another role of the parent (an untied head comes from the embedding)
    std::optional<Side> face =
        std::nullopt; ///< the side whose face acts on every dimension, if not
                      ///< each dimension's own: the last norm's gain, where a
                      ///< tied head cannot divide by the copies itself
    std::optional<Role> foldedGain =
        std::nullopt; ///< this gain of the source block multiplies its columns (LayerScale: rows)
    std::map<AxisLabel, AxisMap> maps = {}; ///< for this parameter alone, before all others
    friend bool operator==(const ParameterRule&, const ParameterRule&) = default;
};

/// Every method's result, for any pair of shapes: how each destination parameter is made from the
/// parent's,
///
///     W'_i = s * sum_j w_ij * B_ij W_j A_ij^T + noise
///
/// where B is the writing and A the reading face of the axis maps of W's labels. A value without
/// tensors: two equal plans give the same bytes. applyPlan (core/tensors) is the only code that
/// executes one.
struct TransferPlan
{
    std::string method; ///< id in the method catalog
    ModelConfig parent;
    ModelConfig child;
    Seed seed = {};
    std::map<AxisLabel, AxisMap> globalMaps =
        {}; ///< Residual, Vocab, Position, …; a missing label is Identity
    std::vector<DestinationBlock> blocks = {}; ///< one per destination block (see blocksOf)
    std::map<ParameterId, ParameterRule> rules = {}; ///< a missing id has the default rule
    bool splitsHeads = false; ///< heads are taken apart on purpose (Xu et al. 2024); checkPlan lets
                              ///< it pass where neither rotation nor groups depend on whole heads

    friend bool operator==(const TransferPlan&, const TransferPlan&) = default;
};

/// A term of one parameter, ready to execute: for each dimension of the parameter, the map of each
/// segment. The pointers lead into the plan (or, null, mean Identity).
struct ResolvedTerm
{
    ParameterId parent;
    double weight = 1;
    std::vector<std::vector<const AxisMap*>> maps; ///< [dimension][segment]
    std::vector<double> segmentWeights = {}; ///< of the first dimension; empty: all `weight`
    std::optional<ParameterId> foldedGain = std::nullopt;
};

/// All that applyPlan, previews and provenance need for one destination parameter.
struct ParameterPlan
{
    ParameterSpec child; ///< its dimensions' sides are those whose faces act
    std::vector<ResolvedTerm> terms; ///< empty: noise alone
    double scale = 1;
    std::optional<Noise> noise;
    Seed noiseSeed; ///< element i (row-major) is noise.mean + noise.std * normal(i) of this stream
};

/// The plan must outlive the result.
[[nodiscard]] ParameterPlan resolve(const TransferPlan& plan, ParameterId child);

/// Channels of a head cannot come from several heads: they rotate by their place in the head, or
/// several heads share keys and values.
[[nodiscard]] bool needsWholeHeads(const ModelConfig& config);

/// Refused, naming parameter and axis, unless every map fits the lengths of both shapes, heads stay
/// whole, kept query heads read kept key/value groups, and every parameter of the child has a
/// source or noise. Run on every plan made.
[[nodiscard]] Status checkPlan(const TransferPlan& plan);

} // namespace espalier
