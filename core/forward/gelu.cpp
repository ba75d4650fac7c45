// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/gelu.h"

#include "core/forward/gelu_loops.h"
#include "core/tensors/parallel.h"

#include <ATen/ops/empty_like.h>
#include <ATen/ops/gelu.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

namespace espalier {

namespace {

constexpr std::int64_t kGrain = 1 << 14;

at::Tensor forwardOf(const at::Tensor& values)
{
    const at::Tensor out = at::empty_like(values);
    const float* const x = values.const_data_ptr<float>();
    float* const to = out.mutable_data_ptr<float>();
    inParallel(values.numel(), kGrain, [=](std::int64_t begin, std::int64_t end) {
        geluTanhForward(x + begin, to + begin, end - begin);
    });
    return out;
}

at::Tensor backwardOf(const at::Tensor& values, const at::Tensor& slope)
{
    const at::Tensor out = at::empty_like(values);
    const float* const x = values.const_data_ptr<float>();
    const float* const above = slope.const_data_ptr<float>();
    float* const to = out.mutable_data_ptr<float>();
    inParallel(values.numel(), kGrain, [=](std::int64_t begin, std::int64_t end) {
        geluTanhBackward(x + begin, above + begin, to + begin, end - begin);
    });
    return out;
}

class GeluFunction : public torch::autograd::Function<GeluFunction>
{
public:
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& values)
    {
        context->save_for_backward({values});
        return forwardOf(values);
    }

    static torch::autograd::variable_list backward(
        torch::autograd::AutogradContext* context, const torch::autograd::variable_list& slopes)
    {
        const at::Tensor values = context->get_saved_variables().front();
        return {backwardOf(values, slopes.front().contiguous())};
    }
};

} // namespace

at::Tensor geluTanh(const at::Tensor& values)
{
    if (!values.is_cpu() || values.scalar_type() != at::kFloat || !values.is_contiguous())
        return at::gelu(values, "tanh");
    if (!c10::GradMode::is_enabled() || !values.requires_grad())
        return forwardOf(values);
    return GeluFunction::apply(values);
}

} // namespace espalier
