// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"

#include <vector>

namespace espalier::test {

/// Sizes of the toys below: no two axes share a length unless the family ties them.
struct ToySizes
{
    std::int64_t layers = 2;
    std::int64_t hidden = 12;
    std::int64_t heads = 3;
    std::int64_t headDim = 4;
    std::int64_t mlp = 10;
};

/// A GPT-2 layout with 17 tokens and 9 positions, head tied unless asked otherwise.
[[nodiscard]] ModelConfig toyGpt2(const ToySizes& sizes = {}, bool tiedHead = true);

/// A LLaMA layout with 17 tokens and 9 positions: Rms norms, rotary embeddings, one key/value head
/// for all, gated MLP, own head.
[[nodiscard]] ModelConfig toyLlama(const ToySizes& sizes = {});

/// A BERT layout with 17 tokens, 9 positions and 2 token types; classes of texts: 7.
[[nodiscard]] ModelConfig toyBert(
    Task task = Task::MaskedLanguageModel, const ToySizes& sizes = {});

/// The same with RoBERTa's positions (padding id 1, so two spare rows) and 1 token type.
[[nodiscard]] ModelConfig toyRoberta(
    Task task = Task::MaskedLanguageModel, const ToySizes& sizes = {});

/// The same without token types and pooler.
[[nodiscard]] ModelConfig toyDistilbert(
    Task task = Task::MaskedLanguageModel, const ToySizes& sizes = {});

/// A ViT layout: 2 channels, 8 x 4 pixels in patches of 4 x 2 (5 tokens), 7 classes.
[[nodiscard]] ModelConfig toyVit(const ToySizes& sizes = {});

/// A LLaMA layout with two groups of two heads.
[[nodiscard]] ModelConfig toyGroupedLlama();

/// An OPT layout: two spare positions, Relu, tied head.
[[nodiscard]] ModelConfig toyOpt(const ToySizes& sizes = {});

/// A GPT-NeoX layout: attention and MLP side by side, half of a head's channels rotated.
[[nodiscard]] ModelConfig toyNeox(const ToySizes& sizes = {});

/// A Qwen3 layout: norms of queries and keys, two groups of two heads, head size free of the width,
/// tied head.
[[nodiscard]] ModelConfig toyQwen3();

/// A Gemma layout: embeddings times sqrt(width), gains with an offset, tied head.
[[nodiscard]] ModelConfig toyGemma(const ToySizes& sizes = {});

/// A Gemma 2 layout: norms before and behind, capped scores and logits, every other block windowed.
[[nodiscard]] ModelConfig toyGemma2(const ToySizes& sizes = {});

/// A DeiT layout: as the ViT, with a distillation token and head (6 tokens).
[[nodiscard]] ModelConfig toyDeit(const ToySizes& sizes = {});

/// A DeiT III layout: as the ViT, with LayerScale and without a position for the class token (4
/// positions, 5 tokens).
[[nodiscard]] ModelConfig toyDeit3(const ToySizes& sizes = {});

/// A CaiT layout: LayerScale, talking heads, 4 tokens, and the class token in two class-attention
/// blocks of half as many MLP units again.
[[nodiscard]] ModelConfig toyCait(const ToySizes& sizes = {});

/// An image model without its head.
[[nodiscard]] ModelConfig toyHeadless(ModelConfig images);

struct ToyFamily
{
    const char* name;
    ModelConfig config;
};
/// One of each layout that a family has, and of each head.
[[nodiscard]] std::vector<ToyFamily> toyFamilies();

} // namespace espalier::test
