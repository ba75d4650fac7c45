// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/random.h"

#include <cstdint>
#include <span>
#include <vector>

namespace espalier {

/// Masked language modelling (Devlin et al. 2019, arXiv 1810.04805, section 3.1): of the tokens
/// that stand for text, `share` are chosen at random; of these, 80 % become the mask token, 10 % a
/// random token and 10 % stay; the model is asked for what they were.
struct MaskingRule
{
    std::int64_t vocab = 0;
    std::int64_t mask = 0; ///< the token that hides another
    std::vector<std::int32_t> special = {}; ///< never chosen; in ascending order
    double share = 0.15;
};

inline constexpr std::int64_t kNotPredicted = -100; ///< the label of a token that was not chosen

/// Masks one sample in place and writes its labels, as many as ids: what a chosen token was,
/// kNotPredicted elsewhere. A pure function of seed, sample number and ids. A sample that could
/// have a chosen token has one at least: a loss over none would not be a number.
void maskTokens(const MaskingRule& rule, Seed seed, std::uint64_t sample,
    std::span<std::int64_t> ids, std::span<std::int64_t> labels);

} // namespace espalier
