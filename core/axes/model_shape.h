// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/axis.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace espalier {

/// Every size of a transformer. The first six are what a destination may change; the rest belong to
/// the task. Sizes that a family lacks are 0 (a language model's patch, an image model's vocab).
struct ModelShape
{
    std::int64_t layers = 0;
    std::int64_t hidden = 0; ///< residual width d
    std::int64_t heads = 0; ///< query heads H
    std::int64_t kvHeads = 0; ///< key/value heads K; H % K == 0
    std::int64_t headDim = 0; ///< h; Query has heads * headDim channels
    std::int64_t mlp = 0; ///< MLP hidden units m

    std::int64_t vocab = 0;
    std::int64_t positions = 0; ///< longest input in tokens (class token of an image included)
    std::int64_t sparePositions = 0; ///< rows that a learned position table has before position 0
    std::int64_t tokenTypes = 0;
    std::int64_t classes = 0;
    std::int64_t channels = 0;
    std::int64_t imageHeight = 0;
    std::int64_t imageWidth = 0;
    std::int64_t patchHeight = 0;
    std::int64_t patchWidth = 0;
    std::int64_t classLayers = 0; ///< class-attention blocks behind the trunk (CaiT)
    std::int64_t classMlp = 0; ///< MLP hidden units of those

    friend bool operator==(const ModelShape&, const ModelShape&) = default;
};

/// Blocks that hold parameters: those of the trunk, then the class-attention ones. Block numbers
/// run through both.
[[nodiscard]] constexpr std::int64_t blocksOf(const ModelShape& shape)
{
    return shape.layers + shape.classLayers;
}

/// The axis of the hidden units of a block's MLP: Mlp in the trunk, ClassMlp behind it.
[[nodiscard]] constexpr AxisLabel mlpAxisOf(const ModelShape& shape, std::int64_t block)
{
    return block < shape.layers ? AxisLabel::Mlp : AxisLabel::ClassMlp;
}

/// Length of an axis in a model of this shape.
[[nodiscard]] std::int64_t lengthOf(AxisLabel label, const ModelShape& shape);
[[nodiscard]] std::int64_t lengthOf(const Dim& dim, const ModelShape& shape);

/// The sizes that a destination may change, as sliders, options (--hidden) and recipes name them.
enum class Size
{
    Layers,
    Hidden,
    Heads,
    KvHeads,
    HeadDim,
    Mlp
};
inline constexpr std::array<Size, 6> kAllSizes = {
    Size::Layers, Size::Hidden, Size::Heads, Size::KvHeads, Size::HeadDim, Size::Mlp};

/// "layers", "hidden", "heads", "kv-heads", "head-dim", "mlp".
[[nodiscard]] std::string_view nameOf(Size size);
[[nodiscard]] std::int64_t get(const ModelShape& shape, Size size);
void set(ModelShape& shape, Size size, std::int64_t value);

/// The parent's shape with those six sizes. MLPs of class-attention blocks keep their ratio to the
/// trunk's.
[[nodiscard]] ModelShape resized(const ModelShape& parent, const ModelShape& sizes);

} // namespace espalier
