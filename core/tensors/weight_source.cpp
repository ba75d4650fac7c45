// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/weight_source.h"

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <vector>

namespace espalier {

namespace {

template <typename Belongs>
Result<ParameterSet> readThose(
    const ModelConfig& config, const WeightsByBlock::ReadParameter& read, const Belongs& belongs)
{
    const c10::InferenceMode trainable(false); // whatever mode the caller is in
    ParameterSet set{.config = config};
    for (const ParameterSpec& spec : parametersOf(config)) {
        if (!belongs(spec.id))
            continue;
        Result<at::Tensor> values = read(spec.id);
        if (!values)
            return values.error();
        set.tensors.emplace(spec.id, *std::move(values));
    }
    return set;
}

} // namespace

bool inTrunk(ParameterId id, const ModelShape& shape)
{
    return id.block >= 0 && id.block < shape.layers;
}

Result<at::Tensor> WeightSource::parameter(ParameterId id)
{
    if (!inTrunk(id, config().shape))
        return outsideTrunk().at(id.role, id.block);
    const auto found = block(id.block);
    if (!found)
        return found.error();
    return (*found)->at(id.role, id.block);
}

Result<std::shared_ptr<const ParameterSet>> WeightsInMemory::block(int /*index*/)
{
    return std::shared_ptr<const ParameterSet>(std::shared_ptr<void>(), &m_parameters);
}

Result<std::unique_ptr<WeightsByBlock>> WeightsByBlock::open(
    const ModelConfig& config, ReadParameter read, std::stop_token stop)
{
    Result<ParameterSet> outside =
        readThose(config, read, [&](ParameterId id) { return !inTrunk(id, config.shape); });
    if (!outside)
        return outside.error();
    return std::unique_ptr<WeightsByBlock>(
        new WeightsByBlock(*std::move(outside), std::move(read), std::move(stop)));
}

Result<std::shared_ptr<const ParameterSet>> WeightsByBlock::block(int index)
{
    if (m_block && m_index == index)
        return m_block;
    if (m_stop.stop_requested())
        return cancelled();
    m_block = nullptr; // its memory is the next one's
    Result<ParameterSet> read =
        readThose(m_outside.config, m_read, [index](ParameterId id) { return id.block == index; });
    if (!read)
        return read.error();
    m_block = std::make_shared<const ParameterSet>(*std::move(read));
    m_index = index;
    return m_block;
}

BytesByBlock bytesByBlock(const ModelConfig& config)
{
    BytesByBlock found;
    std::vector<std::int64_t> blocks(static_cast<std::size_t>(config.shape.layers), 0);
    for (const ParameterSpec& spec : parametersOf(config)) {
        const std::int64_t bytes =
            elementsOf(spec, config.shape) * static_cast<std::int64_t>(sizeof(float));
        found.largest = std::max(found.largest, bytes);
        (inTrunk(spec.id, config.shape) ? blocks[static_cast<std::size_t>(spec.id.block)]
                                        : found.outside) += bytes;
    }
    found.block = blocks.empty() ? 0 : *std::ranges::max_element(blocks);
    return found;
}

} // namespace espalier
