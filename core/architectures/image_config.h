// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// What the image families share: names of tensors, readers and writers of config.json. Not a
// family.

#include "core/architectures/architecture.h"
#include "core/formats/json_reader.h"

#include <nlohmann/json_fwd.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace espalier {

struct HeightWidth
{
    std::int64_t height = 1;
    std::int64_t width = 1;
};

/// A length for both sides, or [height, width].
[[nodiscard]] HeightWidth readSides(ObjectReader& keys, std::string_view key, std::int64_t max);
/// As readSides reads it, one length if both sides are the same.
[[nodiscard]] nlohmann::ordered_json sidesAsJson(std::int64_t height, std::int64_t width);

/// Sets image, patch and positions: one for every patch and `extraTokens`. Refuses, at `imageKey`,
/// sides that whole patches do not fill.
void setPatches(ObjectReader& keys, std::string_view imageKey, HeightWidth image, HeightWidth patch,
    std::int64_t extraTokens, ModelShape& shape);

/// Shape and flavour of a classifier of images, or of a model without head, as transformers' ViT
/// and its relatives state them. Headless ones keep the dense layer behind the class token (the
/// pooler) unread, and may lack it (see asStored).
[[nodiscard]] ModelShape readImageShape(ObjectReader& keys, Task task, std::int64_t extraTokens);
[[nodiscard]] Flavour readImageFlavour(ObjectReader& keys, Task task);
/// The whole config of such a model.
[[nodiscard]] nlohmann::ordered_json imageConfigAsJson(
    const ModelConfig& config, std::string_view modelType, std::string_view className);

/// What transformers' ViT and DeiT share: everything but distillation token and heads. The names in
/// the files of transformers 4 and 5 alike: 5 has others in memory and translates both ways.
// clang-format off
inline constexpr std::array kVitTrunkRows = {
    DiskRow{"embeddings.patch_embeddings.projection.weight",           Role::PatchWeight, Layout::PatchConv},
    DiskRow{"embeddings.patch_embeddings.projection.bias",             Role::PatchBias},
    DiskRow{"embeddings.cls_token",                                    Role::ClassToken, Layout::OneByOne},
    DiskRow{"embeddings.position_embeddings",                          Role::PositionEmbedding, Layout::OneByRows},
    DiskRow{"encoder.layer.{l}.layernorm_before.weight",               Role::AttentionNormGain},
    DiskRow{"encoder.layer.{l}.layernorm_before.bias",                 Role::AttentionNormBias},
    DiskRow{"encoder.layer.{l}.attention.attention.query.weight",      Role::QkvWeight, Layout::Plain, 0},
    DiskRow{"encoder.layer.{l}.attention.attention.query.bias",        Role::QkvBias, Layout::Plain, 0},
    DiskRow{"encoder.layer.{l}.attention.attention.key.weight",        Role::QkvWeight, Layout::Plain, 1},
    DiskRow{"encoder.layer.{l}.attention.attention.key.bias",          Role::QkvBias, Layout::Plain, 1},
    DiskRow{"encoder.layer.{l}.attention.attention.value.weight",      Role::QkvWeight, Layout::Plain, 2},
    DiskRow{"encoder.layer.{l}.attention.attention.value.bias",        Role::QkvBias, Layout::Plain, 2},
    DiskRow{"encoder.layer.{l}.attention.output.dense.weight",         Role::AttentionOutWeight},
    DiskRow{"encoder.layer.{l}.attention.output.dense.bias",           Role::AttentionOutBias},
    DiskRow{"encoder.layer.{l}.layernorm_after.weight",                Role::MlpNormGain},
    DiskRow{"encoder.layer.{l}.layernorm_after.bias",                  Role::MlpNormBias},
    DiskRow{"encoder.layer.{l}.intermediate.dense.weight",             Role::MlpUpWeight},
    DiskRow{"encoder.layer.{l}.intermediate.dense.bias",               Role::MlpUpBias},
    DiskRow{"encoder.layer.{l}.output.dense.weight",                   Role::MlpDownWeight},
    DiskRow{"encoder.layer.{l}.output.dense.bias",                     Role::MlpDownBias},
    DiskRow{"layernorm.weight",                                        Role::FinalNormGain},
    DiskRow{"layernorm.bias",                                          Role::FinalNormBias},
};
// clang-format on

/// The pooler of headless models; classifiers read tokens instead.
// clang-format off
inline constexpr std::array kVitPoolerRows = {
    DiskRow{"pooler.dense.weight", Role::HeadDenseWeight, Layout::Plain, -1, only(Task::ImageEncoder)},
    DiskRow{"pooler.dense.bias",   Role::HeadDenseBias,   Layout::Plain, -1, only(Task::ImageEncoder)},
};
// clang-format on

/// Both tables, one after the other.
template <std::size_t A, std::size_t B>
[[nodiscard]] constexpr std::array<DiskRow, A + B> joinedRows(
    const std::array<DiskRow, A>& first, const std::array<DiskRow, B>& second)
{
    std::array<DiskRow, A + B> rows{};
    std::copy(first.begin(), first.end(), rows.begin());
    std::copy(second.begin(), second.end(), rows.begin() + A);
    return rows;
}

} // namespace espalier
