// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/stored_model.h"

#include "core/architectures/stored_config.h"
#include "core/base/expect.h"
#include "core/base/untrusted_text.h"
#include "core/tensors/make_parameters.h"
#include "core/tensors/read_stored.h"

#include <fmt/format.h>

namespace espalier {

StoredModel::StoredModel(
    ModelConfig config, std::vector<StoredTensor> tensors, TensorAssignment assignment)
    : m_config(std::move(config))
    , m_tensors(std::move(tensors))
    , m_assignment(std::move(assignment))
{
    for (std::size_t i = 0; i < m_tensors.size(); ++i)
        if (const std::optional<DiskTensor>& disk = m_assignment.byStored[i])
            m_byParameter.emplace(std::pair(disk->parameter, disk->segment), i);
}

Result<StoredModel> StoredModel::assign(
    const ModelConfig& stated, std::vector<StoredTensor> tensors)
{
    std::vector<std::string_view> names;
    for (const StoredTensor& tensor : tensors)
        names.push_back(tensor.name);
    ModelConfig config = asStored(stated, names);
    Result<TensorAssignment> assignment = assignTensors(config, tensors);
    if (!assignment)
        return assignment.error();
    return StoredModel(std::move(config), std::move(tensors), *std::move(assignment));
}

std::vector<StoredPart> StoredModel::partsOf(ParameterId id) const
{
    std::vector<StoredPart> parts;
    for (auto at = m_byParameter.lower_bound({id, -1});
         at != m_byParameter.end() && at->first.first == id; ++at)
        parts.push_back({&m_tensors[at->second], &*m_assignment.byStored[at->second]});
    ESPALIER_EXPECT(!parts.empty(), "assignTensors has found every parameter");
    return parts;
}

Result<at::Tensor> StoredModel::parameter(ParameterId id) const
{
    return loadParameter(m_config, partsOf(id));
}

Result<ParameterSet> StoredModel::all(const Progress& progress) const
{
    Result<ParameterSet> parameters = makeParameters(
        m_config, [this](ParameterId id) { return parameter(id); }, "reading weights", progress);
    if (!parameters)
        return parameters;
    if (const Status same = checkCopies(progress); !same)
        return same.error();
    return parameters;
}

std::optional<StoredPart> StoredModel::find(ParameterId id, int segment) const
{
    const auto found = m_byParameter.find({id, segment});
    if (found == m_byParameter.end())
        return std::nullopt;
    return StoredPart{&m_tensors[found->second], &*m_assignment.byStored[found->second]};
}

Status StoredModel::checkCopies(const Progress& progress) const
{
    for (std::size_t i = 0; i < m_tensors.size(); ++i) {
        const std::optional<DiskTensor>& original = m_assignment.copies[i];
        if (!original)
            continue;
        if (progress.stopRequested())
            return cancelled();
        const std::optional<StoredPart> place = find(original->parameter, original->segment);
        ESPALIER_EXPECT(place, "copies are of tensors that are there");
        const Result<bool> equal = haveEqualValues(m_tensors[i], *place->tensor);
        if (!equal)
            return equal.error();
        if (!*equal)
            return refused(fmt::format(
                "{}: tensor {}: found values of its own, wanted those of {}, "
                "which it stands for too{}",
                m_tensors[i].file, inQuotes(m_tensors[i].name), nameOf(original->parameter),
                original->parameter.role == Role::TokenEmbedding
                    ? " (a head of its own: set \"tie_word_embeddings\" to false in config.json)"
                    : ""));
    }
    return {};
}

} // namespace espalier
