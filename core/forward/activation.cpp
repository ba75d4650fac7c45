// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/activation.h"

#include "core/forward/gelu.h"

#include <ATen/ops/gelu.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/tanh.h>

namespace espalier {

at::Tensor activate(Activation activation, const at::Tensor& values)
{
    switch (activation) {
    case Activation::GeluTanh:
        return geluTanh(values);
    case Activation::GeluErf:
        return at::gelu(values);
    case Activation::GeluQuick:
        return values.mul(at::sigmoid(values.mul(1.702)));
    case Activation::Relu:
        return at::relu(values);
    case Activation::Silu:
        return at::silu(values);
    case Activation::Tanh:
        return at::tanh(values);
    }
    return values;
}

at::Tensor softCapped(const at::Tensor& values, double cap)
{
    return cap > 0 ? at::tanh(values.div(cap)).mul(cap) : values;
}

} // namespace espalier
