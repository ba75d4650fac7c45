// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/methods/catalog.h"
#include "tests/support/toy_config.h"

#include <string>
#include <utility>
#include <vector>

namespace espalier::test {

/// A plan of the toy (or another parent) by a method that needs no measurements but the toy's.
inline Result<TransferPlan> grow(const char* id, const ModelShape& shape, Options options = {},
    ModelConfig parent = toyConfig(), Seed seed = {5})
{
    static const Measurements measurements = toyMeasurements();
    return makePlan(*findMethod(id),
        {.parent = std::move(parent),
            .childShape = shape,
            .measurements = &measurements,
            .options = std::move(options),
            .seed = seed});
}

/// Why it is refused; empty if it is not.
inline std::string refusal(
    const char* id, const ModelShape& shape, Options options = {}, ModelConfig parent = toyConfig())
{
    const Result<TransferPlan> plan = grow(id, shape, std::move(options), std::move(parent));
    return plan ? "" : plan.error().message;
}

inline Preservation preserved(
    const char* id, const ModelShape& shape, Options options = {}, ModelConfig parent = toyConfig())
{
    PlanRequest request{
        .parent = std::move(parent), .childShape = shape, .options = std::move(options)};
    if (const Status fits = checkRequest(*findMethod(id), request); !fits)
        return {.exact = false, .reason = fits.error().message};
    return preservationOf(*findMethod(id), request);
}

/// The first source of every block; -1: fresh.
inline std::vector<int> parentBlocks(const TransferPlan& plan)
{
    std::vector<int> blocks;
    for (const DestinationBlock& block : plan.blocks)
        blocks.push_back(block.terms.empty() ? -1 : block.terms.front().parentBlock);
    return blocks;
}

/// The toy with two heads in one key/value group, whose families may group them.
inline ModelConfig groupedToyConfig()
{
    ModelConfig config = toyConfig();
    config.family = "llama";
    config.shape.kvHeads = 1;
    config.flavour.norm = NormKind::Rms;
    config.flavour.position = PositionKind::Rotary;
    config.flavour.scaledResidualInit = false;
    return config;
}

} // namespace espalier::test
