// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/json_reader.h"
#include "core/tokenizers/flat_map.h"
#include "core/tokenizers/function_ref.h"
#include "core/tokenizers/normalizer.h"
#include "core/tokenizers/token_model.h"

#include <array>
#include <unordered_map>

namespace espalier {

struct AddedToken
{
    TokenId id = 0;
    std::string content; ///< of tokens that are looked for in the normalised text: normalised
    bool singleWord = false; ///< only where no word character touches it
    bool leftStrip = false; ///< takes the white space before it along
    bool rightStrip = false;
    bool normalized = false; ///< looked for in the normalised text
    bool special = false; ///< stands for no text
};

/// Finds which of some texts occurs first, the longest where several begin.
class TextFinder
{
public:
    void add(std::string_view text, std::size_t value);

    struct Found
    {
        std::size_t begin;
        std::size_t end;
        std::size_t value;
    };
    [[nodiscard]] std::optional<Found> find(std::string_view text, std::size_t from) const;

private:
    std::array<bool, 256> m_begins = {}; ///< bytes that a text begins with
    FlatMap<std::int32_t> m_children; ///< by node << 8 | byte
    std::vector<std::int64_t> m_values = {-1}; ///< by node
};

/// Tokens that are taken out of a text before the model sees it.
class AddedTokens
{
public:
    [[nodiscard]] static AddedTokens of(
        std::vector<AddedToken> tokens, const Normalizer& normalizer);

    /// A part of a text: a token, or text between tokens.
    struct Part
    {
        std::string_view text;
        std::optional<TokenId> token;
    };
    /// Cuts a text at the tokens that are looked for as it stands, or as it is normalised.
    void cut(std::string_view text, bool normalized, FunctionRef<void(Part)> sink) const;

    [[nodiscard]] const AddedToken* find(TokenId id) const;
    [[nodiscard]] const std::vector<AddedToken>& all() const
    {
        return m_tokens;
    }

private:
    std::vector<AddedToken> m_tokens;
    std::unordered_map<TokenId, std::size_t> m_byId;
    TextFinder m_plain;
    TextFinder m_normalized;
};

/// "added_tokens" of a tokenizer.json. Refused where Hugging Face would give a token another number
/// than the file says.
[[nodiscard]] Result<std::vector<AddedToken>> readAddedTokens(
    ObjectReader& json, const TokenModel& model, const std::string& where);

} // namespace espalier
