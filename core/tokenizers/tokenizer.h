// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

using TokenId = std::int32_t;

/// The tokens that a text model gives a meaning of its own; those that a tokenizer lacks are none.
struct SpecialTokenIds
{
    std::optional<TokenId> pad = std::nullopt;
    std::optional<TokenId> mask = std::nullopt;
    std::optional<TokenId> cls = std::nullopt;
    std::optional<TokenId> sep = std::nullopt;
    std::optional<TokenId> bos = std::nullopt;
    std::optional<TokenId> eos = std::nullopt;
    std::optional<TokenId> unk = std::nullopt;
    friend bool operator==(const SpecialTokenIds&, const SpecialTokenIds&) = default;
};

/// Whether encode() puts the tokenizer's own tokens around the text ([CLS] text [SEP]).
enum class Around
{
    Nothing,
    SpecialTokens
};

/// Text into the token numbers of one model and back, number for number as Hugging Face's
/// `tokenizers` (tokenizer.json and the older files) or sentencepiece (tokenizer.model) do it.
/// Immutable, cheap to copy, safe to use from several threads.
class Tokenizer
{
public:
    /// "byte-level BPE", "BPE", "WordPiece", "Unigram", "SentencePiece".
    [[nodiscard]] std::string kind() const;
    /// The file it was read from, without its folder: "tokenizer.json", "vocab.txt".
    [[nodiscard]] const std::string& source() const;
    /// Largest token number + 1, added tokens included.
    [[nodiscard]] std::int64_t vocabularySize() const;
    [[nodiscard]] const SpecialTokenIds& specialTokens() const;
    /// True for tokens that stand for no text: the above, and those that the files call special.
    [[nodiscard]] bool isSpecial(TokenId id) const;

    /// The tokens of a text of any length; nothing is truncated or padded. Special tokens that are
    /// written out in the text become the tokens that they name, as in Hugging Face's.
    /// Errors: Refused if the text is not UTF-8 (naming the first wrong byte), or if a pattern of
    /// the tokenizer takes too long on it.
    [[nodiscard]] Result<std::vector<TokenId>> encode(
        std::string_view text, Around around = Around::Nothing) const;

    /// The text of tokens, special ones left out. Not always what was encoded: normalisation is
    /// not undone, and bytes that are not UTF-8 come back as U+FFFD. Numbers that are no token
    /// stand for nothing.
    [[nodiscard]] std::string decode(std::span<const TokenId> ids) const;

    /// A token as the vocabulary spells it: "Ġthe", "##ing", "▁the"; empty if there is none.
    [[nodiscard]] std::string piece(TokenId id) const;

    struct Impl; ///< core/tokenizers/tokenizer_impl.h
    explicit Tokenizer(std::shared_ptr<const Impl> impl)
        : m_impl(std::move(impl))
    {
    }

private:
    std::shared_ptr<const Impl> m_impl;
};

/// True if a folder holds files of a tokenizer, whether or not openTokenizer can read them.
[[nodiscard]] bool hasTokenizer(const std::filesystem::path& folder);

/// The tokenizer of a model's folder: tokenizer.json, else tokenizer.model, else vocab.json with
/// merges.txt (GPT-2's, RoBERTa's, Qwen2's), else vocab.txt (BERT's); tokenizer_config.json and
/// config.json beside them say what these leave open.
/// Errors: Refused, naming file, part, found and wanted: files missing or broken, any component or
/// setting that would need an approximation.
[[nodiscard]] Result<Tokenizer> openTokenizer(const std::filesystem::path& folder);

/// Refused, naming both sizes, if the tokenizer's largest number has no row in an embedding of
/// `vocabulary` rows. Fewer tokens than rows are usual: embeddings are padded.
[[nodiscard]] Status fitsEmbedding(const Tokenizer& tokenizer, std::int64_t vocabulary);

} // namespace espalier
