// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/weights_hash.h"

#include "core/engine/guard.h"
#include "core/storage/content_hash.h"
#include "core/tensors/logical_values.h"
#include "core/tensors/tensor_bytes.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace espalier {

namespace {

Status addValues(Sha256& hash, const Model::Impl& model, bool fromFiles, ParameterId id)
{
    if (fromFiles)
        return visitValues(*model.stored, id,
            [&hash](std::span<const float> piece) { hash.add(std::as_bytes(piece)); });
    const Result<at::Tensor> tensor = model.parameter(id);
    if (!tensor)
        return tensor.error();
    hash.add(bytesOf(tensor->contiguous()));
    return {};
}

/// Threads that take the next parameter as soon as they are done with one: hashing has one stream
/// per parameter.
class Hashing
{
public:
    Hashing(const Model::Impl& model, const Progress& progress)
        : m_model(model)
        , m_progress(progress)
        , m_fromFiles(model.stored && model.bytesToLoad() > 0)
        , m_parameters(parametersInOrder(model.config))
        , m_lines(m_parameters.size(), std::string())
    {
    }

    Result<std::string> run()
    {
        {
            std::vector<std::jthread> threads;
            for (int i = 1; i < at::get_num_threads(); ++i)
                threads.emplace_back([this] { work(false); });
            work(true);
        }
        std::string all;
        for (const Result<std::string>& line : m_lines) {
            if (!line)
                return line.error();
            all += *line;
        }
        return sha256OfBytes(std::as_bytes(std::span(all)));
    }

private:
    void work(bool reports)
    {
        const auto count = static_cast<double>(m_parameters.size());
        for (std::size_t i = m_next++; i < m_parameters.size(); i = m_next++) {
            if (reports)
                m_progress(static_cast<double>(i) / count, "hashing weights");
            m_lines[i] = m_progress.stopRequested()
                ? Result<std::string>(cancelled())
                : guarded([&] { return lineOf(m_parameters[i]); });
        }
    }

    [[nodiscard]] Result<std::string> lineOf(const ParameterSpec& spec) const
    {
        Sha256 hash;
        if (const Status added = addValues(hash, m_model, m_fromFiles, spec.id); !added)
            return added.error();
        return fmt::format("{} {} {}\n", nameOf(spec.id),
            fmt::join(sizesOf(spec, m_model.config.shape), "x"), hash.hexDigits());
    }

    const Model::Impl& m_model;
    const Progress& m_progress;
    bool m_fromFiles; ///< else from memory
    std::vector<ParameterSpec> m_parameters;
    std::vector<Result<std::string>> m_lines;
    std::atomic<std::size_t> m_next = 0;
};

} // namespace

std::vector<ParameterSpec> parametersInOrder(const ModelConfig& config)
{
    std::vector<ParameterSpec> parameters = parametersOf(config);
    std::ranges::sort(parameters, {}, &ParameterSpec::id);
    return parameters;
}

Result<std::string> hashWeights(const Model::Impl& model, const Progress& progress)
{
    if (model.stored)
        if (const Status same = model.stored->checkCopies(progress); !same)
            return same.error();
    return Hashing(model, progress).run();
}

} // namespace espalier
