// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// What a person should know of an opened model beside its sizes, in short lines with the reason
// behind each.

#include "core/methods/method.h"
#include "core/report/model_summary.h"

#include <string>
#include <vector>

namespace espalier {

struct ModelFact
{
    std::string text; ///< a few words
    std::string help; ///< one to three lines; "\n" between them
    bool warns = false; ///< something does not fit together
};

/// Whether data give the task something to train on. Texts come without labels, so only models that
/// predict tokens have a loss on them.
[[nodiscard]] bool hasLoss(Task task);

/// "6 heads of 32, each with keys and values of its own": who shares what.
[[nodiscard]] std::string describeHeads(const ModelShape& shape);
/// "50 257 tokens, 1 024 positions", or classes, pixels and patches.
[[nodiscard]] std::string describeInputs(const ModelConfig& config);

/// "tied head", "own head", "no head", "20 classes".
[[nodiscard]] ModelFact headFact(const ModelConfig& config);
/// "F16", "F32 and BF16": types of the tensors that are read, those with most bytes first.
[[nodiscard]] ModelFact typeFact(const ModelSummary& model);
/// The last step by which the weights came about, "Net2Net of half.json"; all of them in
/// the help. Empty for a model of which nobody knows.
[[nodiscard]] ModelFact lineageFact(const ModelSummary& model);
/// The tokenizer with its vocabulary, or how pictures become inputs. Warns if the tokenizer has
/// numbers without a row in the embedding, or if there is none where one is needed.
[[nodiscard]] ModelFact inputFact(const ModelSummary& model);
/// "Width in 32s · 24 of 26 methods", with the rule and who does not serve it and why.
[[nodiscard]] ModelFact reachFact(const ModelConfig& config);
/// What cannot be done with the model whatever its sizes: no text from a masked model, no loss
/// without a head. Empty for the others.
[[nodiscard]] std::vector<ModelFact> limitFacts(const ModelConfig& config);

/// The bounds of the model's destinations by this method: its tokenizer counts.
[[nodiscard]] ShapeBounds boundsOf(const Method& method, const ModelSummary& model);

} // namespace espalier
