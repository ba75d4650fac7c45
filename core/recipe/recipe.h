// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_shape.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/methods/option.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// Which data, how much, and how it is cut. `source` is what the command line calls DATA.
struct DataSpec
{
    std::string source; ///< "demo:garden", "demo:glyphs", a path
    std::int64_t sequenceLength =
        0; ///< tokens per sample; 0: the model's positions, at most 128 for text
    double validationShare = 0.1; ///< the last part of a text, every n-th image
    std::string split =
        {}; ///< the given part to validate on: "validation", "test", "train"; empty: the first one
            ///< of validation and test that the data have, else what validationShare cuts off
    std::string textField = "text"; ///< of JSON lines
    std::string tokenizer = {}; ///< folder with the tokenizer; empty: the model's own
    bool skipBroken = false; ///< leave out images that cannot be decoded instead of refusing them
    friend bool operator==(const DataSpec&, const DataSpec&) = default;
};

struct MeasureSettings
{
    DataSpec data;
    std::int64_t samples = 64; ///< sequences or images
    std::int64_t batch = 8;
    std::vector<std::string> ids = {}; ///< of measurements; empty: the usual ones
    friend bool operator==(const MeasureSettings&, const MeasureSettings&) = default;
};

/// Learning from another model's logits beside the data (Hinton et al. 2015, arXiv 1503.02531):
///
///     (1 - w) cross-entropy + w τ² KL(teacher / τ || student / τ)
///
/// with w going evenly from `weight` to `finalWeight`. A hidden-state term joins the teacher's if
/// wanted (core/training/stream_match.h). Knowledge inheritance (Qin et al. 2022,
/// arXiv 2105.13880), where a smaller teacher is outgrown, ends at 0.
struct Distillation
{
    std::string teacher; ///< MODEL; empty: the recipe's parent
    double weight = 0.5;
    double finalWeight = 0.5;
    double temperature = 1;
    double hiddenWeight = 0; ///< of the hidden-state term beside the divergence; the teacher is the
                             ///< recipe's parent then
    friend bool operator==(const Distillation&, const Distillation&) = default;
};

/// What goes with any start; all off by default.
struct TrainingAids
{
    std::optional<Distillation> distillation = std::nullopt;
    double layerDrop = 0; ///< share of steps that leave out the last block in the end (progressive
                          ///< layer dropping, Zhang & He 2020, arXiv 2010.13369)
    double tokenDrop = 0; ///< share of tokens that pass by the middle blocks (random layerwise
                          ///< token dropping, Yao et al. 2022, arXiv 2211.11586)
    std::int64_t stageSteps = 0; ///< the first steps run the first stageLayers blocks alone (staged
    std::int64_t stageLayers = 0; ///< training, LiGO's figure 5)
    std::int64_t frozenSteps = 0; ///< the first steps leave embeddings and the first frozenLayers
    std::int64_t frozenLayers =
        0; ///< blocks as they are (MSLT, Yang et al. 2020, arXiv 2011.13635)
    std::int64_t prefixSteps = 0; ///< the first steps run a drawn multiple of prefixLayers first
    std::int64_t prefixLayers = 0; ///< blocks and tune the last prefixLayers of them alone
                                   ///< (bert2BERT's first stage, arXiv 2110.07143, section 3.4)
    std::int64_t gateSteps = 0; ///< the first steps let in what a recipe's start has beside its
                                ///< parent's members, from nothing to all (core/training/gates.h)
    friend bool operator==(const TrainingAids&, const TrainingAids&) = default;
};

/// A model that grows while it trains: before update `atStep` (0-based) it is made into another
/// shape by a method that needs neither measurements nor learning. Stacking in stages (StackBERT,
/// Gong et al. 2019), freezing what was there (MSLT, arXiv 2011.13635) and carrying the optimizer
/// along (staged training, arXiv 2203.06211) are settings of it.
struct GrowthStage
{
    std::int64_t atStep = 0;
    ModelShape shape; ///< its trunk: sizes of the task do not grow on the way
    std::string method; ///< id in the method catalog
    Options options = {};
    Seed seed = {};
    bool keepsMoments = false; ///< AdamW's moments grow too (core/training/moment_growth.h); else
                               ///< they start anew
    std::int64_t frozenSteps = 0; ///< so many steps embeddings and the first frozenLayers blocks
    std::int64_t frozenLayers = 0; ///< stay as they are
    std::int64_t gateSteps = 0; ///< over so many steps what is new comes in, from nothing to all
    friend bool operator==(const GrowthStage&, const GrowthStage&) = default;
};

/// Training as every lane of a race uses it; AdamW, warm-up then cosine to
/// `finalLearningRateShare`.
struct TrainSettings
{
    DataSpec data;
    std::int64_t steps = 500;
    std::int64_t batch = 16;
    double learningRate = 1e-3;
    double finalLearningRateShare = 0.1;
    std::int64_t warmupSteps = 20;
    double weightDecay = 0.1; ///< matrices and tables only
    double beta1 = 0.9;
    double beta2 = 0.95;
    double clipNorm = 1.0; ///< 0: no clipping
    std::int64_t evalEvery = 50; ///< steps between validation losses; 0: at the end only
    std::int64_t evalSamples = 64;
    std::int64_t autosaveEvery = 200; ///< steps between checkpoints; 0: only when stopped or done
    std::string device = "auto"; ///< "auto", "cpu", "cuda"
    /// Of matrix products: "fp32", or "bf16" with weights, norms, softmax and loss in fp32.
    std::string dtype = "fp32";
    Seed seed = {1}; ///< order of batches; fresh weights come from the recipe's seed
    TrainingAids aids = {};
    std::vector<GrowthStage> growth = {}; ///< by atStep, each later than the one before
    friend bool operator==(const TrainSettings&, const TrainSettings&) = default;
};

/// The whole input of a destination: the same recipe and the same parent give the same bytes, from
/// window and command line alike. What undo and redo step through, what recipe.json holds.
struct Recipe
{
    std::string parentPath;
    std::string parentHash; ///< sha256 of the weights; empty: not checked
    ModelShape shape; ///< see askedSizes()
    std::string method; ///< id in the method catalog
    Options options = {}; ///< only those that differ from the method's defaults need be here
    Seed seed = {0};
    std::optional<MeasureSettings> measure = std::nullopt;
    std::optional<TrainSettings> train = std::nullopt;
    friend bool operator==(const Recipe&, const Recipe&) = default;
};

/// Unknown keys, wrong types and impossible values are refused, naming file and key. Sizes of the
/// task (vocab, classes, …) are in the file if the recipe has them.
[[nodiscard]] Result<Recipe> readRecipe(std::string_view json, std::string_view where);
[[nodiscard]] std::string writeRecipe(const Recipe& recipe);

} // namespace espalier
