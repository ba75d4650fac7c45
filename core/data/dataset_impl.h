// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/data/image_source.h"
#include "core/data/token_windows.h"

#include <array>
#include <vector>

namespace espalier {

/// Either texts (train and validation tokens) or images; the others are null.
struct Dataset::Impl
{
    std::string name;
    Task task = Task::CausalLanguageModel;
    std::int64_t categories = 0; ///< vocab or classes
    std::string lacksLabels = {}; ///< why a loss has nothing to predict here; empty: it has
    std::optional<double> floor = std::nullopt;

    WindowRule windows = {};
    std::shared_ptr<const TokenSource> trainTokens = nullptr;
    std::shared_ptr<const TokenSource> validationTokens = nullptr;

    std::int64_t channels = 0;
    std::int64_t height = 0;
    std::int64_t width = 0;
    std::vector<std::array<float, 256>> numbers = {}; ///< what bytes become, by channel
    std::shared_ptr<const ImageSource> trainImages = nullptr;
    std::shared_ptr<const ImageSource> validationImages = nullptr;
};

/// How text is cut for this model. Refused: a vocabulary without tokenizer that is not bytes, a
/// sequence length that the model does not read.
[[nodiscard]] Result<WindowRule> windowRule(const DataRequest& request);

/// The rest of an Impl for texts; refused if a part is too short for one sample.
[[nodiscard]] Result<Dataset> textDataset(const DataRequest& request, const WindowRule& windows,
    std::shared_ptr<const TokenSource> train, std::shared_ptr<const TokenSource> validation,
    std::optional<double> floor = std::nullopt);

struct ImageParts
{
    std::shared_ptr<const ImageSource> train;
    std::shared_ptr<const ImageSource> validation;
};
/// The rest of an Impl for images of so many classes that fitImage() has made the model's size;
/// refused if a part is empty. Their labels count if the model tells apart as many.
[[nodiscard]] Result<Dataset> imageDataset(
    std::string name, const DataRequest& request, std::int64_t classes, ImageParts parts);

/// The model's image processor, else the default.
[[nodiscard]] ImageProcessor processorOf(const DataRequest& request);

/// The last name in the source: "demo:garden", "tinyshakespeare.txt", "cifar10" of "cifar10/".
[[nodiscard]] std::string nameOfSource(const DataSpec& spec);

/// Every how many images one is for validation: round(1 / share), at least 2. Refused unless 0 <
/// share <= 0.5.
[[nodiscard]] Result<std::int64_t> validationEvery(const DataSpec& spec);

} // namespace espalier
