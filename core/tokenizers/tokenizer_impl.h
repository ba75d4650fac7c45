// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizers/added_tokens.h"
#include "core/tokenizers/decoder.h"
#include "core/tokenizers/normalizer.h"
#include "core/tokenizers/post_processor.h"
#include "core/tokenizers/pre_tokenizer.h"
#include "core/tokenizers/word_cache.h"

#include <mutex>

namespace espalier {

/// What one call of encode() needs besides the tokenizer.
struct EncodeScratch
{
    WordCache cache;
    ModelScratch model;
};

/// Lends scratch to one thread at a time and keeps it, so that a second text finds known words.
class ScratchPool
{
public:
    [[nodiscard]] std::unique_ptr<EncodeScratch> take();
    void giveBack(std::unique_ptr<EncodeScratch> scratch);

private:
    std::mutex m_mutex;
    std::vector<std::unique_ptr<EncodeScratch>> m_free;
};

/// The stages in the order in which a text passes them: added tokens that stand in the text,
/// normaliser, added tokens of the normalised text, pre-tokeniser, model, post-processor.
struct Tokenizer::Impl
{
    std::string source;
    AddedTokens added;
    Normalizer normalizer;
    PreTokenizer preTokenizer;
    std::unique_ptr<TokenModel> model;
    PostProcessor postProcessor;
    Decoder decoder;
    SpecialTokenIds specials;
    mutable ScratchPool pool;

    void encodePiece(
        std::string_view piece, std::vector<TokenId>& ids, EncodeScratch& scratch) const;
    /// `first`: the text begins here.
    void encodeText(
        std::string_view text, bool first, std::vector<TokenId>& ids, EncodeScratch& scratch) const;
    void encodeNormalized(
        std::string_view text, bool first, std::vector<TokenId>& ids, EncodeScratch& scratch) const;
};

} // namespace espalier
