// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/task_rules.h"

#include "core/architectures/family_config.h"
#include "core/base/expect.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>
#include <string_view>

namespace espalier {
namespace {

constexpr std::int64_t kMaxMapCells = std::int64_t{1} << 25; // doubles

/// A key that gives token numbers a meaning, and the largest of them.
struct SpecialToken
{
    std::string key;
    std::int64_t id = -1;
};

std::int64_t largestId(const nlohmann::ordered_json& value)
{
    if (value.is_number_integer())
        return value.get<std::int64_t>();
    std::int64_t largest = -1;
    if (value.is_array()) // several tokens end a text
        for (const auto& one : value)
            largest = std::max(largest, one.is_array() ? -1 : largestId(one));
    return largest;
}

/// The largest id of the config's that has a row in the parent's table.
SpecialToken lastSpecialToken(const ModelConfig& parent)
{
    SpecialToken last;
    const auto take = [&](const std::string& key, std::int64_t id) {
        if (id > last.id && id < parent.shape.vocab)
            last = {key, id};
    };
    const nlohmann::ordered_json keys = sourceKeysOf(parent);
    for (const auto& [key, value] : keys.items())
        if (key.ends_with("_token_id"))
            take(key, largestId(value));
    if (parent.flavour.positionRule == PositionRule::RealTokens)
        take("pad_token_id", parent.flavour.paddingId);
    return last;
}

std::string atLeast(Size size, std::int64_t low)
{
    return fmt::format("{} must be at least {}", nameOf(size), low);
}

std::string atMost(Size size, std::int64_t high)
{
    return fmt::format("{} may be at most {}", nameOf(size), high);
}

TaskRule countRule(Size size, std::int64_t high)
{
    return {.high = high, .whyLow = atLeast(size, 1), .whyHigh = atMost(size, high)};
}

TaskRule vocabRule(const ModelConfig& parent, std::int64_t tokens)
{
    TaskRule rule = countRule(Size::Vocab, SizeLimits::vocab);
    const SpecialToken last = lastSpecialToken(parent);
    if (tokens > last.id + 1) {
        rule.low = tokens;
        rule.whyLow =
            fmt::format("the tokenizer has {} tokens, so {}", tokens, atLeast(Size::Vocab, tokens));
    } else if (last.id >= 0) {
        rule.low = last.id + 1;
        rule.whyLow = fmt::format(
            "the config's {} is {}, so {}", last.key, last.id, atLeast(Size::Vocab, last.id + 1));
    }
    return rule;
}

/// The largest image whose side, patches and map of positions stay inside their limits.
std::int64_t largestImage(const ModelShape& parent, std::int64_t step)
{
    const auto fits = [&](std::int64_t height) {
        ModelShape asked = askedSizes(parent, parent);
        set(asked, Size::Image, height);
        const ModelShape shape = destinationShape(parent, asked);
        return std::max(shape.imageHeight, shape.imageWidth) <= SizeLimits::image
            && shape.positions <= std::min(SizeLimits::positions, kMaxMapCells / parent.positions);
    };
    std::int64_t most = 0;
    for (std::int64_t height = step; height <= SizeLimits::image && fits(height); height += step)
        most = height;
    return std::max(most, parent.imageHeight);
}

TaskRule imageRule(const ModelShape& parent)
{
    const std::int64_t rows = parent.imageHeight / parent.patchHeight;
    const std::int64_t cols = parent.imageWidth / parent.patchWidth;
    const std::int64_t step = parent.patchHeight * (rows / std::gcd(rows, cols));
    const std::int64_t high = largestImage(parent, step);
    const std::string multiple = fmt::format("image must be a multiple of {}", step);
    return {.low = step,
        .high = high,
        .step = step,
        .whyLow = multiple,
        .whyHigh = atMost(Size::Image, high),
        .whyStep = rows == cols
            ? fmt::format("images are cut into patches of {} x {}, so {}", parent.patchHeight,
                parent.patchWidth, multiple)
            : fmt::format("images keep their {} x {} patches' ratio, so {}", rows, cols, multiple)};
}

/// Of a size that is not there, or not to choose.
std::string whyNone(const ModelShape& parent, Size size)
{
    if (size == Size::Positions && parent.positions > 0)
        return "positions follow from the image";
    if (size == Size::Classes)
        return "the parent predicts no classes";
    return fmt::format("the parent reads no {}", size == Size::Image ? "images" : "tokens");
}

} // namespace

TaskRule taskRuleOf(const ModelConfig& parent, Size size, std::int64_t tokens)
{
    const ModelShape& shape = parent.shape;
    if (!hasOwn(shape, size)) {
        const std::string why = whyNone(shape, size);
        return {.low = get(shape, size), .high = get(shape, size), .whyLow = why, .whyHigh = why};
    }
    switch (size) {
    case Size::Vocab:
        return vocabRule(parent, tokens);
    case Size::Image:
        return imageRule(shape);
    case Size::Positions:
        return countRule(size, SizeLimits::positions - shape.sparePositions);
    case Size::Classes:
        return countRule(size, SizeLimits::classes);
    default:
        ESPALIER_EXPECT(false, "the other sizes are the trunk's");
    }
}

} // namespace espalier
