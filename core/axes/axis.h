// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace espalier {

/// What an index along a dimension stands for. Everything that shapes a model speaks of these
/// labels, never of tensors: whoever keeps residual channel 7 keeps it in every tensor that has a
/// Residual dimension.
///
/// Attention has four flattened axes of whole heads: Query [heads x headDim], Key and Value
/// [kvHeads x headDim], and Context [heads x headDim], the input of the output projection (query
/// head e reads value group e * kvHeads / heads).
enum class AxisLabel
{
    Residual, ///< the stream that all skip connections join: one axis for the whole network
    Query,
    Key,
    Value,
    Context,
    Head, ///< query heads, one index each (talking heads mix them)
    Mlp, ///< hidden units of one block's MLP
    ClassMlp, ///< hidden units of one class-attention block's MLP
    HeadChannel, ///< channels inside a head, alike in all heads of the network (norms of q and k)
    Vocab,
    Position,
    TokenType,
    Class,
    Patch, ///< channels x patch height x patch width, flattened
};

/// One axis per block (true) or one for the whole network (false).
[[nodiscard]] constexpr bool isPerBlock(AxisLabel label)
{
    return label == AxisLabel::Query || label == AxisLabel::Key || label == AxisLabel::Value
        || label == AxisLabel::Context || label == AxisLabel::Head || label == AxisLabel::Mlp
        || label == AxisLabel::ClassMlp;
}

/// Axes of what goes in and out, not of the transformer between: never learned, made alike for
/// every method (core/plan/task_sizes.h).
[[nodiscard]] constexpr bool isOfTask(AxisLabel label)
{
    return label >= AxisLabel::Vocab;
}

/// "residual", "query", "mlp", … as recipes, tables and messages spell them.
[[nodiscard]] std::string_view nameOf(AxisLabel label);

/// Which face of an axis map acts on a dimension: the side that writes the axis (rows of a linear
/// layer, biases, norm gains, embeddings) or the side that reads it (columns of a linear layer).
/// Selections have equal faces; Net2Net's reader divides by the number of copies.
enum class Side
{
    Write,
    Read
};

/// One dimension of a parameter: axes laid end to end (fused q|k|v is {Query, Key, Value}), all on
/// the same side.
struct Dim
{
    std::vector<AxisLabel> segments;
    Side side = Side::Write;
    friend bool operator==(const Dim&, const Dim&) = default;
};

} // namespace espalier
