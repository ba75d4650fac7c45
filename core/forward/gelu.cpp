// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/gelu.h"

#include "core/tensors/plain_tensor.h"
#include "core/tensors/row_parts.h"

#include <ATen/ops/empty_like.h>
#include <ATen/ops/gelu.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

namespace espalier {

namespace {

/// The last axis if there is a bias along it; without one the shape is of no interest.
std::int64_t columnsOf(const at::Tensor& values)
{
    return std::max<std::int64_t>(1, values.dim() > 0 ? values.size(-1) : 1);
}

void computeForward(GeluForm form, const at::Tensor& values, const at::Tensor& bias,
    const at::Tensor& out, const at::Tensor& slope)
{
    const std::int64_t columns = columnsOf(values);
    const float* const x = values.const_data_ptr<float>();
    const float* const shift = bias.defined() ? bias.const_data_ptr<float>() : nullptr;
    float* const to = out.mutable_data_ptr<float>();
    float* const steep = slope.defined() ? slope.mutable_data_ptr<float>() : nullptr;
    overRowParts(values.numel() / columns, columns,
        [=](std::int64_t /*part*/, std::int64_t first, std::int64_t rows) {
            const std::int64_t at = first * columns;
            geluForward(
                form, {x + at, shift, to + at, steep ? steep + at : nullptr, rows, columns});
        });
}

class GeluFunction : public torch::autograd::Function<GeluFunction>
{
public:
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& values,
        const std::optional<at::Tensor>& bias, GeluForm form, bool mayOverwrite)
    {
        const at::Tensor plain = values.detach();
        const at::Tensor slope = mayOverwrite ? plain : at::empty_like(plain);
        at::Tensor out = at::empty_like(plain);
        computeForward(form, plain, bias.value_or(at::Tensor()), out, slope);
        context->save_for_backward({slope});
        context->saved_data["biased"] = bias.has_value();
        return out;
    }

    static torch::autograd::variable_list backward(
        torch::autograd::AutogradContext* context, torch::autograd::variable_list& slopes)
    {
        const at::Tensor slope = context->get_saved_variables().front();
        at::Tensor above = std::move(slopes.front());
        if (!above.is_contiguous())
            above = above.contiguous();
        const at::Tensor out = isHeldOnce(above) ? above : at::empty_like(above);
        const std::int64_t columns = columnsOf(slope);
        const std::int64_t rows = slope.numel() / columns;
        const bool biased = context->saved_data["biased"].toBool();
        const at::Tensor sums = biased ? partSums(rows, columns) : at::Tensor();
        const float* const steep = slope.const_data_ptr<float>();
        const float* const from = above.const_data_ptr<float>();
        float* const to = out.mutable_data_ptr<float>();
        float* const partial = biased ? sums.mutable_data_ptr<float>() : nullptr;
        overRowParts(rows, columns, [=](std::int64_t part, std::int64_t first, std::int64_t count) {
            const std::int64_t at = first * columns;
            geluBackward(steep + at, from + at, to + at,
                partial ? partial + part * columns : nullptr, count, columns);
        });
        return {out, biased ? totalOf(sums).to(at::kFloat) : at::Tensor(), {}, {}};
    }
};

} // namespace

at::Tensor gelu(GeluForm form, at::Tensor values, const at::Tensor& bias)
{
    if (!isPlain(values) || (bias.defined() && !isPlain(bias)))
        return at::gelu(bias.defined() ? values.add(bias.to(values.scalar_type())) : values,
            form == GeluForm::Tanh ? "tanh" : "none");
    const bool mayOverwrite = isHeldOnce(values);
    if (c10::GradMode::is_enabled()
        && (values.requires_grad() || (bias.defined() && bias.requires_grad())))
        return GeluFunction::apply(
            values, bias.defined() ? std::optional(bias) : std::nullopt, form, mayOverwrite);
    const at::Tensor out = mayOverwrite ? values : at::empty_like(values);
    computeForward(form, values, bias, out, {});
    return out;
}

} // namespace espalier
