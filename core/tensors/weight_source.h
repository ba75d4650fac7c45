// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/tensors/parameter_set.h"

#include <functional>
#include <memory>
#include <stop_token>
#include <utility>

namespace espalier {

/// Is it of a block of the trunk? Class-attention blocks come behind it.
[[nodiscard]] bool inTrunk(ParameterId id, const ModelShape& shape);

/// Where a pass over a model takes its weights from, one block of the trunk at a time: a model
/// larger than memory is run by reading each block when its turn comes.
class WeightSource
{
public:
    WeightSource() = default;
    WeightSource(const WeightSource&) = delete;
    WeightSource& operator=(const WeightSource&) = delete;
    virtual ~WeightSource() = default;

    /// At least the parameters that belong to no block of the trunk: embeddings, what follows the
    /// trunk, the head.
    [[nodiscard]] virtual const ParameterSet& outsideTrunk() const = 0;
    /// At least those of one block of the trunk. Let go of it before asking for the next: each may
    /// take the memory of a block. Errors: those of the files, Cancelled.
    [[nodiscard]] virtual Result<std::shared_ptr<const ParameterSet>> block(int index) = 0;

    [[nodiscard]] const ModelConfig& config() const
    {
        return outsideTrunk().config;
    }
    /// One of them. Asking for a block's parameters one after the other reads the block once.
    [[nodiscard]] Result<at::Tensor> parameter(ParameterId id);
};

/// All weights, held by somebody else.
class WeightsInMemory final : public WeightSource
{
public:
    explicit WeightsInMemory(const ParameterSet& parameters)
        : m_parameters(parameters)
    {
    }
    [[nodiscard]] const ParameterSet& outsideTrunk() const override
    {
        return m_parameters;
    }
    [[nodiscard]] Result<std::shared_ptr<const ParameterSet>> block(int index) override;

private:
    const ParameterSet& m_parameters;
};

/// Reads a block when it is asked for and keeps the last one.
class WeightsByBlock final : public WeightSource
{
public:
    using ReadParameter = std::function<Result<at::Tensor>(ParameterId)>;

    /// Reads what lies outside the trunk. Errors: those of `read`. Once `stop` is requested no
    /// block is read any more: Cancelled.
    [[nodiscard]] static Result<std::unique_ptr<WeightsByBlock>> open(
        const ModelConfig& config, ReadParameter read, std::stop_token stop = {});

    [[nodiscard]] const ParameterSet& outsideTrunk() const override
    {
        return m_outside;
    }
    [[nodiscard]] Result<std::shared_ptr<const ParameterSet>> block(int index) override;

private:
    WeightsByBlock(ParameterSet outside, ReadParameter read, std::stop_token stop)
        : m_outside(std::move(outside))
        , m_read(std::move(read))
        , m_stop(std::move(stop))
    {
    }

    ParameterSet m_outside;
    ReadParameter m_read;
    std::stop_token m_stop;
    std::shared_ptr<const ParameterSet> m_block;
    int m_index = -1; ///< of m_block
};

/// Weights of WeightsByBlock in bytes of fp32.
struct BytesByBlock
{
    std::int64_t outside = 0; ///< the trunk
    std::int64_t block = 0; ///< the largest one
    std::int64_t largest = 0; ///< parameter

    [[nodiscard]] std::int64_t held() const
    {
        return outside + block;
    }
    /// Beyond that, while a parameter is read and turned.
    [[nodiscard]] std::int64_t reading() const
    {
        return 2 * largest;
    }
};
[[nodiscard]] BytesByBlock bytesByBlock(const ModelConfig& config);

} // namespace espalier
