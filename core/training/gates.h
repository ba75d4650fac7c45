// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/plan/transfer_plan.h"
#include "core/tensors/parameter_set.h"

#include <cstdint>
#include <vector>

namespace espalier {

/// What a growing start has and its parent has not: members that no parent index leads to, and
/// blocks without source.
struct NewMembers
{
    struct InBlock
    {
        int block = 0;
        std::vector<std::int64_t> heads; ///< query heads
        std::vector<std::int64_t> units; ///< of its MLP
        friend bool operator==(const InBlock&, const InBlock&) = default;
    };

    std::vector<std::int64_t> channels; ///< of the residual stream
    std::vector<int> blocks; ///< as a whole; their heads and units are not listed
    std::vector<InBlock> inside; ///< of the other blocks, those of class attention included
    friend bool operator==(const NewMembers&, const NewMembers&) = default;
};

/// Refused, saying what was found: starts without new members (copies are none); starts whose norms
/// make up for new channels already; new channels or blocks in models with norms on the stream
/// itself (post-norm).
[[nodiscard]] Result<NewMembers> newMembersOf(const TransferPlan& plan);

/// Masked structural growth (MSG, Yao et al. 2023, arXiv 2305.02869, section 3): the model whose
/// new members are multiplied by a gate from 0 to 1. At 0 it computes what the parent does,
/// whatever the new members hold, up to rounding; at 1 what `parameters` do (exactly, where nobody
/// asks for it). Gates stand
///
///   heads, units   on the columns that read them; where heads are mixed, on those of the mixing
///   blocks         on what they add to the stream
///   channels       on what writes them, biases of norms included. Norms take their mean over
///                  channels weighted by the gates g, and the mean square of the gated values over
///                  n = Σ g. Layer norm's mean is taken out where the stream is written, which
///                  forward passes cannot tell apart; n goes into gains and epsilon. A tied head
///                  goes on reading the ungated table
///
/// The result's tensors are functions of those of `parameters` (gradients pass), or the same ones
/// where no gate stands. Cost: a pass over what is gated.
[[nodiscard]] ParameterSet gated(
    const ParameterSet& parameters, const NewMembers& members, double gate);

} // namespace espalier
