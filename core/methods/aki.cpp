// SPDX-License-Identifier: GPL-3.0-or-later
//
// Advanced knowledge initialisation of bert2BERT (Chen et al. 2022, arXiv 2110.07143): as FPI, but
// what a block's matrices write beyond the parent's own rows comes from the next block. Norms and
// embeddings are as in FPI.

#include "core/methods/grow_depth.h"
#include "core/methods/grow_width.h"
#include "core/methods/plan_parts.h"
#include "core/methods/rows.h"

#include <map>
#include <optional>
#include <utility>

namespace espalier {

namespace {

/// Writes 1 where `writes`, else nothing.
void mask(AxisMap& map, const std::vector<bool>& writes)
{
    if (map.kind == AxisMap::Kind::Identity)
        map = AxisMap::repeat(map.parentLength, stackBlocks(map.parentLength, map.childLength));
    map.kind = AxisMap::Kind::Repeat;
    map.writeWeight.assign(writes.begin(), writes.end());
}

/// The terms of a block: what `own` has first it writes, all else `above` does.
std::vector<SourceTerm> twoTerms(SourceTerm own, SourceTerm above)
{
    for (auto& [label, map] : own.maps) {
        std::vector<bool> repeats(static_cast<std::size_t>(map.childLength), false);
        if (map.kind != AxisMap::Kind::Identity)
            repeats = repeatsIn(map.child_from_parent);
        mask(above.maps.at(label), repeats);
        repeats.flip();
        mask(map, repeats);
    }
    std::vector<SourceTerm> terms;
    terms.push_back(std::move(own));
    terms.push_back(std::move(above));
    return terms;
}

/// Maps of every parent block: its own axes, as its copies have them, and the stream's.
std::map<int, std::map<AxisLabel, AxisMap>> allMaps(TransferPlan& plan)
{
    std::map<int, std::map<AxisLabel, AxisMap>> maps;
    for (DestinationBlock& block : plan.blocks) {
        const auto [own, first] =
            maps.try_emplace(block.terms.front().parentBlock, std::move(block.maps));
        if (first)
            own->second[AxisLabel::Residual] = plan.globalMaps.at(AxisLabel::Residual);
        block.maps.clear(); // each term has its own
    }
    return maps;
}

std::vector<ParameterId> normsIn(const ModelConfig& config)
{
    std::vector<ParameterId> norms;
    for (const ParameterSpec& spec : parametersOf(config))
        if (spec.kind == ParameterKind::NormGain || spec.kind == ParameterKind::NormBias)
            norms.push_back(spec.id);
    return norms;
}

/// The block above in the same stage; nothing above the last.
std::optional<int> blockAbove(const ModelShape& parent, int block)
{
    const int above = block + 1;
    return above == parent.layers || above == blocksOf(parent) ? std::nullopt
                                                               : std::optional(above);
}

void takeNewRowsFromAbove(TransferPlan& plan)
{
    const auto maps = allMaps(plan);
    const auto termOf = [&](int block) {
        return SourceTerm{.parentBlock = block, .maps = maps.at(block)};
    };
    const std::vector<ParameterId> norms = normsIn(plan.child);
    for (std::size_t j = 0; j < plan.blocks.size(); ++j) {
        DestinationBlock& block = plan.blocks[j];
        const int own = block.terms.front().parentBlock;
        const std::optional<int> above = blockAbove(plan.parent.shape, own);
        if (!above) {
            block.maps = maps.at(own);
            block.maps.erase(AxisLabel::Residual);
            continue;
        }
        const std::vector<SourceTerm> alone = std::move(block.terms);
        block.terms = twoTerms(termOf(own), termOf(*above));
        for (const auto [role, at] : norms)
            if (std::cmp_equal(at, j))
                block.termsByRole[role] = alone;
    }
}

Result<TransferPlan> planAki(const PlanRequest& request)
{
    const CopyRule rule = copyRuleIn(request.options);
    TransferPlan plan = planFor("aki", request);
    addBlocks(plan, stackBlocksFromTop(request.parent.shape.layers, request.childShape.layers));
    widenByCopies(plan, rule);
    if (changesWidth(request))
        takeNewRowsFromAbove(plan);
    return plan;
}

} // namespace

Method akiMethod()
{
    return {
        .id = "aki",
        .title = "AKI (bert2BERT)",
        .summary = "As FPI, but new rows come from the next block, which breaks the symmetry of "
                   "copies.",
        .paper = "Chen et al. 2022, arXiv 2110.07143",
        .formula = "U_l[j, :] = Ũ_l[j, :] for j ≤ n, else Ũ_{l+1}[g_{l+1}(j), :]",
        .evidence = "Starts with a higher loss than FPI and learns faster: saves 38.4 % of "
                    "BERT-Base's FLOPs against 30.4 %, 45.2 % with the paper's two stages; taking "
                    "block l − 1 is worse. 29.0 % from BERT-Small in LiGO's comparison.",
        .cost = "",
        .startTitle = "AKI",
        .direction = Direction::Grow,
        .reach = {.width = {.grow = true}, .depth = {.grow = true}},
        .options = {copyRuleOption()},
        .needs = [](const Options&) { return MethodNeeds{}; },
        .plan = planAki,
        .accepts = acceptsCopies,
        .preserves =
            [](const PlanRequest& request) {
                return Preservation{
                    false, changesWidth(request) ? "new rows come from the next block" : kRunTwice};
            },
    };
}

} // namespace espalier
