// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/tensors/assign_tensors.h"
#include "core/tensors/load_parameters.h"

#include <map>
#include <utility>
#include <vector>

namespace espalier {

/// A model as it lies in its files, read one parameter at a time.
class StoredModel
{
public:
    /// Of what config.json states; config() is asStored(). Errors: those of assignTensors.
    [[nodiscard]] static Result<StoredModel> assign(
        const ModelConfig& stated, std::vector<StoredTensor> tensors);

    [[nodiscard]] const ModelConfig& config() const
    {
        return m_config;
    }
    [[nodiscard]] const std::vector<StoredTensor>& tensors() const
    {
        return m_tensors;
    }
    [[nodiscard]] const TensorAssignment& assignment() const
    {
        return m_assignment;
    }

    /// The tensors that hold a parameter: one, or those of its segments in their order.
    [[nodiscard]] std::vector<StoredPart> partsOf(ParameterId id) const;
    /// One parameter as fp32 in its logical layout, read anew at each call.
    [[nodiscard]] Result<at::Tensor> parameter(ParameterId id) const;
    /// All of them; errors as loadParameters.
    [[nodiscard]] Result<ParameterSet> all(const Progress& progress) const;

    /// The tensor that holds a parameter, or one segment of it (-1: the whole); nothing if the
    /// files divide it otherwise.
    [[nodiscard]] std::optional<StoredPart> find(ParameterId id, int segment) const;

    /// Refused if a tensor that repeats another one has values of its own. Whoever reads
    /// parameters one by one asks once; all() does by itself.
    [[nodiscard]] Status checkCopies(const Progress& progress) const;

private:
    StoredModel(ModelConfig config, std::vector<StoredTensor> tensors, TensorAssignment assignment);

    ModelConfig m_config;
    std::vector<StoredTensor> m_tensors;
    TensorAssignment m_assignment;
    std::map<std::pair<ParameterId, int>, std::size_t> m_byParameter;
};

} // namespace espalier
