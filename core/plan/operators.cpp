// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/plan/operators.h"

#include "core/base/expect.h"
#include "core/plan/dense_form.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace espalier {

namespace {

std::size_t at(std::int64_t index)
{
    return static_cast<std::size_t>(index);
}

bool isDense(const AxisMap& map)
{
    return map.kind == AxisMap::Kind::Dense;
}

bool isFree(const std::vector<std::int64_t>& unitRows, std::int64_t row)
{
    return unitRows.empty() || unitRows[at(row)] == kNothing;
}

Matrix freeRowsOf(const Matrix& all, const std::vector<std::int64_t>& unitRows)
{
    Matrix free{.rows = 0, .cols = all.cols};
    for (std::int64_t row = 0; row < all.rows; ++row)
        if (isFree(unitRows, row)) {
            const auto begin = all.values.begin() + row * all.cols;
            free.values.insert(free.values.end(), begin, begin + all.cols);
            ++free.rows;
        }
    return free;
}

void setFreeRows(Matrix& all, const std::vector<std::int64_t>& unitRows, const Matrix& free)
{
    auto from = free.values.begin();
    for (std::int64_t row = 0; row < all.rows; ++row)
        if (isFree(unitRows, row)) {
            std::copy_n(from, all.cols, all.values.begin() + row * all.cols);
            from += all.cols;
        }
}

const AxisMap* valueMapBeside(const TransferPlan& plan, const MapPlace& place)
{
    if (place.block < 0 || place.label != AxisLabel::Context)
        return nullptr;
    const auto& maps = plan.blocks[at(place.block)].maps;
    const auto value = maps.find(AxisLabel::Value);
    return value == maps.end() ? nullptr : &value->second;
}

/// Heads and values that are not grouped need no copy to be compared.
bool followsValue(const TransferPlan& plan, const MapPlace& place, const AxisMap& context)
{
    const AxisMap* const value = valueMapBeside(plan, place);
    return value && isDense(*value) && value->read.values.empty()
        && context == repeatedOverGroups(*value, plan.parent.shape, plan.child.shape);
}

void addMap(Operators& operators, const MapPlace& place, const AxisMap& map)
{
    for (const Side side : {Side::Write, Side::Read}) {
        if (side == Side::Read && map.read.values.empty())
            continue;
        WidthOperator made{.side = side,
            .places = {place},
            .unitRows = map.child_from_parent,
            .free = freeRowsOf(map.face(side), map.child_from_parent)};
        const auto same = std::find_if(
            operators.width.begin(), operators.width.end(), [&](const WidthOperator& other) {
                return other.side == side && other.places.front().label == place.label
                    && other.unitRows == made.unitRows && other.free == made.free;
            });
        if (same != operators.width.end())
            same->places.push_back(place);
        else if (made.free.rows > 0)
            operators.width.push_back(std::move(made));
    }
}

WidthOperator& holderOf(Operators& operators, const MapPlace& place)
{
    const auto found = std::find_if(
        operators.width.begin(), operators.width.end(), [&](const WidthOperator& width) {
            return std::find(width.places.begin(), width.places.end(), place) != width.places.end();
        });
    ESPALIER_EXPECT(found != operators.width.end(), "a map that is followed has free rows");
    return *found;
}

void addWidth(Operators& operators, const TransferPlan& plan)
{
    for (const auto& [label, map] : plan.globalMaps)
        if (isDense(map) && !isOfTask(label))
            addMap(operators, {-1, label}, map);
    for (std::size_t b = 0; b < plan.blocks.size(); ++b)
        for (const auto& [label, map] : plan.blocks[b].maps)
            if (const MapPlace place{static_cast<int>(b), label};
                isDense(map) && !followsValue(plan, place, map))
                addMap(operators, place, map);
    for (std::size_t b = 0; b < plan.blocks.size(); ++b)
        if (const auto context = plan.blocks[b].maps.find(AxisLabel::Context);
            context != plan.blocks[b].maps.end() && isDense(context->second)) {
            const MapPlace place{static_cast<int>(b), AxisLabel::Context};
            if (followsValue(plan, place, context->second))
                holderOf(operators, {place.block, AxisLabel::Value}).places.push_back(place);
        }
}

/// The terms of a block for a role; null if it has none of its own. No role: the common ones.
template <typename Block> auto* termsIn(Block& block, const std::optional<Role>& role)
{
    if (!role)
        return &block.terms;
    const auto own = block.termsByRole.find(*role);
    return own == block.termsByRole.end() ? nullptr : &own->second;
}

/// Labels that a role's terms weigh apart; just nothing if none.
std::set<std::optional<AxisLabel>> labelsOf(
    const TransferPlan& plan, const std::optional<Role>& role)
{
    std::set<std::optional<AxisLabel>> labels;
    for (const DestinationBlock& block : plan.blocks)
        if (const auto* terms = termsIn(block, role))
            for (const SourceTerm& term : *terms)
                for (const auto& [label, weight] : term.weightByLabel)
                    labels.insert(label);
    if (labels.empty())
        labels.insert(std::nullopt);
    return labels;
}

/// What the operator's number stands for in a term.
template <typename Term> auto& weightIn(Term& term, const std::optional<AxisLabel>& label)
{
    if (label)
        if (const auto own = term.weightByLabel.find(*label); own != term.weightByLabel.end())
            return own->second;
    return term.weight;
}

/// Calls visit(block, term) for every weight of an operator.
template <typename Plan, typename Visit>
void visitWeights(Plan& plan, const std::optional<Role>& role, const Visit& visit)
{
    for (std::size_t b = 0; b < plan.blocks.size(); ++b)
        if (auto* terms = termsIn(plan.blocks[b], role); terms && terms->size() > 1)
            for (auto& term : *terms)
                visit(static_cast<std::int64_t>(b), term);
}

void addDepth(Operators& operators, const TransferPlan& plan)
{
    std::set<std::optional<Role>> roles = {std::nullopt};
    for (const DestinationBlock& block : plan.blocks)
        for (const auto& [role, terms] : block.termsByRole)
            roles.insert(role);
    for (const std::optional<Role>& role : roles)
        for (const std::optional<AxisLabel>& label : labelsOf(plan, role)) {
            Matrix weights{.rows = blocksOf(plan.child.shape), .cols = blocksOf(plan.parent.shape)};
            weights.values.resize(at(weights.rows * weights.cols));
            bool any = false;
            visitWeights(plan, role, [&](std::int64_t block, const SourceTerm& term) {
                weights.values[at(block * weights.cols + term.parentBlock)] = weightIn(term, label);
                any = true;
            });
            if (any)
                operators.depth.push_back(
                    {.role = role, .label = label, .weights = std::move(weights)});
        }
}

Status checkMatrix(const std::string& name, const Matrix& found, const Matrix& wanted)
{
    if (found.rows != wanted.rows || found.cols != wanted.cols)
        return refused(fmt::format("operators: {}: found {} x {}, wanted {} x {}", name, found.rows,
            found.cols, wanted.rows, wanted.cols));
    for (const double value : found.values)
        if (!std::isfinite(value))
            return refused(fmt::format("operators: {}: found {}", name, value));
    return {};
}

template <typename Operator>
Status checkNames(const std::vector<Operator>& found, const std::vector<Operator>& wanted)
{
    for (std::size_t i = 0; i < std::max(found.size(), wanted.size()); ++i) {
        const std::string has = i < found.size() ? nameOf(found[i]) : "none";
        const std::string wants = i < wanted.size() ? nameOf(wanted[i]) : "none";
        if (has != wants)
            return refused(fmt::format("operators: found {}, the plan has {}", has, wants));
    }
    return {};
}

Status checkFit(const Operators& found, const Operators& wanted)
{
    if (const Status names = checkNames(found.width, wanted.width); !names)
        return names;
    if (const Status names = checkNames(found.depth, wanted.depth); !names)
        return names;
    for (std::size_t i = 0; i < wanted.width.size(); ++i)
        if (const Status fits =
                checkMatrix(nameOf(wanted.width[i]), found.width[i].free, wanted.width[i].free);
            !fits)
            return fits;
    for (std::size_t i = 0; i < wanted.depth.size(); ++i)
        if (const Status fits = checkMatrix(
                nameOf(wanted.depth[i]), found.depth[i].weights, wanted.depth[i].weights);
            !fits)
            return fits;
    return {};
}

AxisMap& mapAt(TransferPlan& plan, const MapPlace& place)
{
    return place.block < 0 ? plan.globalMaps.at(place.label)
                           : plan.blocks[at(place.block)].maps.at(place.label);
}

void put(TransferPlan& plan, const WidthOperator& width, const Matrix& free)
{
    for (const MapPlace& place : width.places) {
        AxisMap& map = mapAt(plan, place);
        if (place.label != width.places.front().label)
            map = repeatedOverGroups(plan.blocks[at(place.block)].maps.at(AxisLabel::Value),
                plan.parent.shape, plan.child.shape);
        else
            setFreeRows(width.side == Side::Read ? map.read : map.write, width.unitRows, free);
    }
}

double squaredDistance(const Matrix& a, const Matrix& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.values.size(); ++i)
        sum += (a.values[i] - b.values[i]) * (a.values[i] - b.values[i]);
    return sum;
}

} // namespace

std::string nameOf(const WidthOperator& width)
{
    const MapPlace& first = width.places.front();
    return fmt::format("{}{}{}", first.block < 0 ? "" : fmt::format("block {}, ", first.block),
        nameOf(first.label), width.side == Side::Read ? ", reading" : "");
}

std::string nameOf(const DepthOperator& depth)
{
    return fmt::format("{}{}", depth.role ? nameOf(*depth.role) : "all roles",
        depth.label ? fmt::format(", {}", nameOf(*depth.label)) : "");
}

Operators operatorsOf(const TransferPlan& plan)
{
    Operators operators;
    addWidth(operators, plan);
    addDepth(operators, plan);
    return operators;
}

Result<TransferPlan> withOperators(const TransferPlan& plan, const Operators& operators)
{
    const Operators places = operatorsOf(plan);
    if (const Status fits = checkFit(operators, places); !fits)
        return fits.error();
    TransferPlan result = plan;
    for (std::size_t i = 0; i < places.width.size(); ++i)
        put(result, places.width[i], operators.width[i].free);
    for (const DepthOperator& depth : operators.depth)
        visitWeights(result, depth.role, [&](std::int64_t block, SourceTerm& term) {
            weightIn(term, depth.label) = depth.weights.at(block, term.parentBlock);
        });
    return result;
}

double distanceOf(const Operators& a, const Operators& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.width.size(); ++i)
        sum += squaredDistance(a.width[i].free, b.width[i].free);
    for (std::size_t i = 0; i < a.depth.size(); ++i)
        sum += squaredDistance(a.depth[i].weights, b.depth[i].weights);
    return std::sqrt(sum);
}

double distanceOf(const Matrix& a, const Matrix& b)
{
    return std::sqrt(squaredDistance(a, b));
}

double normOf(const Matrix& matrix)
{
    double sum = 0;
    for (const double value : matrix.values)
        sum += value * value;
    return std::sqrt(sum);
}

} // namespace espalier
