// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/held_weights.h"

#include "core/engine/model_impl.h"

#include <fmt/format.h>

#include <algorithm>

namespace espalier {

namespace {

/// Room is asked for the way that is taken.
Result<bool> readsBlocks(const Model& model, WeightsHeld held, const PassNeed& need,
    std::string_view doing, const Progress& progress)
{
    const bool inFiles = static_cast<bool>(model.impl().loadOne);
    const std::string slowly = fmt::format("{} block by block", doing);
    if (held == WeightsHeld::OneBlock && !inFiles)
        return refused(fmt::format("{}: the weights lie in no safetensors or PyTorch file to read "
                                   "them from again and again",
            slowly));
    const Room room = roomAt(need.scratch);
    const std::int64_t whole = model.impl().bytesToLoad() + need.memory;
    const Status fits = checkRoom({.memory = whole}, room, doing);
    if (held == WeightsHeld::AsMemoryAllows && (fits || !inFiles))
        return fits ? Result<bool>(false) : fits.error();
    const BytesByBlock weights = bytesByBlock(model.config());
    Need byBlock = need.byBlock;
    byBlock.memory = weights.held() + std::max(byBlock.memory, need.kept + weights.reading());
    if (const Status little = checkRoom(byBlock, room, slowly); !little)
        return little.error();
    if (!fits)
        progress.tell(fmt::format(
            "the weights do not fit into memory: {}; {}", fits.error().message, slowly));
    return true;
}

} // namespace

Result<HeldWeights> holdWeights(const Model& model, WeightsHeld held, const PassNeed& need,
    std::string_view doing, const Progress& progress)
{
    const Result<bool> byBlock = readsBlocks(model, held, need, doing, progress);
    if (!byBlock)
        return byBlock.error();
    if (!*byBlock) {
        Result<ParameterSet> parameters = model.impl().parameters(progress);
        if (!parameters)
            return parameters.error();
        auto all = std::make_shared<const ParameterSet>(*std::move(parameters));
        return HeldWeights{.all = all, .source = std::make_unique<WeightsInMemory>(*all)};
    }
    if (const Status same = model.impl().stored->checkCopies(progress); !same)
        return same.error();
    Result<std::unique_ptr<WeightsByBlock>> source =
        WeightsByBlock::open(model.config(), model.impl().loadOne, progress.stop);
    if (!source)
        return source.error();
    return HeldWeights{.all = nullptr, .source = *std::move(source)};
}

} // namespace espalier
