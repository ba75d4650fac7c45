// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/forward/transformer.h"

#include <fmt/format.h>

namespace espalier {

namespace {

Status checkTokenTypes(const ModelShape& shape, const Batch& batch)
{
    const at::Tensor& types_BT = batch.tokenTypes_BT;
    if (shape.tokenTypes == 0)
        return refused("token_type_ids: found some, wanted none, the model knows no token types");
    if (types_BT.sizes() != batch.inputIds_BT.sizes())
        return refused("token_type_ids: its shape differs from that of input_ids");
    const std::int64_t lowest = types_BT.min().item<std::int64_t>();
    const std::int64_t highest = types_BT.max().item<std::int64_t>();
    if (lowest < 0 || highest >= shape.tokenTypes)
        return refused(fmt::format("token_type_ids: found type {}, wanted 0 to {}",
            lowest < 0 ? lowest : highest, shape.tokenTypes - 1));
    return {};
}

Status checkTokens(const ModelShape& shape, const Batch& batch)
{
    if (!batch.inputIds_BT.defined())
        return refused("input: no token ids, wanted input_ids for a model of texts");
    const at::Tensor& ids_BT = batch.inputIds_BT;
    if (ids_BT.dim() != 2 || ids_BT.numel() == 0)
        return refused(
            fmt::format("input_ids: found {} dimensions and {} values, wanted [batch, tokens]",
                ids_BT.dim(), ids_BT.numel()));
    if (ids_BT.size(1) > shape.positions)
        return refused(fmt::format("input_ids: found {} tokens, wanted at most {} positions",
            ids_BT.size(1), shape.positions));
    const std::int64_t lowest = ids_BT.min().item<std::int64_t>();
    const std::int64_t highest = ids_BT.max().item<std::int64_t>();
    if (lowest < 0 || highest >= shape.vocab)
        return refused(fmt::format("input_ids: found token {}, wanted 0 to {}",
            lowest < 0 ? lowest : highest, shape.vocab - 1));
    if (batch.attentionMask_BT.defined() && batch.attentionMask_BT.sizes() != ids_BT.sizes())
        return refused("attention_mask: its shape differs from that of input_ids");
    return batch.tokenTypes_BT.defined() ? checkTokenTypes(shape, batch) : Status();
}

Status checkPixels(const ModelShape& shape, const at::Tensor& pixels_BCHW)
{
    if (!pixels_BCHW.defined())
        return refused("input: no images, wanted pixel_values for an image model");
    const std::vector<std::int64_t> wanted{shape.channels, shape.imageHeight, shape.imageWidth};
    if (pixels_BCHW.dim() != 4 || pixels_BCHW.numel() == 0
        || pixels_BCHW.sizes().slice(1) != at::IntArrayRef(wanted))
        return refused(fmt::format("pixel_values: found another shape, wanted [batch, {}, {}, {}]",
            wanted[0], wanted[1], wanted[2]));
    return {};
}

} // namespace

Status checkBatch(const ModelConfig& config, const Batch& batch)
{
    return readsTokens(config.flavour.task) ? checkTokens(config.shape, batch)
                                            : checkPixels(config.shape, batch.pixels_BCHW);
}

} // namespace espalier
