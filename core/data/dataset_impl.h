// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/data/image_source.h"
#include "core/data/token_part.h"

namespace espalier {

/// Either texts (train and validation tokens) or images; the others are null.
struct Dataset::Impl
{
    std::string name;
    Task task = Task::CausalLanguageModel;
    std::int64_t categories = 0; ///< vocab or classes
    std::optional<double> floor = std::nullopt;

    std::int64_t sequenceLength = 0;
    std::shared_ptr<const TokenPart> trainTokens = nullptr;
    std::shared_ptr<const TokenPart> validationTokens = nullptr;

    std::int64_t channels = 0;
    std::int64_t height = 0;
    std::int64_t width = 0;
    std::shared_ptr<const ImageSource> trainImages = nullptr;
    std::shared_ptr<const ImageSource> validationImages = nullptr;
};

/// Tokens per sample that the spec asks for. Refused unless the model has 256 tokens (bytes) and
/// positions enough.
[[nodiscard]] Result<std::int64_t> byteSequenceLength(
    const DataSpec& spec, const ModelConfig& config);

/// The rest of an Impl for texts; refused if a part is too short for one sample.
[[nodiscard]] Result<Dataset> textDataset(std::string name, std::shared_ptr<const TokenPart> train,
    std::shared_ptr<const TokenPart> validation, std::int64_t sequenceLength,
    std::optional<double> floor = std::nullopt);

/// The rest of an Impl for images of the model's size; refused if a part is empty.
[[nodiscard]] Result<Dataset> imageDataset(std::string name,
    std::shared_ptr<const ImageSource> train, std::shared_ptr<const ImageSource> validation,
    const ModelConfig& config);

/// Every how many images one is for validation: round(1 / share), at least 2. Refused unless 0 <
/// share <= 0.5.
[[nodiscard]] Result<std::int64_t> validationEvery(const DataSpec& spec);

} // namespace espalier
