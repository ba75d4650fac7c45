// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// How text becomes the token numbers of one model, and which of them stand for no text.
struct TextEncoding
{
    /// 0 <= id < vocab; safe to call from several threads. Refused: text that is not UTF-8.
    std::function<Result<std::vector<std::int32_t>>(std::string_view text)> encode;
    std::string hash; ///< of the tokenizer's files: the same hash, the same numbers
    std::int64_t vocab = 0; ///< rows of the model's embedding
    bool bytes = false; ///< each byte is the token of its own number, and there are no others
    std::optional<std::int32_t> end = std::nullopt; ///< between documents
    std::optional<std::int32_t> first = std::nullopt; ///< before each window of an encoder ([CLS])
    std::optional<std::int32_t> last = std::nullopt; ///< after it ([SEP])
    std::optional<std::int32_t> mask = std::nullopt; ///< what a masked token becomes
    std::vector<std::int32_t> special = {}; ///< never masked; in ascending order
};

} // namespace espalier
