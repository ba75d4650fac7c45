// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizers/tokenizer_impl.h"

#include <nlohmann/json_fwd.hpp>

namespace espalier {

/// The stages that a tokenizer.json describes. `where` is the file that errors begin with.
/// Errors: Refused: anything unknown, named. Truncation and padding are not ours and passed over.
[[nodiscard]] Result<std::shared_ptr<Tokenizer::Impl>> readTokenizerJson(
    const nlohmann::json& document, const std::string& where);

} // namespace espalier
