// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/nearest_family.h"

#include "core/architectures/catalog.h"
#include "core/architectures/name_table.h"
#include "core/base/expect.h"

#include <algorithm>
#include <utility>

namespace espalier {
namespace {

constexpr std::size_t kMostNames = 10'000;

const Architecture& familyNamed(std::string_view id)
{
    const auto all = architectures();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Architecture& row) { return row.id == id; });
    ESPALIER_EXPECT(found != all.end(), "ids of families come from the catalog");
    return *found;
}

FamilyMatch matchOf(const Architecture& family, const std::vector<StoredHeader>& tensors)
{
    const std::size_t names = std::min(tensors.size(), kMostNames);
    FamilyMatch match{.id = std::string(family.id),
        .title = std::string(family.title),
        .names = static_cast<std::int64_t>(names)};
    for (std::size_t i = 0; i < names; ++i)
        if (matchName(family, tensors[i].name))
            ++match.matched;
    return match;
}

} // namespace

FamilyMatch matchOf(std::string_view familyId, const std::vector<StoredHeader>& tensors)
{
    return matchOf(familyNamed(familyId), tensors);
}

std::optional<FamilyMatch> nearestFamily(
    const std::vector<StoredHeader>& tensors, std::string_view stated)
{
    std::optional<FamilyMatch> best;
    for (const Architecture& family : architectures()) {
        FamilyMatch match = matchOf(family, tensors);
        const bool isBetter = !best || match.matched > best->matched
            || (match.matched == best->matched && match.id == stated);
        if (match.matched > 0 && isBetter)
            best = std::move(match);
    }
    return best;
}

std::int64_t blocksNamed(std::string_view familyId, const std::vector<StoredHeader>& tensors)
{
    const Architecture& family = familyNamed(familyId);
    std::int64_t blocks = 0;
    for (const StoredHeader& tensor : tensors)
        if (const std::optional<NameMatch> known = matchName(family, tensor.name))
            if (known->row && known->row->stage == Stage::Trunk)
                blocks = std::max(blocks, known->block + 1);
    return blocks;
}

} // namespace espalier
