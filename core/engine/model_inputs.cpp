// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/model_inputs.h"

#include "core/data/image_processor.h"
#include "core/engine/guard.h"
#include "core/engine/tokenize.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace espalier {
namespace {

std::string_view nameOf(Interpolation interpolation)
{
    switch (interpolation) {
    case Interpolation::Nearest:
        return "nearest";
    case Interpolation::Lanczos:
        return "Lanczos";
    case Interpolation::Bilinear:
        return "bilinear";
    case Interpolation::Bicubic:
        return "bicubic";
    case Interpolation::Box:
        return "box";
    case Interpolation::Hamming:
        break;
    }
    return "Hamming";
}

std::string numbersText(const std::vector<double>& values, double absent)
{
    return values.empty() ? fmt::format("{:g}", absent)
                          : fmt::format("{:.3g}", fmt::join(values, ", "));
}

std::string describe(const ImageProcessor& processor)
{
    std::string steps;
    if (processor.resize && processor.keepRatio)
        steps += fmt::format(
            "Shorter side to {}, {}", processor.resize->height, nameOf(processor.interpolation));
    else if (processor.resize)
        steps += fmt::format("Resized to {} × {}, {}", processor.resize->height,
            processor.resize->width, nameOf(processor.interpolation));
    if (processor.crop)
        steps += fmt::format("{}middle {} × {} cut out", steps.empty() ? "" : "; ",
            processor.crop->height, processor.crop->width);
    return fmt::format("{}{}({:.4g} x − mean) / deviation\nmean {}; deviation {}", steps,
        steps.empty() ? "" : "; ", processor.rescale, numbersText(processor.mean, 0),
        numbersText(processor.deviation, 1));
}

} // namespace

InputSummary inputsOf(const Model& model)
{
    if (readsTokens(model.config().flavour.task)) {
        const Result<std::optional<TokenizerInfo>> found =
            model.path().empty() ? std::optional<TokenizerInfo>() : tokenizerOf(model.path());
        if (!found)
            return {.problem = found.error().message};
        if (!*found)
            return {};
        return {.tokenizer = TokenizerSummary{(*found)->kind, (*found)->file, (*found)->tokens}};
    }
    const Result<std::string> processor = guarded([&]() -> Result<std::string> {
        const Result<ImageProcessor> read = readImageProcessor(model.path(), model.config().shape);
        if (!read)
            return read.error();
        return describe(*read);
    });
    return processor ? InputSummary{.processor = *processor}
                     : InputSummary{.problem = processor.error().message};
}

} // namespace espalier
