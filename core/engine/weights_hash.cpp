// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/weights_hash.h"

#include "core/engine/guard.h"
#include "core/storage/content_hash.h"
#include "core/tensors/logical_values.h"
#include "core/tensors/tensor_bytes.h"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <atomic>
#include <set>
#include <thread>

namespace espalier {

namespace {

/// From memory if the weights are there, from the files if they are not.
Status addValues(Sha256& hash, const Model::Impl& model, ParameterId id)
{
    if (model.stored && model.bytesToLoad() > 0)
        return visitValues(*model.stored, id,
            [&hash](std::span<const float> piece) { hash.add(std::as_bytes(piece)); });
    const Result<at::Tensor> tensor = model.parameter(id);
    if (!tensor)
        return tensor.error();
    hash.add(bytesOf(tensor->contiguous()));
    return {};
}

Result<std::string> lineOf(const Model::Impl& model, const ParameterSpec& spec)
{
    Sha256 hash;
    if (const Status added = addValues(hash, model, spec.id); !added)
        return added.error();
    const std::vector<std::int64_t> sizes = sizesOf(spec, model.config.shape);
    return fmt::format("{} {} {}\n", nameOf(spec.id), fmt::join(sizes, "x"), hash.hexDigits());
}

/// Threads that take the next parameter as soon as they are done with one: hashing has one stream
/// per parameter.
class Hashing
{
public:
    Hashing(const Model::Impl& model, const Progress& progress)
        : m_model(model)
        , m_progress(progress)
        , m_ids(idsInOrder(model.config))
        , m_lines(m_ids.size(), std::string())
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
        for (std::size_t i = m_next++; i < m_ids.size(); i = m_next++) {
            if (reports)
                m_progress(
                    static_cast<double>(i) / static_cast<double>(m_ids.size()), "hashing weights");
            m_lines[i] = m_progress.stopRequested()
                ? Result<std::string>(cancelled())
                : guarded([&] { return lineOf(m_model, parameterOf(m_model.config, m_ids[i])); });
        }
    }

    const Model::Impl& m_model;
    const Progress& m_progress;
    std::vector<ParameterId> m_ids;
    std::vector<Result<std::string>> m_lines;
    std::atomic<std::size_t> m_next = 0;
};

} // namespace

std::vector<ParameterId> idsInOrder(const ModelConfig& config)
{
    std::set<ParameterId> ids;
    for (const ParameterSpec& spec : parametersOf(config))
        ids.insert(spec.id);
    return {ids.begin(), ids.end()};
}

Result<std::string> hashWeights(const Model::Impl& model, const Progress& progress)
{
    if (model.stored)
        if (const Status same = model.stored->checkCopies(progress); !same)
            return same.error();
    return Hashing(model, progress).run();
}

} // namespace espalier
