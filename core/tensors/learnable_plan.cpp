// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/learnable_plan.h"

#include "core/base/expect.h"
#include "core/tensors/apply_plan.h"
#include "core/tensors/map_rows.h"
#include "core/tensors/plan_noise.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/zeros.h>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace espalier {

namespace {

at::Tensor indexOf(const std::vector<std::int64_t>& values)
{
    return at::from_blob(const_cast<std::int64_t*>(values.data()),
        {static_cast<std::int64_t>(values.size())}, at::kLong)
        .clone();
}

const AxisMap* mapAt(const TransferPlan& plan, const MapPlace& place)
{
    const auto& maps =
        place.block < 0 ? plan.globalMaps : plan.blocks[static_cast<std::size_t>(place.block)].maps;
    return &maps.at(place.label);
}

bool isPlain(const std::vector<SourceTerm>& terms)
{
    std::set<int> blocks;
    return std::all_of(terms.begin(), terms.end(), [&](const SourceTerm& term) {
        return term.maps.empty() && blocks.insert(term.parentBlock).second;
    });
}

/// Rows of a parameter, split by the segments of its first dimension.
std::vector<at::Tensor> split(const at::Tensor& values, const Dim& dim, const ModelShape& shape)
{
    if (dim.segments.size() == 1)
        return {values};
    std::vector<std::int64_t> lengths;
    for (const AxisLabel label : dim.segments)
        lengths.push_back(lengthOf(label, shape));
    return values.split_with_sizes(lengths, 0);
}

} // namespace

Status LearnablePlan::accepts(const TransferPlan& plan)
{
    for (std::size_t b = 0; b < plan.blocks.size(); ++b) {
        bool plain = isPlain(plan.blocks[b].terms);
        for (const auto& [role, terms] : plan.blocks[b].termsByRole)
            plain = plain && isPlain(terms);
        if (!plain)
            return refused(fmt::format("plan of {}: source terms of block {} have maps of their "
                                       "own, wanted one map per label to learn",
                plan.method, b));
    }
    for (const auto& [id, rule] : plan.rules)
        if (rule.foldedGain || (rule.noise && !rule.fresh && rule.noise->relative))
            return refused(
                fmt::format("plan of {}: {} has a folded gain or noise relative to its signal, "
                            "wanted neither to learn",
                    plan.method, nameOf(id)));
    return {};
}

LearnablePlan::LearnablePlan(
    const TransferPlan& plan, const ParameterSet& parent, bool width, bool depth)
    : m_parent(convertedTo(parent, at::kCPU, parent.tensors.begin()->second.scalar_type()))
    , m_child(plan.child)
    , m_operators(operatorsOf(plan))
    , m_mixer(plan, m_operators.depth, m_parent, depth)
{
    for (const WidthOperator& one : m_operators.width) {
        m_products.push_back(productOf(one, width));
        if (width)
            m_leaves.push_back(m_products.back().free);
    }
    if (depth)
        m_leaves.insert(m_leaves.end(), m_mixer.weights().begin(), m_mixer.weights().end());
    placeOperators(plan);
    keepConstants(plan, width, depth);
}

LearnablePlan::Product LearnablePlan::productOf(const WidthOperator& width, bool tuned) const
{
    Product product;
    product.free = tensorOf(width.free).to(m_parent.tensors.begin()->second.scalar_type());
    product.free.set_requires_grad(tuned);
    if (width.unitRows.empty())
        return product;
    std::vector<std::int64_t> units;
    std::vector<std::int64_t> order(width.unitRows.size());
    std::int64_t free = static_cast<std::int64_t>(width.unitRows.size()) - width.free.rows;
    for (std::size_t row = 0; row < order.size(); ++row)
        if (width.unitRows[row] == kNothing) {
            order[row] = free++;
        } else {
            order[row] = static_cast<std::int64_t>(units.size());
            units.push_back(width.unitRows[row]);
        }
    product.unitRows = indexOf(units);
    product.keepsAll =
        std::cmp_equal(units.size(), width.free.cols) && std::is_sorted(units.begin(), units.end());
    if (!std::is_sorted(order.begin(), order.end()))
        product.order = indexOf(order);
    return product;
}

void LearnablePlan::placeOperators(const TransferPlan& plan)
{
    const bool grouped = plan.parent.shape.heads != plan.parent.shape.kvHeads
        || plan.child.shape.heads != plan.child.shape.kvHeads;
    for (const Side side : {Side::Write, Side::Read})
        for (std::size_t i = 0; i < m_operators.width.size(); ++i)
            for (const WidthOperator& one = m_operators.width[i];
                 const MapPlace& place : one.places) {
                if (one.side != side)
                    continue;
                Faces& faces = m_faces[mapAt(plan, place)];
                faces.read = i;
                if (side == Side::Write)
                    faces.write = i;
                faces.overGroups = grouped && place.label != one.places.front().label;
            }
}

/// A parameter without leaves is made once. Memory: it is the destination's own, not a second copy.
void LearnablePlan::keepConstants(const TransferPlan& plan, bool width, bool depth)
{
    const auto type = m_parent.tensors.begin()->second.scalar_type();
    const ParameterSet floats = convertedTo(m_parent, at::kCPU, at::kFloat);
    for (const ParameterSpec& spec : parametersOf(plan.child)) {
        ParameterPlan parameter = resolve(plan, spec.id);
        bool learned = depth && parameter.terms.size() > 1;
        if (!parameter.terms.empty())
            for (const auto& maps : parameter.terms.front().maps)
                for (const AxisMap* map : maps)
                    learned = learned || (width && m_faces.contains(map));
        if (!learned) {
            m_constants[spec.id] = applyPlan(parameter, floats, plan.child.shape).to(type);
            continue;
        }
        if (parameter.noise)
            m_noise[spec.id] = noiseFor(parameter,
                at::zeros(sizesOf(spec, plan.child.shape), at::kFloat), m_parent.config.shape)
                                   .to(type);
        m_learned.push_back(std::move(parameter));
    }
}

ParameterSet LearnablePlan::destination() const
{
    ParameterSet child{.config = m_child, .tensors = m_constants};
    const Mixtures mixtures = m_mixer.mixtures();
    for (const ParameterPlan& parameter : m_learned)
        child.tensors.emplace(parameter.child.id, made(parameter, mixtures));
    return child;
}

at::Tensor LearnablePlan::made(const ParameterPlan& plan, const Mixtures& mixtures) const
{
    const Dim& rowDim = plan.child.dims.front();
    const ResolvedTerm& term = plan.terms.front();
    std::vector<at::Tensor> rows;
    if (const auto mixed = mixtures.find(plan.child.id); mixed != mixtures.end()) {
        rows = mixed->second;
        if (rows.size() != rowDim.segments.size())
            rows = split(rows.front(), rowDim, m_parent.config.shape);
    } else {
        ESPALIER_EXPECT(term.segmentWeights.empty(), "single sources are weighted as a whole");
        const at::Tensor& source = m_parent.at(term.parent.role, term.parent.block);
        rows = split(
            term.weight == 1 ? source : source.mul(term.weight), rowDim, m_parent.config.shape);
    }
    at::Tensor values = mapped(rows, rowDim, term.maps.front(), 0);
    if (plan.child.dims.size() == 2)
        values = mapped({values}, plan.child.dims[1], term.maps[1], 1);
    if (plan.scale != 1)
        values = values.mul(plan.scale);
    const auto noise = m_noise.find(plan.child.id);
    return noise == m_noise.end() ? values : values.add(noise->second);
}

at::Tensor LearnablePlan::mapped(const std::vector<at::Tensor>& segments, const Dim& dim,
    const std::vector<const AxisMap*>& maps, std::int64_t dimension) const
{
    ESPALIER_EXPECT(segments.size() == maps.size(), "every segment has a map");
    std::vector<at::Tensor> pieces;
    for (std::size_t s = 0; s < segments.size(); ++s)
        addMapped(pieces, segments[s], maps[s], dim.side, dimension);
    return pieces.size() == 1 ? pieces.front() : at::cat(pieces, dimension);
}

void LearnablePlan::addMapped(std::vector<at::Tensor>& pieces, const at::Tensor& values,
    const AxisMap* map, Side side, std::int64_t dimension) const
{
    if (const auto faces = m_faces.find(map); faces != m_faces.end()) {
        const Product& product =
            m_products[side == Side::Read ? faces->second.read : faces->second.write];
        if (!faces->second.overGroups)
            return addProduct(pieces, values, product, dimension);
        Product repeated;
        repeated.free = overGroups(product);
        return addProduct(pieces, values, repeated, dimension);
    }
    if (!map || map->kind == AxisMap::Kind::Identity)
        pieces.push_back(values);
    else if (dimension == 1)
        pieces.push_back(mapRows(values.t(), map, side).t());
    else if (values.dim() == 1)
        pieces.push_back(mapRows(values.unsqueeze(1), map, side).squeeze(1));
    else
        pieces.push_back(mapRows(values, map, side));
}

void LearnablePlan::addProduct(std::vector<at::Tensor>& pieces, const at::Tensor& values,
    const Product& product, std::int64_t dimension) const
{
    const at::Tensor added =
        dimension == 0 ? at::matmul(product.free, values) : at::matmul(values, product.free.t());
    if (!product.unitRows.defined()) {
        pieces.push_back(added);
        return;
    }
    const at::Tensor kept =
        product.keepsAll ? values : at::index_select(values, dimension, product.unitRows);
    if (!product.order.defined()) {
        pieces.push_back(kept);
        pieces.push_back(added);
        return;
    }
    pieces.push_back(at::index_select(at::cat({kept, added}, dimension), dimension, product.order));
}

/// The whole matrix of a Value operator, repeated as repeatedOverGroups does. Its rows are
/// [group, channel], the result's [group, head, channel]; columns alike.
at::Tensor LearnablePlan::overGroups(const Product& product) const
{
    const ModelShape& from = m_parent.config.shape;
    const ModelShape& to = m_child.shape;
    const std::int64_t heads = from.heads / from.kvHeads;
    const std::int64_t newHeads = to.heads / to.kvHeads;
    const std::int64_t length = from.kvHeads * from.headDim;
    std::vector<at::Tensor> pieces;
    addProduct(pieces, at::eye(length, product.free.options().requires_grad(false)), product, 0);
    const at::Tensor whole = pieces.size() == 1 ? pieces.front() : at::cat(pieces);
    std::vector<std::int64_t> oldHead;
    for (std::int64_t head = 0; head < newHeads; ++head)
        oldHead.push_back(head % heads);
    const at::Tensor sameHead = at::eye(heads, product.free.options().requires_grad(false))
                                    .index_select(0, indexOf(oldHead));
    return whole.view({to.kvHeads, 1, to.headDim, from.kvHeads, 1, from.headDim})
        .mul(sameHead.view({1, newHeads, 1, 1, heads, 1}))
        .reshape({to.heads * to.headDim, from.heads * from.headDim});
}

Operators LearnablePlan::operators() const
{
    Operators present = m_operators;
    for (std::size_t i = 0; i < present.width.size(); ++i)
        if (m_products[i].free.requires_grad()) // the others keep their doubles
            present.width[i].free = matrixFrom(m_products[i].free);
    for (std::size_t i = 0; i < present.depth.size(); ++i)
        if (m_mixer.weights()[i].requires_grad())
            present.depth[i].weights = matrixFrom(m_mixer.weights()[i]);
    return present;
}

} // namespace espalier
