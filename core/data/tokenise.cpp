// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/tokenise.h"

#include "core/base/expect.h"
#include "core/data/text_pieces.h"
#include "core/data/token_cache.h"
#include "core/storage/content_hash.h"
#include "core/tensors/parallel.h"

#include <fmt/format.h>

#include <algorithm>

namespace espalier {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kWaveBytes = std::size_t{4} << 20; ///< of text per thread

std::uintmax_t bytesOf(const fs::path& file)
{
    std::error_code error;
    const std::uintmax_t size = fs::file_size(file, error);
    return error ? 0 : size;
}

/// Tells how far a text has been read.
class ReadProgress
{
public:
    ReadProgress(const TextFiles& text, const Progress& progress)
        : m_progress(progress)
    {
        for (const fs::path& file : text.files)
            m_total += static_cast<double>(bytesOf(file));
    }
    [[nodiscard]] Status advance(std::size_t bytes)
    {
        if (m_progress.stopRequested())
            return cancelled();
        m_done += static_cast<double>(bytes);
        m_progress(std::min(1.0, m_done / std::max(1.0, m_total)), "tokenising");
        return {};
    }

private:
    const Progress& m_progress;
    double m_total = 0;
    double m_done = 0;
};

/// Pieces that wait until there are enough to encode them side by side.
class Wave
{
public:
    Wave(const TextEncoding& encoding, PackedTokens& tokens)
        : m_encoding(encoding)
        , m_tokens(tokens)
        , m_full(kWaveBytes * static_cast<std::size_t>(at::get_num_threads()))
    {
    }

    void add(const fs::path& file, TextPiece piece)
    {
        m_bytes += piece.text.size();
        m_pieces.push_back({&file, std::move(piece), {}});
    }
    [[nodiscard]] bool isFull() const
    {
        return m_bytes >= m_full;
    }
    /// Encodes what waits and appends it; returns its bytes.
    [[nodiscard]] Result<std::size_t> run()
    {
        inParallel(static_cast<std::int64_t>(m_pieces.size()), 1,
            [&](std::int64_t begin, std::int64_t end) {
                for (std::int64_t i = begin; i < end; ++i) {
                    Waiting& waiting = m_pieces[static_cast<std::size_t>(i)];
                    waiting.ids = m_encoding.encode(waiting.piece.text);
                }
            });
        for (const Waiting& waiting : m_pieces)
            if (const Status appended = append(waiting); !appended)
                return appended.error();
        m_pieces.clear();
        return std::exchange(m_bytes, 0);
    }

private:
    struct Waiting
    {
        const fs::path* file;
        TextPiece piece;
        std::optional<Result<std::vector<std::int32_t>>> ids;
    };

    [[nodiscard]] Status append(const Waiting& waiting)
    {
        const Result<std::vector<std::int32_t>>& ids = *waiting.ids;
        if (!ids)
            return Error{ids.error().code,
                fmt::format("{}: {}", waiting.file->string(), ids.error().message)};
        for (const std::int32_t id : *ids)
            if (id < 0 || id >= m_encoding.vocab)
                return refused(fmt::format("{}: the tokenizer gives token {}, wanted 0 to {} (the "
                                           "rows of the model's embedding)",
                    waiting.file->string(), id, m_encoding.vocab - 1));
        if (waiting.piece.startsDocument && m_tokens.size() > 0 && m_encoding.end)
            m_tokens.append(std::span(&*m_encoding.end, 1));
        m_tokens.append(*ids);
        return {};
    }

    const TextEncoding& m_encoding;
    PackedTokens& m_tokens;
    std::size_t m_full;
    std::vector<Waiting> m_pieces;
    std::size_t m_bytes = 0;
};

Result<PackedTokens> tokenised(
    const TextFiles& text, const TextEncoding& encoding, const Progress& progress)
{
    PackedTokens tokens(encoding.vocab);
    ReadProgress read(text, progress);
    Wave wave(encoding, tokens);
    const auto runWave = [&]() -> Status {
        const Result<std::size_t> done = wave.run();
        return done ? read.advance(*done) : Status(done.error());
    };
    for (const fs::path& file : text.files) {
        const Status done = readPieces(file, text.textField, [&](TextPiece piece) -> Status {
            wave.add(file, std::move(piece));
            return wave.isFull() ? runWave() : Status();
        });
        if (!done)
            return done.error();
    }
    if (const Status done = runWave(); !done)
        return done.error();
    return tokens;
}

/// Everything that decides the tokens.
Result<std::string> cacheKey(
    const TextFiles& text, const TextEncoding& encoding, const Progress& progress)
{
    const Result<std::string> content = sha256OfFiles(text.files, progress);
    if (!content)
        return content.error();
    std::string facts = fmt::format("espalier tokens 1\n{}\n{}\n{}\n{}\n{}\n", *content,
        encoding.hash, encoding.vocab, encoding.end.value_or(-1), text.textField);
    for (const fs::path& file : text.files)
        facts += fmt::format("{}{}\n", bytesOf(file), isJsonLines(file) ? " lines" : "");
    return sha256OfBytes(std::as_bytes(std::span(facts)));
}

/// Whether tokens begin as the tokenizer, as it is now, begins the text.
bool beginsAlike(const PackedTokens& tokens, const TextFiles& text, const TextEncoding& encoding)
{
    bool alike = true;
    const auto compare = [&](const TextPiece& piece) -> Status {
        const Result<std::vector<std::int32_t>> ids = encoding.encode(piece.text);
        alike = ids && static_cast<std::int64_t>(ids->size()) <= tokens.size();
        if (alike) {
            std::vector<std::int64_t> found(ids->size());
            tokens.read(0, found);
            alike = std::equal(ids->begin(), ids->end(), found.begin());
        }
        return cancelled(); // one piece is enough
    };
    if (!text.files.empty())
        (void)readPieces(text.files[0], text.textField, compare);
    return alike;
}

/// The tokens of a cache entry, if it can be believed.
std::optional<PackedTokens> believedTokens(const TokenCacheEntry& entry, const TextFiles& text,
    const TextEncoding& encoding, const Progress& progress)
{
    std::error_code error;
    if (!fs::exists(entry.folder, error))
        return std::nullopt;
    Result<PackedTokens> tokens = readTokenCache(entry);
    if (tokens && beginsAlike(*tokens, text, encoding))
        return *std::move(tokens);
    progress.tell(fmt::format("{}; the text is tokenised again",
        tokens ? fmt::format("{}: other tokens than the tokenizer's", entry.folder.string())
               : tokens.error().message));
    return std::nullopt;
}

} // namespace

Result<std::shared_ptr<const PackedTokens>> byteTokensOf(
    const TextFiles& text, const Progress& progress)
{
    auto tokens = std::make_shared<PackedTokens>(256);
    ReadProgress read(text, progress);
    char last = '\n';
    for (const fs::path& file : text.files) {
        const Status done = readPieces(file, text.textField, [&](const TextPiece& piece) -> Status {
            if (piece.startsDocument && last != '\n') {
                static constexpr std::uint8_t kLineEnd[] = {'\n'};
                tokens->appendBytes(kLineEnd);
            }
            tokens->appendBytes(std::span(
                reinterpret_cast<const std::uint8_t*>(piece.text.data()), piece.text.size()));
            last = piece.text.empty() ? last : piece.text.back();
            return read.advance(piece.text.size());
        });
        if (!done)
            return done.error();
    }
    return std::shared_ptr<const PackedTokens>(std::move(tokens));
}

Result<std::shared_ptr<const PackedTokens>> tokensOf(const TextFiles& text,
    const TextEncoding& encoding, const std::optional<fs::path>& cache, const Progress& progress)
{
    ESPALIER_EXPECT(encoding.encode != nullptr, "somebody encodes");
    std::optional<TokenCacheEntry> entry;
    if (cache) {
        const Result<std::string> key = cacheKey(text, encoding, progress);
        if (!key)
            return key.error();
        entry = TokenCacheEntry{*cache / "tokens" / *key, *key, encoding.vocab};
        if (std::optional<PackedTokens> tokens = believedTokens(*entry, text, encoding, progress))
            return std::shared_ptr<const PackedTokens>(
                std::make_shared<PackedTokens>(*std::move(tokens)));
    }
    Result<PackedTokens> tokens = tokenised(text, encoding, progress);
    if (!tokens)
        return tokens.error();
    if (entry && tokens->size() > 0)
        if (const Status written = writeTokenCache(*entry, *tokens); !written)
            progress.tell(fmt::format("the tokens are not kept: {}", written.error().message));
    return std::shared_ptr<const PackedTokens>(std::make_shared<PackedTokens>(*std::move(tokens)));
}

} // namespace espalier
