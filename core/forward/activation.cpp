// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/activation.h"

#include "core/forward/gelu.h"

#include <ATen/ops/relu.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/tanh.h>

namespace espalier {

at::Tensor activate(Activation activation, at::Tensor values, const at::Tensor& bias)
{
    if (activation == Activation::GeluTanh)
        return gelu(GeluForm::Tanh, std::move(values), bias);
    if (activation == Activation::GeluErf)
        return gelu(GeluForm::Erf, std::move(values), bias);
    const at::Tensor shifted = bias.defined() ? values.add(bias.to(values.scalar_type())) : values;
    switch (activation) {
    case Activation::GeluQuick:
        return shifted.mul(at::sigmoid(shifted.mul(1.702)));
    case Activation::Relu:
        return at::relu(shifted);
    case Activation::Silu:
        return at::silu(shifted);
    case Activation::Tanh:
        return at::tanh(shifted);
    case Activation::GeluTanh:
    case Activation::GeluErf:
        break;
    }
    return shifted;
}

at::Tensor softCapped(const at::Tensor& values, double cap)
{
    return cap > 0 ? values.div(cap).tanh_().mul(cap) : values;
}

} // namespace espalier
