// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"
#include "core/forward/taps.h"
#include "core/plan/measurements.h"
#include "core/tensors/parameter_set.h"

#include <optional>
#include <span>
#include <vector>

namespace espalier {

/// What goes with the channels of an axis: entries along one dimension of one parameter. All
/// members with a label (and, for a block's axes, a block) are what pruning calls a group.
struct AxisMember
{
    ParameterId id;
    ParameterKind kind = ParameterKind::Matrix;
    AxisLabel label = AxisLabel::Residual;
    Side side = Side::Write;
    std::int64_t dim = 0;
    std::int64_t first = 0; ///< entry along the dimension
    std::int64_t length = 0;
};

/// Members of all axes that ChannelScores knows, in the order of parametersOf().
[[nodiscard]] std::vector<AxisMember> axisMembersOf(const ModelConfig& config);

/// The member's part of a tensor of the parameter's sizes.
[[nodiscard]] at::Tensor partOf(const at::Tensor& tensor, const AxisMember& member);
/// The sum of such a part over its other dimension, in fp64. [length]
[[nodiscard]] std::vector<double> sumsAlong(const at::Tensor& part, const AxisMember& member);
/// The L2 norm of each of its slices, in fp64. [length]
[[nodiscard]] std::vector<double> normsAlong(const at::Tensor& part, const AxisMember& member);

/// What a part of a block reads, if the parameter belongs to one: AttentionNorm or MlpNorm.
[[nodiscard]] std::optional<Tap> readTapOf(Role role);
/// Gain or bias of a norm that a part of a block reads behind.
[[nodiscard]] bool isFrontNorm(Role role);

/// Adds one value per entry of a member to the scores of the channels it goes with.
///
/// Residual channels: to the stream where the member writes it or from where it is read. What
/// belongs to the embedding counts at the embedding, what lies behind the trunk where the stream
/// leaves it. So the places of the stream (embedding, after attention, after the MLP) add up
/// to the whole group. What a block reads with, front norms included, counts a second time behind
/// its norm (attentionNorm, mlpNorm), so that those places add up to the readers. In parallel
/// blocks both parts read what enters and write what leaves.
///
/// A key or value channel counts for each of its query heads in equal parts; what belongs to a
/// whole head counts for its channels in equal parts.
void addToChannels(ChannelScores& scores, const ModelConfig& config, const AxisMember& member,
    std::span<const double> values);

/// The scores of the stream behind the last block.
[[nodiscard]] std::span<double> lastStreamOf(ChannelScores& scores, const ModelShape& shape);

} // namespace espalier
