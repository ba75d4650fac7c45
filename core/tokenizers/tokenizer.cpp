// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizers/tokenizer.h"

#include "core/base/untrusted_text.h"
#include "core/tokenizers/tokenizer_impl.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace espalier {

namespace {

/// ICU counts in 32 bits.
constexpr std::size_t kMaxTextBytes = std::size_t{1} << 30;

std::array<std::optional<TokenId>, 7> idsOf(const SpecialTokenIds& ids)
{
    return {ids.pad, ids.mask, ids.cls, ids.sep, ids.bos, ids.eos, ids.unk};
}

Status checkText(std::string_view text, const std::string& source)
{
    if (text.size() > kMaxTextBytes)
        return refused(fmt::format("{}: found a text of {} bytes, wanted at most {} at a time",
            source, text.size(), kMaxTextBytes));
    if (const auto wrong = firstInvalidUtf8(text))
        return refused(fmt::format(
            "text: byte {} is {}, wanted UTF-8", *wrong, inQuotes(text.substr(*wrong, 1))));
    return {};
}

} // namespace

std::unique_ptr<EncodeScratch> ScratchPool::take()
{
    const std::lock_guard lock(m_mutex);
    if (m_free.empty())
        return std::make_unique<EncodeScratch>();
    std::unique_ptr<EncodeScratch> scratch = std::move(m_free.back());
    m_free.pop_back();
    return scratch;
}

void ScratchPool::giveBack(std::unique_ptr<EncodeScratch> scratch)
{
    // A long piece leaves a lot of memory behind; a word leaves little.
    constexpr std::size_t kWorthKeeping = 1 << 16;
    if (scratch->model.symbols.capacity() > kWorthKeeping
        || scratch->model.path.capacity() > kWorthKeeping)
        scratch->model = {};
    const std::lock_guard lock(m_mutex);
    m_free.push_back(std::move(scratch));
}

void Tokenizer::Impl::encodePiece(
    std::string_view piece, std::vector<TokenId>& ids, EncodeScratch& scratch) const
{
    if (piece.size() > WordCache::kLongestPiece)
        return model->encode(piece, ids, scratch.model);
    if (const auto known = scratch.cache.find(piece)) {
        ids.insert(ids.end(), known->begin(), known->end());
        return;
    }
    const std::size_t before = ids.size();
    model->encode(piece, ids, scratch.model);
    scratch.cache.add(piece, std::span(ids).subspan(before));
}

void Tokenizer::Impl::encodeNormalized(
    std::string_view text, bool first, std::vector<TokenId>& ids, EncodeScratch& scratch) const
{
    added.cut(text, true, [&](AddedTokens::Part part) {
        const bool atStart = first && part.text.data() == text.data();
        if (part.token)
            ids.push_back(*part.token);
        else
            preTokenizer.split({.text = part.text, .atStart = atStart},
                [&](Piece piece) { encodePiece(piece.text, ids, scratch); });
    });
}

void Tokenizer::Impl::encodeText(
    std::string_view text, bool first, std::vector<TokenId>& ids, EncodeScratch& scratch) const
{
    if (normalizer.isEmpty())
        return encodeNormalized(text, first, ids, scratch);
    const std::string normal = normalizer(std::string(text));
    encodeNormalized(normal, first, ids, scratch);
}

const std::string& Tokenizer::source() const
{
    return m_impl->source;
}

std::string Tokenizer::kind() const
{
    return m_impl->model->kind();
}

std::int64_t Tokenizer::vocabularySize() const
{
    std::int64_t end = m_impl->model->end();
    for (const AddedToken& token : m_impl->added.all())
        end = std::max<std::int64_t>(end, token.id + 1);
    return end;
}

const SpecialTokenIds& Tokenizer::specialTokens() const
{
    return m_impl->specials;
}

bool Tokenizer::isSpecial(TokenId id) const
{
    const AddedToken* const token = m_impl->added.find(id);
    const auto specials = idsOf(m_impl->specials);
    return (token && token->special)
        || std::find(specials.begin(), specials.end(), id) != specials.end();
}

Result<std::vector<TokenId>> Tokenizer::encode(std::string_view text, Around around) const
{
    if (const Status fine = checkText(text, m_impl->source); !fine)
        return fine.error();
    std::vector<TokenId> ids;
    ids.reserve(text.size() / 4 + 8);
    if (around == Around::SpecialTokens)
        ids = m_impl->postProcessor.before;
    std::unique_ptr<EncodeScratch> scratch = m_impl->pool.take();
    try {
        m_impl->added.cut(text, false, [&](AddedTokens::Part part) {
            if (part.token)
                ids.push_back(*part.token);
            else
                m_impl->encodeText(part.text, part.text.data() == text.data(), ids, *scratch);
        });
    } catch (const std::runtime_error& error) {
        return refused(fmt::format("{}: {}", m_impl->source, error.what()));
    }
    m_impl->pool.giveBack(std::move(scratch));
    if (around == Around::SpecialTokens)
        ids.insert(
            ids.end(), m_impl->postProcessor.behind.begin(), m_impl->postProcessor.behind.end());
    return ids;
}

std::string Tokenizer::decode(std::span<const TokenId> ids) const
{
    Decoder::Tokens tokens;
    for (const TokenId id : ids)
        if (std::string text = isSpecial(id) ? std::string() : piece(id); !text.empty())
            tokens.push_back(std::move(text));
    return m_impl->decoder(std::move(tokens));
}

std::string Tokenizer::piece(TokenId id) const
{
    const AddedToken* const token = m_impl->added.find(id);
    return token ? token->content : std::string(m_impl->model->text(id));
}

Status fitsEmbedding(const Tokenizer& tokenizer, std::int64_t vocabulary)
{
    if (tokenizer.vocabularySize() <= vocabulary)
        return {};
    return refused(fmt::format("{}: found token numbers up to {}, wanted below {} (the model's "
                               "vocabulary)",
        tokenizer.source(), tokenizer.vocabularySize() - 1, vocabulary));
}

} // namespace espalier
