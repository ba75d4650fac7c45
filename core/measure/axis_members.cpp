// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/measure/axis_members.h"

#include "core/base/expect.h"
#include "core/measure/score_places.h"

#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/sum.h>

namespace espalier {

namespace {

bool isScored(AxisLabel label)
{
    return label == AxisLabel::Residual || isPerBlock(label);
}

/// The scores of the stream that enters a block.
std::span<double> enteringStream(ChannelScores& scores, int block)
{
    return block == 0 ? scoresAt(scores, Tap::Embedding, -1)
                      : scoresAt(scores, Tap::AfterMlp, block - 1);
}

/// Where a member of the residual axis counts in the stream.
std::span<double> streamOf(
    ChannelScores& scores, const ModelConfig& config, const AxisMember& member)
{
    const auto [role, block] = member.id;
    if (role < Role::AttentionNormGain)
        return scoresAt(scores, Tap::Embedding, -1);
    const std::optional<Tap> readTap = readTapOf(role);
    if (!readTap || block >= config.shape.layers)
        return lastStreamOf(scores, config.shape);
    const bool parallel = config.flavour.layout == BlockLayout::Parallel;
    const bool attention = *readTap == Tap::AttentionNorm;
    if (member.side == Side::Read || isFrontNorm(role))
        return attention || parallel ? enteringStream(scores, block)
                                     : scoresAt(scores, Tap::AfterAttention, block);
    return scoresAt(scores, attention && !parallel ? Tap::AfterAttention : Tap::AfterMlp, block);
}

void add(std::span<double> to, std::span<const double> values)
{
    if (to.empty())
        return; // a place without scores
    ESPALIER_EXPECT(to.size() == values.size(), "one value per channel");
    for (std::size_t i = 0; i < values.size(); ++i)
        to[i] += values[i];
}

void addToStream(ChannelScores& scores, const ModelConfig& config, const AxisMember& member,
    std::span<const double> values)
{
    add(streamOf(scores, config, member), values);
    const bool reads = member.side == Side::Read || isFrontNorm(member.id.role);
    const std::optional<Tap> readTap = readTapOf(member.id.role);
    if (reads && readTap && member.id.block < config.shape.layers)
        add(scoresAt(scores, *readTap, member.id.block), values);
}

/// Channels of key/value heads: every query head of a group gets an equal part.
void addToGroups(
    std::span<double> context_C, const ModelShape& shape, std::span<const double> values)
{
    const auto perGroup = static_cast<std::size_t>(shape.heads / shape.kvHeads);
    const auto headDim = static_cast<std::size_t>(shape.headDim);
    for (std::size_t c = 0; c < context_C.size(); ++c)
        context_C[c] +=
            values[c / headDim / perGroup * headDim + c % headDim] / static_cast<double>(perGroup);
}

void addToHeads(
    std::span<double> context_C, const ModelShape& shape, std::span<const double> values)
{
    for (std::size_t c = 0; c < context_C.size(); ++c)
        context_C[c] += values[c / static_cast<std::size_t>(shape.headDim)]
            / static_cast<double>(shape.headDim);
}

std::vector<double> numbersOf(const at::Tensor& values)
{
    const at::Tensor wide = values.to(at::kCPU, at::kDouble).contiguous();
    const double* const begin = wide.const_data_ptr<double>();
    return {begin, begin + wide.numel()};
}

} // namespace

std::vector<AxisMember> axisMembersOf(const ModelConfig& config)
{
    std::vector<AxisMember> members;
    for (const ParameterSpec& spec : parametersOf(config))
        for (std::size_t dim = 0; dim < spec.dims.size(); ++dim) {
            std::int64_t first = 0;
            for (const AxisLabel label : spec.dims[dim].segments) {
                const std::int64_t length = lengthOf(label, config.shape);
                if (isScored(label))
                    members.push_back({spec.id, spec.kind, label, spec.dims[dim].side,
                        static_cast<std::int64_t>(dim), first, length});
                first += length;
            }
        }
    return members;
}

at::Tensor partOf(const at::Tensor& tensor, const AxisMember& member)
{
    return tensor.narrow(member.dim, member.first, member.length);
}

std::vector<double> sumsAlong(const at::Tensor& part, const AxisMember& member)
{
    return numbersOf(part.dim() == 1 ? part : at::sum(part, {1 - member.dim}, false, at::kDouble));
}

std::vector<double> normsAlong(const at::Tensor& part, const AxisMember& member)
{
    return numbersOf(part.dim() == 1
            ? part.abs()
            : at::linalg_vector_norm(part, 2, {1 - member.dim}, false, at::kDouble));
}

std::optional<Tap> readTapOf(Role role)
{
    if (!isPerBlock(role))
        return std::nullopt;
    return role <= Role::AttentionPostNormBias ? Tap::AttentionNorm : Tap::MlpNorm;
}

bool isFrontNorm(Role role)
{
    return role == Role::AttentionNormGain || role == Role::AttentionNormBias
        || role == Role::MlpNormGain || role == Role::MlpNormBias;
}

void addToChannels(ChannelScores& scores, const ModelConfig& config, const AxisMember& member,
    std::span<const double> values)
{
    const int block = member.id.block;
    switch (member.label) {
    case AxisLabel::Residual:
        return addToStream(scores, config, member, values);
    case AxisLabel::Mlp:
    case AxisLabel::ClassMlp:
        return add(scoresAt(scores, Tap::MlpHidden, block), values);
    case AxisLabel::Query:
    case AxisLabel::Context:
        return add(scoresAt(scores, Tap::Context, block), values);
    case AxisLabel::Key:
    case AxisLabel::Value:
        return addToGroups(scoresAt(scores, Tap::Context, block), config.shape, values);
    case AxisLabel::Head:
        return addToHeads(scoresAt(scores, Tap::Context, block), config.shape, values);
    default:
        ESPALIER_EXPECT(false, "members are of axes that have scores");
    }
}

std::span<double> lastStreamOf(ChannelScores& scores, const ModelShape& shape)
{
    return enteringStream(scores, static_cast<int>(shape.layers));
}

} // namespace espalier
