// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/tokenize.h"

#include "core/engine/guard.h"
#include "core/storage/file_bytes.h"
#include "core/tokenizers/tokenizer.h"

namespace espalier {

namespace {

constexpr std::uintmax_t kMaxTextBytes = std::uintmax_t{1} << 30;

} // namespace

Result<std::optional<TokenizerInfo>> tokenizerOf(const std::filesystem::path& folder)
{
    return guarded([&]() -> Result<std::optional<TokenizerInfo>> {
        if (!hasTokenizer(folder))
            return std::optional<TokenizerInfo>();
        const Result<Tokenizer> tokenizer = openTokenizer(folder);
        if (!tokenizer)
            return tokenizer.error();
        return std::optional(TokenizerInfo{.kind = tokenizer->kind(),
            .file = tokenizer->source(),
            .tokens = tokenizer->vocabularySize()});
    });
}

Result<TokenizedText> tokenize(
    const std::filesystem::path& folder, std::string_view text, bool specialTokens)
{
    return guarded([&]() -> Result<TokenizedText> {
        const Result<Tokenizer> tokenizer = openTokenizer(folder);
        if (!tokenizer)
            return tokenizer.error();
        Result<std::vector<TokenId>> ids =
            tokenizer->encode(text, specialTokens ? Around::SpecialTokens : Around::Nothing);
        if (!ids)
            return ids.error();
        TokenizedText tokenized;
        tokenized.ids = *std::move(ids);
        for (const TokenId id : tokenized.ids)
            tokenized.pieces.push_back(tokenizer->piece(id));
        tokenized.decoded = tokenizer->decode(tokenized.ids);
        return tokenized;
    });
}

Result<TokenizedText> tokenizeFile(
    const std::filesystem::path& folder, const std::filesystem::path& file, bool specialTokens)
{
    const Result<std::vector<std::uint8_t>> bytes = readFileBytes(file, kMaxTextBytes);
    if (!bytes)
        return bytes.error();
    return tokenize(folder,
        std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size()),
        specialTokens);
}

} // namespace espalier
