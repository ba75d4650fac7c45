// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/measured.h"

#include <algorithm>
#include <array>

namespace espalier {

namespace {

/// Measurements that are no scores of channels.
struct Row
{
    std::string_view id;
    bool (*isThere)(const Measurements& m);
};
constexpr std::array kRows = {
    Row{"residual-change",
        [](const Measurements& m) {
            return !m.change_L.empty();
        }},
    Row{"block-influence",
        [](const Measurements& m) {
            return !m.blockInfluence_L.empty();
        }},
    Row{"angular-distance",
        [](const Measurements& m) {
            return !m.angularDistance_NL.values.empty();
        }},
    Row{"block-losses",
        [](const Measurements& m) {
            return !m.lossRemoved_L.empty();
        }},
    Row{"greedy-removal",
        [](const Measurements& m) {
            return !m.greedyRemoval_L.empty();
        }},
    Row{"residual-covariance",
        [](const Measurements& m) {
            return !m.residualCovariance_DD.values.empty();
        }},
    Row{"projection-moments",
        [](const Measurements& m) {
            return !m.mlpMoment_LMM.empty();
        }},
};

} // namespace

bool holds(const Measurements& measurements, std::string_view id)
{
    const auto row =
        std::find_if(kRows.begin(), kRows.end(), [id](const Row& r) { return r.id == id; });
    return row == kRows.end() ? measurements.scoresBy(id) != nullptr : row->isThere(measurements);
}

std::vector<std::string_view> missingFrom(
    const Measurements* measurements, std::span<const std::string_view> ids)
{
    std::vector<std::string_view> missing;
    for (const std::string_view id : ids)
        if (!measurements || !holds(*measurements, id))
            missing.push_back(id);
    return missing;
}

} // namespace espalier
