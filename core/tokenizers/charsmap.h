// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// sentencepiece's precompiled normalisation ("precompiled_charsmap"): a double-array trie (Aoe
/// 1989, as darts-clone lays it out) from characters or their sequences to what replaces them.
///
/// File layout: bytes of the trie as uint32, the trie's uint32 units, replacements that each end
/// with a zero byte; all little-endian, the whole in base64.
class Charsmap
{
public:
    /// Errors: Refused, naming what is broken.
    [[nodiscard]] static Result<Charsmap> decode(std::string_view base64, const std::string& where);

    /// Every grapheme cluster below 6 bytes that has an entry is replaced as a whole, else each of
    /// its characters that has one. Throws std::runtime_error if ICU fails.
    [[nodiscard]] std::string normalised(const std::string& text) const;

private:
    [[nodiscard]] std::optional<std::string_view> replacementOf(std::string_view text) const;
    void appendCluster(std::string& out, std::string_view cluster) const;

    std::vector<std::uint32_t> m_trie;
    std::string m_replacements;
};

} // namespace espalier
