// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"
#include "core/report/lineage.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace espalier {

/// A tensor of a model's files, as a table shows it.
struct TensorSummary
{
    std::string name; ///< on disk
    std::optional<ParameterId> parameter; ///< none: the family's table ignores it
    std::string dtype;
    std::vector<std::int64_t> sizes;
    std::int64_t bytes = 0;
    std::string file = {}; ///< that holds it, without its folder
};

/// The tokenizer in a model's folder.
struct TokenizerSummary
{
    std::string kind; ///< "byte-level BPE", "WordPiece", …
    std::string file; ///< "tokenizer.json", …
    std::int64_t tokens = 0; ///< largest token number + 1
};

/// How text or pictures become what the model reads.
struct InputSummary
{
    std::optional<TokenizerSummary> tokenizer = {}; ///< nothing: none in the folder
    std::string processor = {}; ///< what happens to a picture, in words; empty for texts
    std::string problem = {}; ///< why what is in the folder cannot be read; empty: it can
};

/// An opened model without its weights.
struct ModelSummary
{
    std::string name;
    std::string path;
    ModelConfig config;
    bool freshWeights = false; ///< a folder with a config.json alone
    std::string weightsHash;
    std::vector<TensorSummary> tensors;
    InputSummary inputs = {};
    /// How the weights came about, newest first (lineageOf); empty: nobody wrote it down.
    std::vector<LineageStep> lineage = {};
};

/// What a model scores on some data, and between which bounds that lies.
struct LossSummary
{
    double loss = 0; ///< mean cross-entropy, nats per token or image
    std::optional<double> accuracy;
    double chance = 0; ///< loss of the uniform guess
    std::optional<double> floor; ///< entropy of the data, where known
    std::int64_t tokens = 0;
};

/// "8 blocks, 192 wide, 6 heads of 32, MLP 768"; heads are left out where their size is unknown.
[[nodiscard]] std::string describeShape(const ModelShape& shape);

} // namespace espalier
