// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"
#include "core/base/dtype.h"
#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/plan/transfer_plan.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace espalier {

/// One tensor of an opened model's files.
struct TensorInfo
{
    std::string name; ///< on disk
    std::optional<ParameterId> parameter; ///< none: the family's table ignores it
    std::string dtype; ///< as the file spells it
    std::vector<std::int64_t> sizes;
    std::int64_t bytes = 0;
    std::string file;
};

/// A parameter's values, [rows, cols], row-major, fp32; vectors have one row.
struct ParameterValues
{
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    std::vector<float> values;
};

/// Weights that no arithmetic survives; shown, never hidden.
struct NonFiniteWeights
{
    std::int64_t nan = 0;
    std::int64_t infinite = 0;
    std::optional<ParameterId> first; ///< parameter with the first of them
};

/// A checkpoint: config and weights, immutable, cheap to copy, safe to read from several threads.
/// Weights stay memory-mapped until somebody needs them.
class Model
{
public:
    /// Opens a Hugging Face folder: config.json with weights as core/storage/model_weights.h finds
    /// them (safetensors or pytorch_model.bin, whole or in shards); a models--ORG--NAME folder of
    /// its cache, which stands for the snapshot that "main" names; or an .h5 as exports write it. A
    /// folder with only a config.json is a model with fresh weights drawn from `seed`. Refused,
    /// naming file, tensor, found and wanted: bad config, bad weight file, tensors missing,
    /// unexpected or mis-shaped.
    [[nodiscard]] static Result<Model> open(
        const std::filesystem::path& path, const Progress& progress = {}, Seed seed = {});

    [[nodiscard]] const ModelConfig& config() const;
    [[nodiscard]] const std::filesystem::path& path() const; ///< empty for models made in memory
    [[nodiscard]] std::string name() const; ///< last part of the path, or of ORG/NAME
    [[nodiscard]] const std::vector<TensorInfo>&
    tensors() const; ///< as in the files; as they would be, if in memory
    [[nodiscard]] bool hasFreshWeights() const; ///< opened from a config.json alone

    /// sha256 over config-independent weights: names, shapes and fp32 values' bytes as stored.
    /// Computed once, on demand.
    [[nodiscard]] Result<std::string> weightsHash(const Progress& progress = {}) const;

    /// One parameter in its logical [out, in] layout.
    [[nodiscard]] Result<ParameterValues> values(ParameterId id) const;

    /// NaN and infinite values of all parameters. Computed once, on demand.
    [[nodiscard]] Result<NonFiniteWeights> nonFiniteWeights(const Progress& progress = {}) const;

    struct Impl; ///< engine-internal: core/engine/model_impl.h
    explicit Model(std::shared_ptr<const Impl> impl)
        : m_impl(std::move(impl))
    {
    }
    [[nodiscard]] const Impl& impl() const
    {
        return *m_impl;
    }

private:
    std::shared_ptr<const Impl> m_impl; ///< shared: lanes, views and exports hold the same weights
};

/// Executes a plan. The result lives in memory; bytes depend on plan and parent alone.
[[nodiscard]] Result<Model> scaleModel(
    const Model& parent, const TransferPlan& plan, const Progress& progress = {});

/// One parameter of the destination, exactly as scaleModel would make it, at the cost of that
/// parameter alone.
[[nodiscard]] Result<ParameterValues> scaledValues(
    const Model& parent, const TransferPlan& plan, ParameterId child);

/// Version of LibTorch, devices found and why CUDA is missing if it is; for status bars and
/// --version.
struct EngineInfo
{
    std::string torchVersion;
    std::string hdf5Version;
    bool cuda = false;
    std::string cudaNote; ///< device name, or the one-line reason why there is none
    int threads = 1;
};
/// Loads the CUDA libraries if a driver is there (once per process) and sets the number of threads
/// LibTorch uses (0: one per core). Called once at start by each program.
[[nodiscard]] EngineInfo startEngine(int threads = 0);

} // namespace espalier
