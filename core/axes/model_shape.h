// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/axis.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace espalier {

/// Every size of a transformer; which of them a destination may change is Size's. Sizes that a
/// family lacks are 0 (a language model's patch, an image model's vocab).
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
/// Those of the trunk are for methods to reach. Those of the task are the parent's unless somebody
/// asks for others, and no method knows them (core/plan/task_sizes.h).
enum class Size
{
    Layers,
    Hidden,
    Heads,
    KvHeads,
    HeadDim,
    Mlp,
    Vocab,
    Image, ///< height in pixels; the width keeps the parent's ratio, positions follow
    Positions,
    Classes
};
inline constexpr std::array kTrunkSizes = {
    Size::Layers, Size::Hidden, Size::Heads, Size::KvHeads, Size::HeadDim, Size::Mlp};
inline constexpr std::array kTaskSizes = {Size::Vocab, Size::Image, Size::Positions, Size::Classes};
inline constexpr std::array kAllSizes = {Size::Layers, Size::Hidden, Size::Heads, Size::KvHeads,
    Size::HeadDim, Size::Mlp, Size::Vocab, Size::Image, Size::Positions, Size::Classes};

[[nodiscard]] constexpr bool isOfTask(Size size)
{
    return size >= Size::Vocab;
}

/// "layers", "hidden", "heads", "kv-heads", "head-dim", "mlp", "vocab", "image", "positions",
/// "classes".
[[nodiscard]] std::string_view nameOf(Size size);
[[nodiscard]] std::int64_t get(const ModelShape& shape, Size size);
/// What follows from an image becomes 0 with it, for destinationShape() to fill in.
void set(ModelShape& shape, Size size, std::int64_t value);
/// Whether such models have the size, and as one that can be chosen: an image model's positions
/// follow from its image, and it may be given classes where it has none.
[[nodiscard]] bool hasOwn(const ModelShape& shape, Size size);

/// The parent's shape with those sizes of the trunk. MLPs of class-attention blocks keep their
/// ratio to the trunk's.
[[nodiscard]] ModelShape resized(const ModelShape& parent, const ModelShape& sizes);

/// The same with those sizes of the task that are not 0.
[[nodiscard]] ModelShape destinationShape(const ModelShape& parent, const ModelShape& asked);
/// What recipes hold of a destination: its trunk, and the sizes of the task that are not the
/// parent's; all others are 0. destinationShape() takes it back.
[[nodiscard]] ModelShape askedSizes(const ModelShape& parent, const ModelShape& shape);

} // namespace espalier
