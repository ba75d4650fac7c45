// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace espalier {

/// tokenizer.json (Hugging Face tokenizers) of a model whose tokens are the 256 bytes: byte-level
/// BPE without merges, token number = byte. Bytes that do not print are spelt as GPT-2's table has
/// them (Radford et al. 2019, bytes_to_unicode): byte 10 is "Ċ".
[[nodiscard]] std::string byteTokenizerJson();

/// The tokenizer_config.json that goes with it. `positions` is the longest text, in bytes.
[[nodiscard]] std::string byteTokenizerConfigJson(std::int64_t positions);

} // namespace espalier
