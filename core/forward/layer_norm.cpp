// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/layer_norm.h"

#include "core/forward/layer_norm_loops.h"
#include "core/tensors/plain_tensor.h"
#include "core/tensors/row_parts.h"

#include <ATen/ops/empty_like.h>
#include <ATen/ops/layer_norm.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

namespace espalier {

namespace {

static_assert(sizeof(RowMoments) == 2 * sizeof(float), "moments live in a tensor, [rows, 2]");

RowMoments* momentsIn(const at::Tensor& moments_N2)
{
    return reinterpret_cast<RowMoments*>(moments_N2.mutable_data_ptr<float>());
}

/// Writes the moments of each row as well.
at::Tensor normalised(const at::Tensor& values, const at::Tensor& gain, const at::Tensor& bias,
    double epsilon, const at::Tensor& moments_N2)
{
    at::Tensor result = at::empty_like(values);
    const std::int64_t columns = values.size(-1);
    const float* const x = values.const_data_ptr<float>();
    const float* const scale = gain.const_data_ptr<float>();
    const float* const shift = bias.const_data_ptr<float>();
    float* const out = result.mutable_data_ptr<float>();
    RowMoments* const moments = momentsIn(moments_N2);
    overRowParts(values.numel() / columns, columns,
        [=](std::int64_t /*part*/, std::int64_t first, std::int64_t rows) {
            layerNormForward(x + first * columns, scale, shift, static_cast<float>(epsilon),
                out + first * columns, moments + first, rows, columns);
        });
    return result;
}

at::Tensor roomForMoments(const at::Tensor& values)
{
    return at::empty({values.numel() / values.size(-1), 2}, at::kFloat);
}

class LayerNormFunction : public torch::autograd::Function<LayerNormFunction>
{
public:
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& values,
        const at::Tensor& gain, const at::Tensor& bias, double epsilon)
    {
        const at::Tensor moments_N2 = roomForMoments(values);
        at::Tensor out = normalised(values, gain, bias, epsilon, moments_N2);
        context->save_for_backward({values, gain, moments_N2});
        return out;
    }

    static torch::autograd::variable_list backward(
        torch::autograd::AutogradContext* context, torch::autograd::variable_list& slopes)
    {
        const torch::autograd::variable_list saved = context->get_saved_variables();
        at::Tensor above = std::move(slopes.front());
        if (!above.is_contiguous())
            above = above.contiguous();
        const at::Tensor out = isHeldOnce(above) ? above : at::empty_like(above);
        const std::int64_t columns = above.size(-1);
        const std::int64_t rows = above.numel() / columns;
        const at::Tensor gains = partSums(rows, columns);
        const at::Tensor biases = partSums(rows, columns);
        const float* const x = saved[0].const_data_ptr<float>();
        const float* const gain = saved[1].const_data_ptr<float>();
        const RowMoments* const moments = momentsIn(saved[2]);
        const float* const from = above.const_data_ptr<float>();
        float* const to = out.mutable_data_ptr<float>();
        float* const gainSums = gains.mutable_data_ptr<float>();
        float* const biasSums = biases.mutable_data_ptr<float>();
        overRowParts(rows, columns, [=](std::int64_t part, std::int64_t first, std::int64_t count) {
            const std::int64_t at = first * columns;
            layerNormBackward(x + at, moments + first, gain, from + at, to + at,
                gainSums + part * columns, biasSums + part * columns, count, columns);
        });
        return {out, totalOf(gains).to(at::kFloat), totalOf(biases).to(at::kFloat), {}};
    }
};

} // namespace

at::Tensor layerNorm(
    const at::Tensor& values, const at::Tensor& gain, const at::Tensor& bias, double epsilon)
{
    if (!isPlain(values) || !isPlain(gain) || !isPlain(bias) || values.numel() == 0)
        return at::layer_norm(values, {values.size(-1)}, gain, bias, epsilon);
    if (c10::GradMode::is_enabled()
        && (values.requires_grad() || gain.requires_grad() || bias.requires_grad()))
        return LayerNormFunction::apply(values, gain, bias, epsilon);
    return normalised(values, gain, bias, epsilon, roomForMoments(values));
}

} // namespace espalier
