// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/token_cache.h"

#include "core/storage/atomic_folder.h"
#include "core/storage/hdf5_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace espalier {

namespace {

namespace fs = std::filesystem;

constexpr const char* kFormat = "espalier tokens 1";

std::string fileName(std::int64_t index)
{
    return fmt::format("{:05}.h5", index);
}

template <typename Narrow> bool allBelow(std::span<const std::byte> raw, std::int64_t vocab)
{
    for (std::size_t at = 0; at < raw.size(); at += sizeof(Narrow)) {
        Narrow id = 0;
        std::memcpy(&id, raw.data() + at, sizeof(Narrow));
        if (static_cast<std::int64_t>(id) >= vocab)
            return false;
    }
    return true;
}

bool allBelow(std::span<const std::byte> raw, int width, std::int64_t vocab)
{
    return width == 1 ? allBelow<std::uint8_t>(raw, vocab)
        : width == 2  ? allBelow<std::uint16_t>(raw, vocab)
                      : allBelow<std::uint32_t>(raw, vocab);
}

/// Checks what a file says about itself; returns the tokens of all files.
Result<std::int64_t> checkFacts(
    const Hdf5File& file, const fs::path& path, const TokenCacheEntry& entry)
{
    const Result<std::string> format = file.readText("/", "format");
    if (!format || *format != kFormat)
        return refused(fmt::format("{}: not a token cache", path.string()));
    const Result<std::string> key = file.readText("/", "key");
    const Result<std::int64_t> vocab = file.readInteger("/", "vocab");
    if (!key || *key != entry.key || !vocab || *vocab != entry.vocab)
        return refused(fmt::format("{}: made for another text or tokenizer", path.string()));
    const Result<std::int64_t> tokens = file.readInteger("/", "tokens");
    if (!tokens || *tokens < 0)
        return refused(fmt::format("{}: does not say how many tokens there are", path.string()));
    return *tokens;
}

/// Appends one file's tokens; returns the tokens of all files.
Result<std::int64_t> readPiece(
    const fs::path& path, const TokenCacheEntry& entry, PackedTokens& tokens)
{
    const Result<Hdf5File> file = Hdf5File::open(path);
    if (!file)
        return file.error();
    const Result<std::int64_t> total = checkFacts(*file, path, entry);
    if (!total)
        return total.error();
    const std::int64_t wanted = std::min(*total - tokens.size(), PackedTokens::kPieceSize);
    Result<std::vector<std::byte>> raw =
        file->readUnsigned("/tokens", tokens.width(), PackedTokens::kPieceSize);
    if (!raw)
        return raw.error();
    const auto found = static_cast<std::int64_t>(raw->size()) / tokens.width();
    if (found != wanted)
        return refused(fmt::format("{}: found {} tokens, wanted {}", path.string(), found, wanted));
    if (!allBelow(*raw, tokens.width(), entry.vocab))
        return refused(fmt::format(
            "{}: numbers that are no tokens, wanted 0 to {}", path.string(), entry.vocab - 1));
    if (found > 0)
        tokens.appendPiece(*std::move(raw));
    return *total;
}

Status writePiece(const fs::path& path, const TokenCacheEntry& entry, const PackedTokens& tokens,
    std::span<const std::byte> piece)
{
    return writeHdf5File(path, [&](Hdf5File& file) -> Status {
        for (const auto& [name, text] :
            {std::pair("format", std::string(kFormat)), std::pair("key", entry.key)})
            if (const Status done = file.writeText("/", name, text); !done)
                return done;
        for (const auto& [name, value] :
            {std::pair("tokens", tokens.size()), std::pair("vocab", entry.vocab)})
            if (const Status done = file.writeInteger("/", name, value); !done)
                return done;
        return file.writeUnsigned("/tokens", piece, tokens.width());
    });
}

} // namespace

Result<PackedTokens> readTokenCache(const TokenCacheEntry& entry)
{
    PackedTokens tokens(entry.vocab);
    for (std::int64_t index = 0;; ++index) {
        const Result<std::int64_t> total = readPiece(entry.folder / fileName(index), entry, tokens);
        if (!total)
            return total.error();
        if (tokens.size() >= *total)
            return tokens;
    }
}

Status writeTokenCache(const TokenCacheEntry& entry, const PackedTokens& tokens)
{
    std::error_code error;
    fs::remove_all(entry.folder, error);
    if (error)
        return outOfResource(
            fmt::format("{}: cannot be replaced ({})", entry.folder.string(), error.message()));
    Result<AtomicFolder> folder = AtomicFolder::prepare(entry.folder);
    if (!folder)
        return folder.error();
    for (std::size_t i = 0; i < tokens.pieces().size(); ++i)
        if (const Status done =
                writePiece(folder->workPath() / fileName(static_cast<std::int64_t>(i)), entry,
                    tokens, tokens.pieces()[i]);
            !done)
            return done;
    return folder->commit();
}

} // namespace espalier
