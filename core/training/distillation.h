// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/forward/batch.h"
#include "core/tensors/parameter_set.h"

namespace espalier {

/// τ² times the mean over predicted places (targets other than -100) of KL(softmax(teacher / τ) ||
/// softmax(student / τ)), in nats. Logits [N, C], targets [N]; the teacher's are constants. Source:
/// Hinton et al. 2015, arXiv 1503.02531, section 2.
[[nodiscard]] at::Tensor distillationLoss(const at::Tensor& student_NC,
    const at::Tensor& teacher_NC, const at::Tensor& targets_N, double temperature);

} // namespace espalier
