// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"
#include "core/base/progress.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/data/image_processor.h"
#include "core/data/text_encoding.h"
#include "core/forward/batch.h"
#include "core/recipe/recipe.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace espalier {

/// The two parts of every dataset; no sample is in both, unless DataSpec::split asks to validate on
/// "train".
enum class Split
{
    Train,
    Validation
};

/// What data are opened for.
struct DataRequest
{
    DataSpec spec;
    ModelConfig config;
    std::optional<TextEncoding> encoding =
        std::nullopt; ///< none: bytes are tokens, which needs a vocabulary of 256
    std::optional<ImageProcessor> processor = std::nullopt; ///< none: defaultImageProcessor()
};

/// Samples that suit one model: token windows or images with labels. Immutable, cheap to copy, safe
/// to read from several threads. All of it lies in memory, tokens in 1, 2 or 4 bytes; batches are
/// made on the CPU.
///
/// A sample of text is a window of sequenceLength tokens, see WindowRule. Validation windows follow
/// one another, training windows begin anywhere. Images pass the
/// model's own processor, else ViT's: resized to its size (bilinear), x in 0 … 255 becomes
/// (x / 255 - 0.5) / 0.5.
class Dataset
{
public:
    /// Opens what `request.spec.source` names and cuts it for a model.
    ///
    /// Split: data that come in parts (train/ and test/, CIFAR's batches) keep them, see planParts;
    /// else the last validationShare of a text, or every round(1/validationShare)-th image, is for
    /// validation.
    /// Errors: Refused, naming file, found and wanted: nothing there, unknown kind, no tokens for
    /// this vocabulary, too short for one sample in either part, a broken image, no such part.
    /// Cancelled.
    [[nodiscard]] static Result<Dataset> open(
        const DataRequest& request, const Progress& progress = {});

    [[nodiscard]] const std::string&
    name() const; ///< as a person would say it: "demo:garden", "tinyshakespeare.txt"
    [[nodiscard]] Task task() const;
    [[nodiscard]] std::int64_t sequenceLength() const; ///< tokens per sample; 0 for images

    /// Windows (consecutive ones, also for Train) or images. At least 1.
    [[nodiscard]] std::int64_t samples(Split split) const;
    /// Samples first … first + count - 1 of a part, in a fixed order: for evaluation and
    /// calibration. first + count <= samples(split).
    [[nodiscard]] Batch batch(Split split, std::int64_t first, std::int64_t count) const;
    /// The batch of a training step; a pure function, so that a run continues from its step number
    /// alone. Windows are drawn independently; images in an order that is shuffled anew in each
    /// pass.
    [[nodiscard]] Batch trainingBatch(Seed seed, std::int64_t step, std::int64_t count) const;

    /// Whether samples come with something to predict: not so for models of text that classify, for
    /// models without a head, and for images of another number of classes than the model's.
    [[nodiscard]] bool hasLabels() const;
    /// Refused if there are no labels, for work that needs a loss.
    [[nodiscard]] Status requireLabels() const;
    /// What a model reads in one sample and what TrainPoint::tokens counts: sequenceLength tokens,
    /// or one image.
    [[nodiscard]] std::int64_t tokensPerSample() const;
    /// Loss of the uniform guess, ln(vocab) or ln(classes).
    [[nodiscard]] double chance() const;
    /// Entropy of the validation part per predicted token, where the generator knows it.
    [[nodiscard]] std::optional<double> floor() const;

    struct Impl; ///< core/data/dataset_impl.h
    explicit Dataset(std::shared_ptr<const Impl> impl)
        : m_impl(std::move(impl))
    {
    }

private:
    std::shared_ptr<const Impl> m_impl;
};

} // namespace espalier
