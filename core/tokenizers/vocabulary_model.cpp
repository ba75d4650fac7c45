// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizers/vocabulary_model.h"

#include "core/base/untrusted_text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace espalier {

ByteTokens byteTokensOf(const Vocabulary& vocabulary)
{
    ByteTokens tokens = {};
    for (std::size_t byte = 0; byte < tokens.size(); ++byte)
        tokens[byte] = vocabulary.find(fmt::format("<0x{:02X}>", byte));
    return tokens;
}

bool appendBytes(const ByteTokens& tokens, std::string_view text, std::vector<TokenId>& ids)
{
    const std::size_t before = ids.size();
    for (const char c : text) {
        const TokenId id = tokens[static_cast<unsigned char>(c)];
        if (id == Vocabulary::kNoToken) {
            ids.resize(before);
            return false;
        }
        ids.push_back(id);
    }
    return true;
}

Result<Vocabulary> readVocabulary(ObjectReader& json, const std::string& where)
{
    const nlohmann::json* const tokens = json.anything("vocab");
    if (!tokens || !tokens->is_object() || tokens->empty())
        return refused(where + ": model.vocab: wanted an object of tokens and their numbers");
    Vocabulary vocabulary;
    std::vector<bool> taken(tokens->size());
    for (const auto& [text, number] : tokens->items()) {
        const bool known = number.is_number_unsigned()
            && number.get<std::uint64_t>() < static_cast<std::uint64_t>(Vocabulary::kMaxTokens);
        if (!known)
            return refused(
                fmt::format("{}: model.vocab: {}: found {}, wanted a number from 0 to {}", where,
                    inQuotes(text), printable(number.dump()), Vocabulary::kMaxTokens - 1));
        const auto id = number.get<TokenId>();
        const auto place = static_cast<std::size_t>(id);
        if (place >= taken.size())
            taken.resize(place + 1);
        if (taken[place])
            return refused(fmt::format("{}: model.vocab: found {} twice ({} and {}), wanted once",
                where, id, inQuotes(vocabulary.text(id)), inQuotes(text)));
        taken[place] = true;
        vocabulary.add(text, id);
    }
    return vocabulary;
}

} // namespace espalier
