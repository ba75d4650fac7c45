// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/nearest_name.h"

#include "core/base/untrusted_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace espalier {

namespace {

constexpr std::size_t kLongestName = 256;

/// Levenshtein distance, one row at a time.
std::size_t editDistance(std::string_view a, std::string_view b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

} // namespace

std::optional<std::string> nearestName(
    std::string_view name, std::span<const std::string> candidates)
{
    const std::string* best = nullptr;
    std::size_t bestDistance = 0;
    for (const std::string& candidate : candidates) {
        const std::size_t longer = std::max(name.size(), candidate.size());
        const std::size_t allowed = std::max<std::size_t>(1, longer / 3);
        const std::size_t lengthGap = longer - std::min(name.size(), candidate.size());
        if (longer > kLongestName || lengthGap > allowed)
            continue;
        const std::size_t distance = editDistance(name, candidate);
        if (distance <= allowed && (!best || distance < bestDistance)) {
            best = &candidate;
            bestDistance = distance;
        }
    }
    return best ? std::optional<std::string>(*best) : std::nullopt;
}

std::string correctionOf(std::string_view name, std::span<const std::string> known)
{
    const std::optional<std::string> meant = nearestName(name, known);
    return meant ? fmt::format("did you mean {}?", inQuotes(*meant))
                 : fmt::format("wanted one of {}", fmt::join(known, ", "));
}

} // namespace espalier
