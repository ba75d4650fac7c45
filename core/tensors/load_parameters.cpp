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

/// What a model's tensors may be called, with and without the family's prefix.
class NameTable
{
public:
    explicit NameTable(const ModelConfig& config)
        : m_architecture(architectureOf(config))
        , m_wanted(diskTensorsOf(m_architecture, config))
    {
        for (std::size_t i = 0; i < m_wanted.size(); ++i)
            m_byName.emplace(m_wanted[i].name, i);
        if (config.flavour.tiedHead)
            for (const DiskRow& row : m_architecture.rows)
                if (row.role == Role::HeadWeight)
                    m_tiedHead = row.name;
    }

    [[nodiscard]] const std::vector<DiskTensor>& wanted() const
    {
        return m_wanted;
    }

    [[nodiscard]] std::optional<std::size_t> find(const std::string& name) const
    {
        auto found = m_byName.find(name);
        if (found == m_byName.end())
            found = m_byName.find(prefixed(name));
        return found == m_byName.end() ? std::nullopt : std::optional(found->second);
    }

    /// Old files hold causal masks, and some tools store a tied head twice.
    [[nodiscard]] bool isSpare(const std::string& name) const
    {
        return isTiedHead(name) || isIgnoredTensor(m_architecture, name)
            || isIgnoredTensor(m_architecture, prefixed(name));
    }

    [[nodiscard]] bool isTiedHead(const std::string& name) const
    {
        return !m_tiedHead.empty()
            && (name == m_tiedHead || name == prefixed(std::string(m_tiedHead)));
    }

private:
    [[nodiscard]] std::string prefixed(const std::string& name) const
    {
        return std::string(m_architecture.prefix) + name;
    }

    const Architecture& m_architecture;
    std::vector<DiskTensor> m_wanted;
    std::unordered_map<std::string, std::size_t> m_byName;
    std::string_view m_tiedHead;
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

at::Tensor fromDiskLayout(const at::Tensor& stored, Layout layout)
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
    }
    return stored;
}

/// A tied head that lies in the file beside its embedding must be its copy.
Status checkTiedHead(const StoredTensor& stored, const ParameterSet& parameters)
{
    const at::Tensor& embedding = parameters.at(Role::TokenEmbedding);
    if (const Status fits = checkStored(stored, embedding.sizes().vec()); !fits)
        return fits;
    if (!at::equal(read(stored), embedding))
        return refused(
            fmt::format("{}: found values of its own, wanted those of the token embedding, "
                        "to which config.json ties it",
                place(stored)));
    return {};
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

} // namespace

Result<TensorAssignment> assignTensors(
    const ModelConfig& config, const std::vector<StoredTensor>& stored)
{
    const NameTable names(config);
    std::vector<const StoredTensor*> holder(names.wanted().size(), nullptr);
    TensorAssignment assignment;
    for (const StoredTensor& tensor : stored) {
        const std::optional<std::size_t> at = names.find(tensor.name);
        assignment.byStored.push_back(at ? std::optional(names.wanted()[*at]) : std::nullopt);
        if (!at && !names.isSpare(tensor.name))
            return refused(fmt::format(
                "{}: not part of a {} model with these settings", place(tensor), config.family));
        if (!at)
            continue;
        if (holder[*at])
            return refused(fmt::format("{}: stored twice, also as {} in {}", place(tensor),
                inQuotes(holder[*at]->name), holder[*at]->file));
        holder[*at] = &tensor;
        if (const Status fits = checkStored(tensor, names.wanted()[*at].sizes); !fits)
            return fits.error();
    }
    for (std::size_t i = 0; i < holder.size(); ++i)
        if (!holder[i])
            return refused(fmt::format("{}: tensor {} is missing, wanted shape [{}]",
                stored.empty() ? "model" : stored.front().file, inQuotes(names.wanted()[i].name),
                fmt::join(names.wanted()[i].sizes, ", ")));
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
                fromDiskLayout(read(stored[i]), disk->layout);
    }
    ParameterSet parameters = joined(config, std::move(parts));
    const NameTable names(config);
    for (const StoredTensor& tensor : stored)
        if (names.isTiedHead(tensor.name))
            if (const Status same = checkTiedHead(tensor, parameters); !same)
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
    return values.reshape(disk.sizes).to(at::kCPU, type).contiguous();
}

} // namespace espalier
