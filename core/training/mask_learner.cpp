// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/mask_learner.h"

#include "core/forward/loss.h"
#include "core/tensors/block_cache.h"
#include "core/training/hard_concrete.h"
#include "core/training/leaf_optimizer.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/repeat_interleave.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace espalier {

namespace {

constexpr double kOpen = 5; ///< logits that gates start with: the parent, nearly
constexpr double kSpread = 0.01;
constexpr double kStiffness = 20; ///< what square multipliers start at: linear ones alone overshoot
                                  ///< in short runs

/// Gates of one kind of thing, [rows, things], every row with a constraint of its own.
struct Axis
{
    std::string_view name;
    at::Tensor logits;
    double wantedShare = 1;
    std::vector<double> linear; ///< multipliers, one per row
    std::vector<double> square;
};

Axis axisOf(
    std::string_view name, std::int64_t rows, std::int64_t things, std::int64_t wanted, Seed seed)
{
    Axis axis{.name = name,
        .logits = at::empty({rows, things}, at::kFloat),
        .wantedShare = static_cast<double>(wanted) / static_cast<double>(things),
        .linear = std::vector<double>(static_cast<std::size_t>(rows), 0.0),
        .square = std::vector<double>(static_cast<std::size_t>(rows), kStiffness)};
    SequenceRng rng(derive(seed, name));
    float* const values = axis.logits.mutable_data_ptr<float>();
    for (std::int64_t i = 0; i < axis.logits.numel(); ++i)
        values[i] = static_cast<float>(kOpen + kSpread * rng.normal());
    axis.logits.requires_grad_(true);
    return axis;
}

/// One draw of all gates; undefined where an axis keeps its size.
struct Gates
{
    at::Tensor hidden_D;
    at::Tensor heads_LH; ///< of the trunk's blocks and those behind it (see blocksOf)
    at::Tensor mlp_LM;
    at::Tensor classMlp_LM;
    at::Tensor blocks_L;
};

/// A parameter times the gates of its axes, and how a gain is to make up for closed channels.
class MaskedParent
{
public:
    MaskedParent(const ParameterSet& parent, const Gates& gates)
        : m_parent(parent)
        , m_gates(gates)
    {
    }

    [[nodiscard]] ParameterSet parameters() const
    {
        ParameterSet masked{.config = m_parent.config};
        for (const auto& [id, tensor] : m_parent.tensors)
            masked.tensors.emplace(id, maskedValue(parameterOf(m_parent.config, id), tensor));
        return masked;
    }

private:
    [[nodiscard]] bool isTrunk(ParameterId id) const
    {
        return isPerBlock(id.role) && id.block < m_parent.config.shape.layers;
    }

    /// Gates along one dimension; undefined: none.
    [[nodiscard]] at::Tensor gatesOf(const ParameterSpec& spec, const Dim& dim) const
    {
        const bool reads = dim.side == Side::Read;
        switch (dim.segments.front()) {
        case AxisLabel::Residual:
            return reads ? at::Tensor() : m_gates.hidden_D;
        case AxisLabel::Context:
            return reads && m_gates.heads_LH.defined()
                ? m_gates.heads_LH.select(0, spec.id.block)
                      .repeat_interleave(m_parent.config.shape.headDim)
                : at::Tensor();
        case AxisLabel::Mlp:
            return reads && m_gates.mlp_LM.defined() ? m_gates.mlp_LM.select(0, spec.id.block)
                                                     : at::Tensor();
        case AxisLabel::ClassMlp:
            return reads && m_gates.classMlp_LM.defined()
                ? m_gates.classMlp_LM.select(0, spec.id.block - m_parent.config.shape.layers)
                : at::Tensor();
        default:
            return {};
        }
    }

    [[nodiscard]] at::Tensor maskedValue(const ParameterSpec& spec, const at::Tensor& value) const
    {
        if (spec.kind == ParameterKind::NormGain)
            return maskedGain(spec, value);
        if (spec.kind == ParameterKind::LayerScale)
            return value; // the projection in front of it is masked
        at::Tensor masked = value;
        for (std::size_t i = 0; i < spec.dims.size(); ++i)
            if (const at::Tensor gates = gatesOf(spec, spec.dims[i]); gates.defined())
                masked = masked.mul(i + 1 < spec.dims.size() ? gates.unsqueeze(1) : gates);
        const bool writesStream = spec.dims.front().segments.front() == AxisLabel::Residual
            && spec.dims.front().side == Side::Write;
        const bool adds = spec.kind == ParameterKind::Matrix || spec.kind == ParameterKind::Bias;
        if (m_gates.blocks_L.defined() && isTrunk(spec.id) && writesStream && adds)
            masked = masked.mul(m_gates.blocks_L.select(0, spec.id.block));
        return masked;
    }

    /// What a gain does is its value plus the family's offset.
    [[nodiscard]] at::Tensor maskedGain(const ParameterSpec& spec, const at::Tensor& gain) const
    {
        const at::Tensor gates = gatesOf(spec, spec.dims.front());
        if (!gates.defined())
            return gain;
        const double offset = m_parent.config.flavour.normGainOffset;
        return gain.add(offset).mul(gates).mul(m_gates.hidden_D.mean().sqrt()).sub(offset);
    }

    const ParameterSet& m_parent;
    const Gates& m_gates;
};

/// All axes that shrink, and the loop's state.
class MaskLesson
{
public:
    MaskLesson(const ParameterSet& parent, const ModelShape& target, const MaskLearning& settings,
        Seed seed)
        : m_parent(parent)
        , m_settings(settings)
        , m_seed(seed)
        , m_axes(axesFor(parent.config.shape, resized(parent.config.shape, target), seed))
        , m_optimizer(leavesOf(m_axes), 0)
    {
    }

    Status step(const Batch& batch)
    {
        const auto done = static_cast<std::int64_t>(m_losses.size());
        const Gates gates = draw(derive(derive(m_seed, "gates"), static_cast<std::uint64_t>(done)));
        const at::Tensor loss = lossOf(MaskedParent(m_parent, gates).parameters(), batch);
        (loss + penalty(done)).backward();
        const double value = loss.item<double>();
        const double norm = m_optimizer.gradientNorm();
        if (!std::isfinite(value) || !std::isfinite(norm))
            return refused(fmt::format("learning masks: first non-finite {} at step {}",
                std::isfinite(value) ? "gradient" : "loss", done + 1));
        m_optimizer.step(m_settings.maskRate, norm, 0);
        m_optimizer.clearGradients();
        m_losses.push_back(value);
        return {};
    }

    [[nodiscard]] LearnedMasks result() const
    {
        const at::NoGradGuard noGradients;
        const ModelShape& shape = m_parent.config.shape;
        LearnedMasks masks{.scores = {}, .blocks_L = {}, .losses = m_losses};
        masks.hidden = expectedSize("hidden", shape.hidden);
        masks.heads = expectedSize("groups", shape.kvHeads) / static_cast<double>(shape.kvHeads)
            * expectedSize("heads", shape.heads);
        masks.mlp = expectedSize("mlp", shape.mlp);
        masks.layers = expectedSize("blocks", shape.layers);
        if (const Axis* axis = find("hidden"))
            masks.scores.embedding_D = matrixOf(axis->logits).values;
        if (const Axis* axis = find("mlp"))
            masks.scores.mlp_LM = matrixOf(axis->logits);
        if (const Axis* axis = find("class-mlp"))
            masks.scores.classMlp_LM = matrixOf(axis->logits);
        if (const Axis* axis = find("blocks"))
            masks.blocks_L = matrixOf(axis->logits).values;
        if (find("groups") || find("heads")) {
            const at::Tensor context_LC = contextScores();
            masks.scores.context_LC = matrixOf(context_LC.narrow(0, 0, shape.layers));
            if (shape.classLayers > 0)
                masks.scores.classContext_LC =
                    matrixOf(context_LC.narrow(0, shape.layers, shape.classLayers));
        }
        return masks;
    }

    [[nodiscard]] double lastLoss() const
    {
        return m_losses.back();
    }

private:
    static std::vector<Axis> axesFor(const ModelShape& from, const ModelShape& to, Seed seed)
    {
        const std::int64_t perGroup = from.heads / from.kvHeads;
        const std::int64_t keptPerGroup = to.heads / to.kvHeads;
        std::vector<Axis> axes;
        if (to.hidden < from.hidden)
            axes.push_back(axisOf("hidden", 1, from.hidden, to.hidden, seed));
        if (to.kvHeads < from.kvHeads)
            axes.push_back(axisOf("groups", blocksOf(from), from.kvHeads, to.kvHeads, seed));
        if (keptPerGroup < perGroup)
            axes.push_back(
                axisOf("heads", blocksOf(from), from.heads, keptPerGroup * from.kvHeads, seed));
        if (to.mlp < from.mlp)
            axes.push_back(axisOf("mlp", from.layers, from.mlp, to.mlp, seed));
        if (from.classLayers > 0 && to.classMlp < from.classMlp)
            axes.push_back(axisOf("class-mlp", from.classLayers, from.classMlp, to.classMlp, seed));
        if (to.layers < from.layers)
            axes.push_back(axisOf("blocks", 1, from.layers, to.layers, seed));
        return axes;
    }

    static std::vector<at::Tensor> leavesOf(const std::vector<Axis>& axes)
    {
        std::vector<at::Tensor> leaves;
        for (const Axis& axis : axes)
            leaves.push_back(axis.logits);
        return leaves;
    }

    [[nodiscard]] const Axis* find(std::string_view name) const
    {
        const auto found = std::find_if(
            m_axes.begin(), m_axes.end(), [&](const Axis& axis) { return axis.name == name; });
        return found == m_axes.end() ? nullptr : &*found;
    }

    [[nodiscard]] at::Tensor drawn(std::string_view name, Seed seed) const
    {
        const Axis* const axis = find(name);
        return axis ? drawGates(axis->logits, derive(seed, name)) : at::Tensor();
    }

    [[nodiscard]] Gates draw(Seed seed) const
    {
        const ModelShape& shape = m_parent.config.shape;
        Gates gates{.hidden_D = drawn("hidden", seed),
            .heads_LH = drawn("heads", seed),
            .mlp_LM = drawn("mlp", seed),
            .classMlp_LM = drawn("class-mlp", seed),
            .blocks_L = drawn("blocks", seed)};
        if (gates.hidden_D.defined())
            gates.hidden_D = gates.hidden_D.squeeze(0);
        if (gates.blocks_L.defined())
            gates.blocks_L = gates.blocks_L.squeeze(0);
        if (at::Tensor groups_LG = drawn("groups", seed); groups_LG.defined()) {
            groups_LG = groups_LG.repeat_interleave(shape.heads / shape.kvHeads, 1);
            gates.heads_LH = gates.heads_LH.defined() ? gates.heads_LH.mul(groups_LG) : groups_LG;
        }
        return gates;
    }

    /// The constraints' term in the loss; the multipliers then rise by what they multiplied.
    at::Tensor penalty(std::int64_t step)
    {
        const double ramp =
            std::max(1.0, m_settings.rampShare * static_cast<double>(m_settings.steps));
        const double progress = std::min(1.0, static_cast<double>(step + 1) / ramp);
        at::Tensor sum = at::zeros({}, at::kFloat);
        for (Axis& axis : m_axes) {
            const double wanted = 1 - progress * (1 - axis.wantedShare);
            const at::Tensor gaps = openProbability(axis.logits).mean(1).sub(wanted);
            for (std::size_t row = 0; row < axis.linear.size(); ++row) {
                const at::Tensor gap = gaps[static_cast<std::int64_t>(row)];
                sum = sum + gap * axis.linear[row] + gap.square() * axis.square[row];
                const double found = gap.item<double>();
                axis.linear[row] += m_settings.multiplierRate * found;
                axis.square[row] += m_settings.multiplierRate * found * found;
            }
        }
        return sum;
    }

    [[nodiscard]] double expectedSize(std::string_view name, std::int64_t size) const
    {
        const Axis* const axis = find(name);
        return static_cast<double>(size)
            * (axis ? openProbability(axis->logits).mean().item<double>() : 1.0);
    }

    static Matrix matrixOf(const at::Tensor& logits)
    {
        Matrix matrix{.rows = logits.size(0), .cols = logits.size(1)};
        const float* const values = logits.const_data_ptr<float>();
        matrix.values.assign(values, values + logits.numel());
        return matrix;
    }

    /// A group's logit, and within it what sets its heads apart, on every channel of a head.
    [[nodiscard]] at::Tensor contextScores() const
    {
        const ModelShape& shape = m_parent.config.shape;
        const std::int64_t blocks = blocksOf(shape);
        const std::int64_t perGroup = shape.heads / shape.kvHeads;
        at::Tensor scores_LH = at::zeros({blocks, shape.heads}, at::kFloat);
        if (const Axis* heads = find("heads")) {
            const at::Tensor grouped = heads->logits.view({blocks, shape.kvHeads, perGroup});
            scores_LH = grouped.sub(grouped.mean(2, true)).reshape({blocks, shape.heads});
        }
        if (const Axis* groups = find("groups"))
            scores_LH = scores_LH.add(groups->logits.repeat_interleave(perGroup, 1));
        return scores_LH.repeat_interleave(shape.headDim, 1).contiguous();
    }

    const ParameterSet& m_parent;
    MaskLearning m_settings;
    Seed m_seed;
    std::vector<Axis> m_axes;
    LeafOptimizer m_optimizer;
    std::vector<double> m_losses;
};

Status checkTarget(const ModelShape& from, const ModelShape& to)
{
    bool smaller = false;
    for (const Size size : kTrunkSizes) {
        if (get(to, size) > get(from, size))
            return refused(
                fmt::format("learning masks: found {} {}, wanted at most the parent's {}",
                    nameOf(size), get(to, size), get(from, size)));
        smaller = smaller || get(to, size) < get(from, size);
    }
    return smaller ? Status{} : refused("learning masks: found the parent's shape, wanted less");
}

} // namespace

Result<LearnedMasks> learnMasks(const ParameterSet& parent, const ModelShape& target,
    const std::function<Batch(std::int64_t step)>& batchAt, const MaskLearning& settings, Seed seed,
    const Progress& progress)
{
    if (const Status fits = checkTarget(parent.config.shape, target); !fits)
        return fits.error();
    const BlockCacheHold memory;
    const ParameterSet resting = convertedTo(parent, at::kCPU, at::kFloat);
    MaskLesson lesson(resting, target, settings, seed);
    for (std::int64_t step = 0; step < settings.steps; ++step) {
        if (progress.stopRequested())
            return cancelled();
        if (const Status done = lesson.step(batchAt(step)); !done)
            return done.error();
        progress(static_cast<double>(step + 1) / static_cast<double>(settings.steps),
            fmt::format("learning masks, loss {:.3f}", lesson.lastLoss()));
    }
    return lesson.result();
}

} // namespace espalier
