// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/load_parameters.h"

#include "core/architectures/catalog.h"
#include "core/base/dtype.h"
#include "core/base/untrusted_text.h"
#include "core/tensors/tensor_bytes.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <unordered_map>

namespace espalier {

namespace {

/// What a model's tensors may be called, in all spellings that the family knows.
class NameTable
{
public:
    explicit NameTable(const ModelConfig& config)
        : m_architecture(architectureOf(config))
        , m_task(config.flavour.task)
        , m_wanted(diskTensorsOf(m_architecture, config))
    {
        std::erase_if(m_wanted, [](const DiskTensor& tensor) { return tensor.twin; });
        for (std::size_t i = 0; i < m_wanted.size(); ++i)
            m_byName.emplace(tableName(m_architecture, m_wanted[i].name), i);
        if (config.flavour.tiedHead)
            for (const DiskRow& row : m_architecture.rows)
                if (row.role == Role::HeadWeight && contains(row.tasks, m_task))
                    m_tiedHead = row.name;
        m_embedding = {.name = std::string(m_tiedHead),
            .parameter = {Role::TokenEmbedding, -1},
            .sizes = {config.shape.vocab, config.shape.hidden}};
    }

    [[nodiscard]] const std::vector<DiskTensor>& wanted() const
    {
        return m_wanted;
    }

    [[nodiscard]] std::optional<std::size_t> find(const std::string& name) const
    {
        const auto found = m_byName.find(tableName(m_architecture, name));
        return found == m_byName.end() ? std::nullopt : std::optional(found->second);
    }

    /// Some tools store a tied head twice.
    [[nodiscard]] std::optional<DiskTensor> tiedTo(const std::string& name) const
    {
        return !m_tiedHead.empty() && tableName(m_architecture, name) == m_tiedHead
            ? std::optional(m_embedding)
            : std::nullopt;
    }

    [[nodiscard]] bool isIgnored(const std::string& name) const
    {
        return isIgnoredTensor(m_architecture, m_task, name);
    }

    /// The name is an older one of the table's.
    [[nodiscard]] bool isAlias(const std::string& name) const
    {
        return std::any_of(m_architecture.aliases.begin(), m_architecture.aliases.end(),
            [&](const NameAlias& alias) { return name.ends_with(alias.old); });
    }

private:
    const Architecture& m_architecture;
    Task m_task;
    std::vector<DiskTensor> m_wanted;
    std::unordered_map<std::string, std::size_t> m_byName;
    std::string_view m_tiedHead;
    DiskTensor m_embedding;
};

/// The type if weights may have it.
std::optional<Dtype> weightTypeOf(const StoredTensor& stored)
{
    const std::optional<Dtype> known = dtypeFromSafetensorsName(stored.dtype);
    const bool fits = known == Dtype::F32 || known == Dtype::F16 || known == Dtype::BF16;
    return fits ? known : std::nullopt;
}

std::string place(const StoredTensor& tensor)
{
    return fmt::format("{}: tensor {}", tensor.file, inQuotes(tensor.name));
}

Status checkStored(const StoredTensor& stored, const std::vector<std::int64_t>& sizes)
{
    if (!weightTypeOf(stored))
        return refused(fmt::format(
            "{}: found type {}, wanted F32, F16 or BF16", place(stored), inQuotes(stored.dtype)));
    if (stored.sizes != sizes)
        return refused(fmt::format("{}: found shape [{}], wanted [{}] as config.json has it",
            place(stored), fmt::join(stored.sizes, ", "), fmt::join(sizes, ", ")));
    return {};
}

at::Tensor read(const StoredTensor& stored)
{
    return tensorFromBytes(stored.bytes, stored.sizes, *weightTypeOf(stored)).to(at::kFloat);
}

/// Heads of q|k|v, of which there are equally many, and rows inside one: [heads, 3, h, …] to
/// [3, heads, h, …] or back.
at::Tensor swapHeads(const at::Tensor& values, std::int64_t outer, std::int64_t inner)
{
    std::vector<std::int64_t> sizes = values.sizes().vec();
    sizes.insert(sizes.begin(), {outer, inner});
    sizes[2] = values.size(0) / (outer * inner);
    return values.reshape(sizes).transpose(0, 1).reshape(values.sizes());
}

at::Tensor fromDiskLayout(const at::Tensor& stored, Layout layout, const ModelShape& shape)
{
    switch (layout) {
    case Layout::Plain:
        return stored;
    case Layout::InOut:
        return stored.t().contiguous();
    case Layout::PatchConv:
        return stored.flatten(1);
    case Layout::OneByOne:
        return stored.flatten();
    case Layout::OneByRows:
        return stored.squeeze(0);
    case Layout::PerHead:
        return swapHeads(stored, shape.heads, 3);
    }
    return stored;
}

/// The parts of fused parameters, by parameter and segment (0 for whole ones).
using Parts = std::map<ParameterId, std::map<int, at::Tensor>>;

ParameterSet joined(const ModelConfig& config, Parts parts)
{
    ParameterSet parameters{.config = config};
    for (auto& [id, segments] : parts) {
        std::vector<at::Tensor> inOrder;
        for (const auto& [segment, tensor] : segments)
            inOrder.push_back(tensor);
        parameters.tensors.emplace(id, inOrder.size() == 1 ? inOrder.front() : at::cat(inOrder));
    }
    return parameters;
}

Error unexpected(const StoredTensor& tensor, const ModelConfig& config)
{
    return refused(fmt::format(
        "{}: not part of a {} model with these settings", place(tensor), config.family));
}

Error storedTwice(const StoredTensor& tensor, const StoredTensor& other)
{
    return refused(fmt::format(
        "{}: stored twice, also as {} in {}", place(tensor), inQuotes(other.name), other.file));
}

Status checkAllThere(const std::vector<const StoredTensor*>& holder, const NameTable& names,
    const std::vector<StoredTensor>& stored)
{
    for (std::size_t i = 0; i < holder.size(); ++i)
        if (!holder[i])
            return refused(fmt::format("{}: tensor {} is missing, wanted shape [{}]",
                stored.empty() ? "model" : stored.front().file, inQuotes(names.wanted()[i].name),
                fmt::join(names.wanted()[i].sizes, ", ")));
    return {};
}

/// A copy that lies in the file beside its original must be one.
Status checkCopy(
    const StoredTensor& stored, const DiskTensor& original, const ParameterSet& parameters)
{
    if (!at::equal(read(stored), toDiskLayout(parameters, original, at::kFloat)))
        return refused(
            fmt::format("{}: found values of its own, wanted those of {}, which it stands for too",
                place(stored), nameOf(original.parameter)));
    return {};
}

} // namespace

Result<TensorAssignment> assignTensors(
    const ModelConfig& config, const std::vector<StoredTensor>& stored)
{
    const NameTable names(config);
    std::vector<const StoredTensor*> holder(names.wanted().size(), nullptr);
    TensorAssignment assignment{
        .byStored = {stored.size(), std::nullopt}, .copies = {stored.size(), std::nullopt}};
    const auto assign = [&](std::size_t i, std::size_t at) -> Status {
        if (holder[at] && !names.isAlias(stored[i].name))
            return storedTwice(stored[i], *holder[at]);
        (holder[at] ? assignment.copies : assignment.byStored)[i] = names.wanted()[at];
        if (!holder[at])
            holder[at] = &stored[i];
        return checkStored(stored[i], names.wanted()[at].sizes);
    };
    // Older names come second, so that beside a newer one they are its copies.
    for (const bool aliases : {false, true})
        for (std::size_t i = 0; i < stored.size(); ++i) {
            const StoredTensor& tensor = stored[i];
            if (names.isAlias(tensor.name) != aliases)
                continue;
            if (const std::optional<std::size_t> at = names.find(tensor.name)) {
                if (const Status fits = assign(i, *at); !fits)
                    return fits.error();
            } else if (const std::optional<DiskTensor> original = names.tiedTo(tensor.name)) {
                if (const Status fits = checkStored(tensor, original->sizes); !fits)
                    return fits.error();
                assignment.copies[i] = original;
            } else if (!names.isIgnored(tensor.name)) {
                return unexpected(tensor, config);
            }
        }
    if (const Status all = checkAllThere(holder, names, stored); !all)
        return all.error();
    return assignment;
}

Result<ParameterSet> loadParameters(
    const ModelConfig& config, const std::vector<StoredTensor>& stored, const Progress& progress)
{
    const Result<TensorAssignment> assignment = assignTensors(config, stored);
    if (!assignment)
        return assignment.error();
    Parts parts;
    for (std::size_t i = 0; i < stored.size(); ++i) {
        if (progress.stopRequested())
            return cancelled();
        progress(static_cast<double>(i) / static_cast<double>(stored.size()), "reading weights");
        if (const std::optional<DiskTensor>& disk = assignment->byStored[i])
            parts[disk->parameter][std::max(0, disk->segment)] =
                fromDiskLayout(read(stored[i]), disk->layout, config.shape);
    }
    ParameterSet parameters = joined(config, std::move(parts));
    for (std::size_t i = 0; i < stored.size(); ++i)
        if (const std::optional<DiskTensor>& original = assignment->copies[i])
            if (const Status same = checkCopy(stored[i], *original, parameters); !same)
                return same.error();
    return parameters;
}

at::Tensor toDiskLayout(const ParameterSet& parameters, const DiskTensor& disk, at::ScalarType type)
{
    at::Tensor values = parameters.at(disk.parameter.role, disk.parameter.block).detach();
    if (disk.segment >= 0) {
        const Dim dim = parameterOf(parameters.config, disk.parameter).dims[0];
        std::int64_t offset = 0;
        for (int s = 0; s < disk.segment; ++s)
            offset += lengthOf(dim.segments[static_cast<std::size_t>(s)], parameters.config.shape);
        values = values.narrow(0, offset,
            lengthOf(
                dim.segments[static_cast<std::size_t>(disk.segment)], parameters.config.shape));
    }
    if (disk.layout == Layout::InOut)
        values = values.t();
    if (disk.layout == Layout::PerHead)
        values = swapHeads(values, 3, parameters.config.shape.heads);
    return values.reshape(disk.sizes).to(at::kCPU, type).contiguous();
}

} // namespace espalier
