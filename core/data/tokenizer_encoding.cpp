// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tokenizer_encoding.h"

#include "core/storage/content_hash.h"

#include <fmt/format.h>

#include <algorithm>

namespace espalier {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kByteVocabulary = 256;

/// Over every file that a tokenizer may be read from.
Result<std::string> hashOfTokenizer(const fs::path& folder)
{
    std::string facts;
    for (const char* name : {"tokenizer.json", "tokenizer.model", "vocab.json", "merges.txt",
             "vocab.txt", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
             "config.json"}) {
        std::error_code error;
        if (!fs::is_regular_file(folder / name, error))
            continue;
        const Result<std::string> hash = sha256OfFile(folder / name);
        if (!hash)
            return hash.error();
        facts += fmt::format("{} {}\n", name, *hash);
    }
    return sha256OfBytes(std::as_bytes(std::span(facts)));
}

/// Whether every byte of plain text is the token of its own number.
bool isByteTokenizer(const Tokenizer& tokenizer)
{
    if (tokenizer.vocabularySize() > kByteVocabulary)
        return false;
    std::string text;
    for (char c = 1; c < 127; ++c)
        text += c;
    text += "é…";
    const Result<std::vector<TokenId>> ids = tokenizer.encode(text);
    return ids
        && std::equal(ids->begin(), ids->end(), text.begin(), text.end(),
            [](TokenId id, char c) { return id == static_cast<unsigned char>(c); });
}

} // namespace

TextEncoding encodingOf(const Tokenizer& tokenizer, std::string hash, const ModelConfig& config)
{
    const SpecialTokenIds& ids = tokenizer.specialTokens();
    const bool causal = config.flavour.task == Task::CausalLanguageModel;
    TextEncoding encoding{
        .encode = [tokenizer](std::string_view text) { return tokenizer.encode(text); },
        .hash = std::move(hash),
        .vocab = config.shape.vocab,
        .end = ids.eos ? ids.eos : ids.sep,
        .first = causal ? std::nullopt : ids.cls,
        .last = causal ? std::nullopt : ids.sep,
        .mask = ids.mask};
    for (TokenId id = 0; id < tokenizer.vocabularySize(); ++id)
        if (tokenizer.isSpecial(id))
            encoding.special.push_back(id);
    return encoding;
}

Result<std::optional<TextEncoding>> encodingIn(const fs::path& folder, const ModelConfig& config)
{
    if (folder.empty() || !hasTokenizer(folder))
        return std::optional<TextEncoding>();
    const Result<Tokenizer> tokenizer = openTokenizer(folder);
    if (!tokenizer)
        return tokenizer.error();
    const bool bytes = isByteTokenizer(*tokenizer);
    if (config.shape.vocab == kByteVocabulary && bytes)
        return std::optional<TextEncoding>();
    if (const Status fits = fitsEmbedding(*tokenizer, config.shape.vocab); !fits)
        return fits.error();
    Result<std::string> hash = hashOfTokenizer(folder);
    if (!hash)
        return hash.error();
    TextEncoding encoding = encodingOf(*tokenizer, *std::move(hash), config);
    encoding.bytes = bytes;
    return std::optional(std::move(encoding));
}

TextEncoding byteEncoding(std::int64_t vocab)
{
    return {.encode = [](std::string_view text) -> Result<std::vector<std::int32_t>> {
                std::vector<std::int32_t> ids;
                ids.reserve(text.size());
                for (const char byte : text)
                    ids.push_back(static_cast<unsigned char>(byte));
                return ids;
            },
        .hash = "bytes",
        .vocab = vocab,
        .bytes = true};
}

} // namespace espalier
