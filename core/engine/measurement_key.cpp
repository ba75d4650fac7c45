// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/measurement_key.h"

#include "core/architectures/catalog.h"
#include "core/formats/strict_json.h"
#include "core/storage/content_hash.h"
#include "core/tensors/tensor_bytes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <span>

namespace espalier {

namespace {

/// To be raised when any measurement's numbers change for the same model and data.
constexpr int kDefinition = 1;

void add(Sha256& hash, std::string_view text)
{
    hash.add(std::as_bytes(std::span(text)));
}

void add(Sha256& hash, std::string_view name, const at::Tensor& tensor)
{
    if (!tensor.defined())
        return;
    const at::Tensor values = tensor.contiguous();
    add(hash,
        fmt::format("{} {} [{}]\n", name, static_cast<int>(values.scalar_type()),
            fmt::join(values.sizes(), ", ")));
    hash.add(bytesOf(values));
}

} // namespace

std::string measurementKey(const MeasuringFacts& facts)
{
    Sha256 hash;
    add(hash,
        fmt::format("espalier measurements {}\n{}\n{}\n{}\n", kDefinition, facts.weightsHash,
            writeJson(architectureOf(facts.config).writeConfig(facts.config)),
            fmt::join(facts.ids, " ")));
    for (std::int64_t i = 0; i < facts.batches; ++i) {
        const Batch batch = facts.batchAt(i);
        add(hash, "ids", batch.inputIds_BT);
        add(hash, "mask", batch.attentionMask_BT);
        add(hash, "types", batch.tokenTypes_BT);
        add(hash, "pixels", batch.pixels_BCHW);
        add(hash, "labels", batch.labels);
    }
    return hash.hexDigits();
}

} // namespace espalier
