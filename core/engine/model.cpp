// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/model.h"

#include "core/engine/guard.h"
#include "core/engine/model_impl.h"
#include "core/engine/remembered_hash.h"
#include "core/engine/scaled_parameters.h"
#include "core/engine/weights_hash.h"
#include "core/storage/cache_folder.h"
#include "core/storage/hub_cache.h"
#include "core/tensors/tensor_bytes.h"

#include <cstring>

namespace espalier {

namespace {

ParameterValues valuesOf(const at::Tensor& tensor)
{
    const at::Tensor rows = tensor.dim() == 1 ? tensor.unsqueeze(0) : tensor;
    ParameterValues values{.rows = rows.size(0), .cols = rows.size(1), .values = {}};
    values.values.resize(static_cast<std::size_t>(rows.numel()));
    const std::span<const std::byte> bytes = bytesOf(rows.contiguous());
    std::memcpy(values.values.data(), bytes.data(), bytes.size());
    return values;
}

} // namespace

const ModelConfig& Model::config() const
{
    return m_impl->config;
}
const std::filesystem::path& Model::path() const
{
    return m_impl->path;
}
const std::vector<TensorInfo>& Model::tensors() const
{
    return m_impl->tensors;
}
bool Model::hasFreshWeights() const
{
    return m_impl->fresh;
}

std::string Model::name() const
{
    const std::filesystem::path& path = m_impl->path;
    const std::filesystem::path folder = path.has_filename() ? path : path.parent_path();
    // A snapshot in Hugging Face's cache is named after its commit, which says nothing to people.
    const std::filesystem::path above = folder.parent_path();
    const auto repository = above.filename() == "snapshots"
        ? hubRepositoryOf(above.parent_path().filename().string())
        : std::nullopt;
    return std::filesystem::path(repository.value_or(folder.string())).filename().string();
}

Result<std::string> Model::weightsHash(const Progress& progress) const
{
    return guarded([&]() -> Result<std::string> {
        {
            const std::lock_guard lock(m_impl->mutex);
            if (m_impl->hash)
                return *m_impl->hash;
        }
        const Result<std::string> hash = rememberedHash(*m_impl, cacheFolder(), progress);
        if (!hash)
            return hash.error();
        const std::lock_guard lock(m_impl->mutex);
        m_impl->hash = *hash;
        return *hash;
    });
}

Result<NonFiniteWeights> Model::nonFiniteWeights(const Progress& progress) const
{
    return guarded([&]() -> Result<NonFiniteWeights> {
        {
            const std::lock_guard lock(m_impl->mutex);
            if (m_impl->nonFinite)
                return *m_impl->nonFinite;
        }
        NonFiniteWeights total;
        for (const ParameterSpec& spec : parametersInOrder(m_impl->config)) {
            if (progress.stopRequested())
                return cancelled();
            const Result<at::Tensor> tensor = m_impl->parameter(spec.id);
            if (!tensor)
                return tensor.error();
            const NonFiniteCount count = countNonFinite(*tensor);
            if (!total.first && (count.nan > 0 || count.infinite > 0))
                total.first = spec.id;
            total.nan += count.nan;
            total.infinite += count.infinite;
        }
        const std::lock_guard lock(m_impl->mutex);
        m_impl->nonFinite = total;
        return total;
    });
}

Result<ParameterValues> Model::values(ParameterId id) const
{
    return guarded([&]() -> Result<ParameterValues> {
        const Result<at::Tensor> values = m_impl->parameter(id);
        return values ? Result<ParameterValues>(valuesOf(*values)) : values.error();
    });
}

Result<Model> scaleModel(const Model& parent, const TransferPlan& plan, const Progress& progress)
{
    return guarded([&]() -> Result<Model> {
        Result<ParameterSet> child = scaledParameters(parent, plan, progress);
        if (!child)
            return child.error();
        return modelInMemory(*std::move(child), parent.impl().dtype, {}, parent.impl().data);
    });
}

Result<ParameterValues> scaledValues(
    const Model& parent, const TransferPlan& plan, ParameterId child)
{
    return guarded([&]() -> Result<ParameterValues> {
        const Result<at::Tensor> values = scaledParameter(parent, plan, child);
        return values ? Result<ParameterValues>(valuesOf(*values)) : values.error();
    });
}

} // namespace espalier
