// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/methods/meaning.h"
#include "core/methods/method.h"
#include "core/methods/plan_parts.h"

#include <array>
#include <cstdint>
#include <vector>

namespace espalier {

// Factors (or, for Ridge, matrices) on a narrower model's weights that make up for what its
// matrices no longer read.

enum class Scale
{
    None,
    Width, ///< sqrt(d/d') on every matrix (Samragh et al. 2023, section 4.1)
    FanIn, ///< sqrt(fan-in/fan-in') of each matrix
    Energy, ///< readers of the stream as FanIn, output and down projections 1/sqrt(rho), rho being
            ///< the share of their input's mean square that is kept
    EnergyGain, ///< Energy, and gains of norms in front times sigma_kept/sigma of what they read
    Ridge, ///< readers as FanIn; output and down projections become W S[:, kept] (S[kept, kept] +
           ///< lambda I)^-1, S = E[a a'] of their input, lambda = 0.001 of its mean diagonal: the
           ///< regression of what they wrote on what they still read
    OutputSpread, ///< FanIn, then ScaleFit::Outputs
    LogitSpread ///< FanIn, then ScaleFit::Logits
};
inline constexpr auto kScales = std::to_array<Meaning<Scale>>({
    {Scale::Width, "width", "√(d/d′)"},
    {Scale::FanIn, "fan-in", "√(fan-in/fan-in′)"},
    {Scale::Energy, "energy", "Kept energy"},
    {Scale::EnergyGain, "energy-gain", "Kept energy, norm gains"},
    {Scale::Ridge, "ridge", "Ridge regression"},
    {Scale::OutputSpread, "output-std", "Outputs' spread, row by row"},
    {Scale::LogitSpread, "logit-std", "Attention logits' spread"},
    {Scale::None, "none", "None"},
});
inline constexpr auto kTiedHeads = std::to_array<Meaning<TiedHead>>({
    {TiedHead::Fold, "fold", "Fold into final norm"},
    {TiedHead::Untie, "untie", "Untie and scale"},
    {TiedHead::Leave, "none", "Leave unscaled"},
});

struct ScaleRule
{
    Scale scale = Scale::Width;
    TiedHead tiedHead = TiedHead::Fold; ///< where the head's factor goes
};

void addNeeds(MethodNeeds& needs, const ScaleRule& rule);
/// What is left to do on data once rescale() is done.
[[nodiscard]] std::optional<ScaleFit> fittingOf(Scale scale);

/// Adds the rules (and, for Ridge, maps) to a plan that has its maps and blocks. A place where
/// nothing was active, or nothing that is kept was, falls back to FanIn; norms behind a sum or a
/// sublayer, whose inputs nobody measured, keep their gains. Refused, naming what to measure, where
/// measurements are missing or another parent's.
[[nodiscard]] Status rescale(TransferPlan& plan, const PlanRequest& request, const ScaleRule& rule);

/// The ridge map [kept, all] of a second moment [all, all]; empty if nothing that is kept was
/// active. Refused if the moment is not one (NaN, not positive).
[[nodiscard]] Result<Matrix> ridgeMap(const Matrix& moment, const std::vector<std::int64_t>& kept);

} // namespace espalier
