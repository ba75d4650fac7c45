// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/plan/operators.h"
#include "core/tensors/depth_mixer.h"
#include "core/tensors/parameter_set.h"

#include <map>
#include <vector>

namespace espalier {

/// A plan whose operators (see Operators) are leaves of a graph: every destination() is what
/// applyPlan would make of the plan with the present numbers, to rounding, and backward() through
/// it fills the leaves' gradients. Parent blocks are mixed first, then widened; unit rows are
/// copied, not multiplied. Works in the parent's floating type on the CPU.
class LearnablePlan
{
public:
    /// Refused: source terms with maps or folded gains of their own, noise relative to the signal.
    [[nodiscard]] static Status accepts(const TransferPlan& plan);

    /// `plan` is accepted and outlives this. The leaves are those of `width` and `depth`.
    LearnablePlan(const TransferPlan& plan, const ParameterSet& parent, bool width, bool depth);

    [[nodiscard]] ParameterSet destination() const;
    [[nodiscard]] const std::vector<at::Tensor>& leaves() const
    {
        return m_leaves;
    }
    /// The present numbers.
    [[nodiscard]] Operators operators() const;

private:
    /// How one matrix of a Dense map is multiplied.
    struct Product
    {
        at::Tensor free; ///< [free rows, parent]
        at::Tensor unitRows; ///< parent indices of the unit rows; undefined: there are none
        at::Tensor order; ///< of unit rows, then free ones; undefined: as they stand
        bool keepsAll = false; ///< the unit rows are all of the parent's, in order
    };
    struct Faces
    {
        std::size_t write = 0;
        std::size_t read = 0;
        bool overGroups = false; ///< Context's: the product is repeated over groups
    };

    [[nodiscard]] Product productOf(const WidthOperator& width, bool tuned) const;
    void placeOperators(const TransferPlan& plan);
    void keepConstants(const TransferPlan& plan, bool width, bool depth);
    [[nodiscard]] at::Tensor made(const ParameterPlan& plan, const Mixtures& mixtures) const;
    [[nodiscard]] at::Tensor mapped(const std::vector<at::Tensor>& segments, const Dim& dim,
        const std::vector<const AxisMap*>& maps, std::int64_t dimension) const;
    void addMapped(std::vector<at::Tensor>& pieces, const at::Tensor& values, const AxisMap* map,
        Side side, std::int64_t dimension) const;
    void addProduct(std::vector<at::Tensor>& pieces, const at::Tensor& values,
        const Product& product, std::int64_t dimension) const;
    [[nodiscard]] at::Tensor overGroups(const Product& product) const;

    ParameterSet m_parent;
    ModelConfig m_child;
    Operators m_operators; ///< places; the numbers are those of the start
    std::vector<Product> m_products; ///< as m_operators.width
    std::map<const AxisMap*, Faces> m_faces;
    DepthMixer m_mixer;
    std::vector<at::Tensor> m_leaves;
    std::map<ParameterId, at::Tensor> m_constants; ///< parameters that no leaf reaches
    std::map<ParameterId, at::Tensor> m_noise;
    std::vector<ParameterPlan> m_learned; ///< the others
};

} // namespace espalier
