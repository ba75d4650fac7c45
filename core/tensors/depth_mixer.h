// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/plan/operators.h"
#include "core/tensors/parameter_set.h"

#include <map>
#include <vector>

namespace espalier {

/// Mixed parent blocks: for a destination parameter, its rows' segments (one entry for each, or one
/// for all), still in the parent's sizes.
using Mixtures = std::map<ParameterId, std::vector<at::Tensor>>;

/// Weighted sums of parent blocks, differentiable in the weights: one matrix product per role for
/// all destination blocks together. Holds a copy of the parent's mixed parameters.
class DepthMixer
{
public:
    /// Weights are leaves if `tuned`. `operators` are operatorsOf(plan).depth.
    DepthMixer(const TransferPlan& plan, const std::vector<DepthOperator>& operators,
        const ParameterSet& parent, bool tuned);

    /// Of all destination parameters with several source blocks.
    [[nodiscard]] Mixtures mixtures() const;
    /// [destination blocks, parent blocks], as the operators.
    [[nodiscard]] const std::vector<at::Tensor>& weights() const
    {
        return m_weights;
    }

private:
    /// One role's rows with one label (or all of them) of the blocks that have several sources.
    struct Part
    {
        Role role = Role::QkvWeight;
        std::size_t segment = 0; ///< of the rows
        std::size_t weights = 0; ///< which of m_weights
        std::vector<std::int64_t> blocks = {}; ///< destination
        at::Tensor rows = {}; ///< the same, as an index
        at::Tensor columns = {}; ///< parent blocks in any of their terms
        at::Tensor mask = {}; ///< [blocks, columns]; undefined: all have all
        at::Tensor sources = {}; ///< [columns, values]
        std::vector<std::int64_t> sizes = {}; ///< of one block's values
    };
    void addParts(const TransferPlan& plan, const DepthOperator& depth, std::size_t index,
        Role role, const ParameterSet& parent);
    [[nodiscard]] std::vector<at::Tensor> mixed(const Part& part) const;

    std::vector<at::Tensor> m_weights;
    std::vector<Part> m_parts; ///< by segments
    Mixtures m_constant; ///< if not tuned
};

} // namespace espalier
