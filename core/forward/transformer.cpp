// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/transformer.h"

#include "core/forward/embed.h"

#include <ATen/ops/index_copy.h>
#include <ATen/ops/index_select.h>

#include <numeric>

namespace espalier {

namespace {

std::vector<int> allBlocks(const ModelShape& shape)
{
    std::vector<int> blocks(static_cast<std::size_t>(shape.layers));
    std::iota(blocks.begin(), blocks.end(), 0);
    return blocks;
}

} // namespace

at::Tensor runTrunk(
    const ParameterSet& parameters, const Batch& batch, const ForwardOptions& options)
{
    const AttentionMask mask = attentionMaskOf(parameters, batch);
    at::Tensor stream_BTD = embed(parameters, batch);
    if (options.observer)
        options.observer(Tap::Embedding, -1, stream_BTD);
    const std::vector<int> blocks =
        options.blocks ? *options.blocks : allBlocks(parameters.config.shape);
    if (!options.tokens) {
        for (const int block : blocks)
            stream_BTD = runBlock(parameters, block, stream_BTD, mask, options.observer);
        return stream_BTD;
    }
    const TokenSubset& some = *options.tokens;
    const AttentionMask someMask = maskOfTokens(mask, some.columns_K);
    for (std::size_t i = 0; i < blocks.size();) {
        if (blocks[i] < some.firstBlock || blocks[i] >= some.endBlock) {
            stream_BTD = runBlock(parameters, blocks[i++], stream_BTD, mask, options.observer);
            continue;
        }
        at::Tensor some_BKD = at::index_select(stream_BTD, 1, some.columns_K);
        for (; i < blocks.size() && blocks[i] < some.endBlock; ++i)
            some_BKD = runBlock(parameters, blocks[i], some_BKD, someMask, options.observer);
        stream_BTD = at::index_copy(stream_BTD, 1, some.columns_K, some_BKD);
    }
    return stream_BTD;
}

at::Tensor logitsOf(
    const ParameterSet& parameters, const Batch& batch, const ForwardOptions& options)
{
    return runHead(parameters, runTrunk(parameters, batch, options), options.observer);
}

} // namespace espalier
