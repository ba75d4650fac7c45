// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"

#include <cstdint>
#include <string>

namespace espalier {

/// The values that a size of the task may take: multiples of `step` from `low` to `high`, and the
/// parent's. The reasons are lines that follow "vocab 100: ".
struct TaskRule
{
    std::int64_t low = 1;
    std::int64_t high = 1;
    std::int64_t step = 1;
    std::string whyLow;
    std::string whyHigh;
    std::string whyStep = {};
};

/// Of a vocabulary: not below the tokens of the tokenizer (0: none, or not known), nor below ids
/// that the config gives a meaning ("eos_token_id"). Of an image: whole patches at the parent's
/// ratio, and not so many that resampling its positions would take a matrix of more than 256 MiB.
/// A size that the parent lacks stays as it is.
[[nodiscard]] TaskRule taskRuleOf(const ModelConfig& parent, Size size, std::int64_t tokens = 0);

} // namespace espalier
