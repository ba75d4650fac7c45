// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/scale_from_disk.h"

#include "core/base/checked.h"
#include "core/base/expect.h"
#include "core/tensors/apply_plan.h"
#include "core/tensors/gather.h"
#include "core/tensors/parallel.h"
#include "core/tensors/read_stored.h"
#include "core/tensors/row_writer.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace espalier {

namespace {

/// Parent values wanted at a time, so few that they are still in the processor's cache when they
/// are picked; BandReader may hold more.
constexpr std::int64_t kBandElements = std::int64_t{1} << 17;
constexpr std::int64_t kGrainElements = std::int64_t{1} << 16;

/// A term as rows and columns of the tensors on disk.
struct DiskTerm
{
    const StoredTensor* source = nullptr;
    std::int64_t sourceCols = 1;
    Gather rows;
    Gather cols;
    double base = 1; ///< of every row's factor
};

bool isMatrix(Layout layout)
{
    return layout == Layout::Plain || layout == Layout::InOut || layout == Layout::PatchConv
        || layout == Layout::OneByOne || layout == Layout::OneByRows;
}

/// Every destination index is one parent index.
bool isIndexList(const AxisMap& map)
{
    return map.kind != AxisMap::Kind::Dense
        && std::all_of(map.child_from_parent.begin(), map.child_from_parent.end(),
            [](std::int64_t index) { return index >= 0; });
}

bool mixes(const ResolvedTerm& term)
{
    if (term.foldedGain || !term.segmentWeights.empty())
        return true;
    for (const SegmentMaps& maps : term.maps)
        for (const AxisMap* map : maps)
            if (map && !isIndexList(*map))
                return true;
    return false;
}

/// The first dimension of the parameter, or the one segment of it that the tensor holds.
Gather firstGather(const Dim& dim, const SegmentMaps& maps, int segment, const ModelShape& shape)
{
    if (segment < 0)
        return gatherOf(dim, maps, shape);
    const auto at = static_cast<std::size_t>(segment);
    Dim part = dim;
    part.segments = {dim.segments[at]};
    return gatherOf(part, {maps[at]}, shape);
}

std::int64_t colsOf(const StoredTensor& tensor, Layout layout)
{
    const std::size_t rowDimension = layout == Layout::OneByRows ? 1 : 0;
    std::int64_t cols = 1;
    for (std::size_t i = rowDimension + 1; i < tensor.sizes.size(); ++i)
        cols *= tensor.sizes[i];
    return cols;
}

DiskTerm diskTerm(const ParameterPlan& plan, const ResolvedTerm& term, const DiskTensor& child,
    const StoredModel& parent)
{
    const ModelShape& shape = parent.config().shape;
    const StoredTensor* const source = parent.find(term.parent, child.segment)->tensor;
    Gather first = firstGather(plan.child.dims[0], term.maps[0], child.segment, shape);
    const double base = plan.scale * term.weight;
    if (plan.child.dims.size() == 1) // a vector is a matrix with one row
        return {.source = source,
            .sourceCols = checkedProduct(source->sizes).value_or(0),
            .rows = oneRow(),
            .cols = std::move(first),
            .base = base};
    DiskTerm disk{.source = source,
        .sourceCols = colsOf(*source, child.layout),
        .rows = std::move(first),
        .cols = gatherOf(plan.child.dims[1], term.maps[1], shape),
        .base = base};
    if (child.layout != Layout::InOut)
        return disk;
    std::swap(disk.rows, disk.cols);
    // A cell's factors multiply in the order that applyPlan has, so that no bit differs.
    for (double& factor : disk.cols.factor)
        factor *= base;
    if (!disk.cols.factor.empty())
        disk.base = 1;
    return disk;
}

/// Are all terms selections from tensors that lie as the destination's will?
bool canGather(const ParameterPlan& plan, const DiskTensor& child, const StoredModel& parent)
{
    if (plan.terms.empty() || plan.noise || !isMatrix(child.layout))
        return false;
    return std::all_of(plan.terms.begin(), plan.terms.end(), [&](const ResolvedTerm& term) {
        const auto place = parent.find(term.parent, child.segment);
        return place && place->disk->layout == child.layout && !mixes(term);
    });
}

/// Parent rows that destination rows [begin, end) are made of, as they lie in memory.
struct Band
{
    const float* values = nullptr;
    std::int64_t firstRow =
        0; ///< of the parent; -1: one row under another as the destination has them
};

/// Reads bands into memory that it uses again.
class BandReader
{
public:
    explicit BandReader(const DiskTerm& term)
        : m_term(term)
        , m_rows(*term.source)
    {
    }

    Result<Band> read(std::int64_t begin, std::int64_t end)
    {
        const auto [first, last] = reach(begin, end);
        // Reading what lies between is cheaper than asking for every row.
        if (last - first < kSpread * (end - begin)) {
            const Result<const float*> values =
                m_rows.read(first * m_term.sourceCols, (last - first + 1) * m_term.sourceCols);
            return values ? Result<Band>(Band{*values, first}) : values.error();
        }
        return readRows(begin, end);
    }

private:
    static constexpr std::int64_t kSpread = 8; ///< rows read for one that is wanted

    /// The first and the last parent row.
    [[nodiscard]] std::pair<std::int64_t, std::int64_t> reach(
        std::int64_t begin, std::int64_t end) const
    {
        std::int64_t first = m_term.rows.parentOf(begin);
        std::int64_t last = first;
        for (std::int64_t row = begin + 1; row < end; ++row) {
            first = std::min(first, m_term.rows.parentOf(row));
            last = std::max(last, m_term.rows.parentOf(row));
        }
        return {first, last};
    }

    Result<Band> readRows(std::int64_t begin, std::int64_t end)
    {
        const std::int64_t cols = m_term.sourceCols;
        m_band.resize(static_cast<std::size_t>((end - begin) * cols));
        for (std::int64_t row = begin; row < end; ++row) {
            const Result<const float*> values = m_rows.read(m_term.rows.parentOf(row) * cols, cols);
            if (!values)
                return values.error();
            std::copy_n(*values, cols, m_band.begin() + (row - begin) * cols);
        }
        return Band{m_band.data(), -1};
    }

    const DiskTerm& m_term;
    FloatReader m_rows;
    std::vector<float> m_band;
};

/// Destination rows [begin, end).
Status gatherRows(const DiskTerm& term, bool adds, BandReader& reader, float* out,
    std::int64_t begin, std::int64_t end)
{
    RowWriter writer(term.cols, adds);
    const std::int64_t bandRows =
        std::max<std::int64_t>(1, kBandElements / std::max<std::int64_t>(1, term.sourceCols));
    for (std::int64_t first = begin; first < end; first += bandRows) {
        const std::int64_t last = std::min(first + bandRows, end);
        const Result<Band> band = reader.read(first, last);
        if (!band)
            return band.error();
        for (std::int64_t row = first; row < last; ++row) {
            const std::int64_t place =
                band->firstRow < 0 ? row - first : term.rows.parentOf(row) - band->firstRow;
            writer(band->values + place * term.sourceCols, out + row * term.cols.childLength,
                term.base * term.rows.factorOf(row));
        }
    }
    return {};
}

/// Every thread reads and writes rows of its own.
Status gatherTerm(const DiskTerm& term, float* out, bool adds)
{
    const std::int64_t rows = term.rows.childLength;
    const std::int64_t parts =
        std::clamp<std::int64_t>(rows * term.sourceCols / kGrainElements, 1, at::get_num_threads());
    std::vector<BandReader> readers(static_cast<std::size_t>(parts), BandReader(term));
    std::vector<Status> done(readers.size());
    inParallel(parts, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t part = begin; part < end; ++part) {
            const auto at = static_cast<std::size_t>(part);
            done[at] = gatherRows(
                term, adds, readers[at], out, rows * part / parts, rows * (part + 1) / parts);
        }
    });
    for (const Status& status : done)
        if (!status)
            return status;
    return {};
}

Result<at::Tensor> gathered(
    const ParameterPlan& plan, const StoredModel& parent, const DiskTensor& child)
{
    at::Tensor out = at::empty(child.sizes, at::kFloat);
    bool adds = false;
    for (const ResolvedTerm& resolved : plan.terms) {
        const DiskTerm term = diskTerm(plan, resolved, child, parent);
        ESPALIER_EXPECT(term.rows.childLength * term.cols.childLength == out.numel(),
            "checkPlan has compared the plan with both shapes");
        if (const Status done = gatherTerm(term, out.mutable_data_ptr<float>(), adds); !done)
            return done.error();
        adds = true;
    }
    return out;
}

/// The parent's parameters that a parameter is made of, each once.
std::set<ParameterId> parentsOf(const ParameterPlan& parameter)
{
    std::set<ParameterId> parents;
    for (const ResolvedTerm& term : parameter.terms) {
        parents.insert(term.parent);
        if (term.foldedGain)
            parents.insert(*term.foldedGain);
    }
    return parents;
}

/// By way of whole parameters.
Result<at::Tensor> computed(
    const TransferPlan& plan, const StoredModel& parent, const DiskTensor& child)
{
    Result<at::Tensor> values = scaledParameter(plan, parent, child.parameter);
    if (!values)
        return values.error();
    ParameterSet made{.config = plan.child};
    made.tensors.emplace(child.parameter, *std::move(values));
    return toDiskLayout(made, child, at::kFloat);
}

} // namespace

Result<at::Tensor> scaledDiskTensor(
    const TransferPlan& plan, const StoredModel& parent, const DiskTensor& child)
{
    const ParameterPlan parameter = resolve(plan, child.parameter);
    return canGather(parameter, child, parent) ? gathered(parameter, parent, child)
                                               : computed(plan, parent, child);
}

Result<at::Tensor> scaledParameter(
    const TransferPlan& plan, const StoredModel& parent, ParameterId child)
{
    const ParameterPlan parameter = resolve(plan, child);
    ParameterSet needed{.config = parent.config()};
    for (const ParameterId id : parentsOf(parameter)) {
        Result<at::Tensor> values = parent.parameter(id);
        if (!values)
            return values.error();
        needed.tensors.emplace(id, *std::move(values));
    }
    return applyPlan(parameter, needed, plan.child.shape);
}

} // namespace espalier
