// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/distillation.h"

#include <ATen/ops/log_softmax.h>

namespace espalier {

at::Tensor distillationLoss(const at::Tensor& student_NC, const at::Tensor& teacher_NC,
    const at::Tensor& targets_N, double temperature)
{
    const at::Tensor student = at::log_softmax(student_NC.to(at::kFloat).div(temperature), -1);
    const at::Tensor teacher =
        at::log_softmax(teacher_NC.detach().to(at::kFloat).div(temperature), -1);
    const at::Tensor divergence_N = teacher.exp().mul(teacher.sub(student)).sum(-1);
    const at::Tensor predicted_N = targets_N.ne(-100).to(at::kFloat);
    return divergence_N.mul(predicted_N)
        .sum()
        .div(predicted_N.sum())
        .mul(temperature * temperature);
}

} // namespace espalier
