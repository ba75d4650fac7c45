// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/untrusted_text.h"
#include "core/formats/strict_json.h"
#include "core/storage/model_file.h"
#include "core/tokenizers/legacy_files.h"
#include "core/tokenizers/sentencepiece_model.h"
#include "core/tokenizers/tokenizer_config.h"
#include "core/tokenizers/tokenizer_json.h"
#include "core/tokenizers/vocabulary.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <system_error>

namespace espalier {

namespace {

/// Those of the largest vocabularies take some 35 MB.
constexpr std::size_t kMaxTokenizerBytes = std::size_t{128} << 20;

bool isThere(const std::filesystem::path& folder, const char* name)
{
    std::error_code failed;
    return std::filesystem::exists(std::filesystem::symlink_status(folder / name, failed));
}

/// What tokenizers call a role where no file says; used only if the token is there and special.
struct UsualNames
{
    const char* role;
    std::array<std::string_view, 2> names;
};
constexpr std::array<UsualNames, 7> kUsualNames = {
    {{"pad_token", {"[PAD]", "<pad>"}}, {"mask_token", {"[MASK]", "<mask>"}},
        {"cls_token", {"[CLS]", ""}}, {"sep_token", {"[SEP]", ""}}, {"bos_token", {"<s>", "<bos>"}},
        {"eos_token", {"</s>", "<eos>"}}, {"unk_token", {"[UNK]", "<unk>"}}}};

std::optional<TokenId> numberOf(const Tokenizer::Impl& impl, std::string_view content)
{
    for (const AddedToken& token : impl.added.all())
        if (token.content == content)
            return token.id;
    const TokenId id = impl.model->find(content);
    return id == Vocabulary::kNoToken ? std::nullopt : std::optional(id);
}

std::optional<TokenId> usualToken(const Tokenizer::Impl& impl, std::string_view role)
{
    for (const UsualNames& usual : kUsualNames)
        for (const std::string_view name : usual.names)
            if (usual.role == role)
                for (const AddedToken& token : impl.added.all())
                    if (token.special && token.content == name)
                        return token.id;
    return std::nullopt;
}

std::optional<TokenId> tokenOf(
    const Tokenizer::Impl& impl, const TokenizerConfig& config, const char* role)
{
    const std::string content = config.role(role);
    return content.empty() ? usualToken(impl, role) : numberOf(impl, content);
}

SpecialTokenIds specialTokensOf(const Tokenizer::Impl& impl, const TokenizerConfig& config)
{
    SpecialTokenIds ids = {.pad = tokenOf(impl, config, "pad_token"),
        .mask = tokenOf(impl, config, "mask_token"),
        .cls = tokenOf(impl, config, "cls_token"),
        .sep = tokenOf(impl, config, "sep_token"),
        .bos = tokenOf(impl, config, "bos_token"),
        .eos = tokenOf(impl, config, "eos_token"),
        .unk = tokenOf(impl, config, "unk_token")};
    if (!ids.unk)
        ids.unk = impl.model->unknown();
    return ids;
}

using Opened = Result<std::shared_ptr<Tokenizer::Impl>>;

Opened openJson(const std::filesystem::path& folder, TokenizerConfig&)
{
    const Result<std::filesystem::path> file = resolveModelFile(folder, "tokenizer.json");
    if (!file)
        return file.error();
    const Result<nlohmann::json> document = readJsonFile(*file, kMaxTokenizerBytes);
    if (!document)
        return document.error();
    return readTokenizerJson(*document, (folder / "tokenizer.json").string());
}

Opened openBpe(const std::filesystem::path& folder, TokenizerConfig& config)
{
    const Result<nlohmann::json> document = byteLevelBpeJson(folder, config);
    if (!document)
        return document.error();
    return readTokenizerJson(*document, (folder / "vocab.json").string());
}

Opened openWordPiece(const std::filesystem::path& folder, TokenizerConfig& config)
{
    const Result<nlohmann::json> document = wordPieceJson(folder, config);
    if (!document)
        return document.error();
    return readTokenizerJson(*document, (folder / "vocab.txt").string());
}

struct Source
{
    const char* file;
    const char* companion; ///< must be there too; empty: none
    Opened (*open)(const std::filesystem::path& folder, TokenizerConfig& config);
};
constexpr std::array<Source, 4> kSources = {
    {{"tokenizer.json", "", openJson}, {"tokenizer.model", "", readSentencePiece},
        {"vocab.json", "merges.txt", openBpe}, {"vocab.txt", "", openWordPiece}}};

const Source* sourceIn(const std::filesystem::path& folder)
{
    for (const Source& source : kSources)
        if (isThere(folder, source.file)
            && (*source.companion == '\0' || isThere(folder, source.companion)))
            return &source;
    return nullptr;
}

} // namespace

bool hasTokenizer(const std::filesystem::path& folder)
{
    return !folder.empty() && sourceIn(folder) != nullptr;
}

Result<Tokenizer> openTokenizer(const std::filesystem::path& folder)
{
    const Source* const source = sourceIn(folder);
    if (!source)
        return refused(fmt::format("{}: no tokenizer, wanted tokenizer.json, tokenizer.model, "
                                   "vocab.json with merges.txt, or vocab.txt",
            inQuotes(folder.string())));
    Result<TokenizerConfig> config = TokenizerConfig::read(folder);
    if (!config)
        return config.error();
    Opened impl = source->open(folder, *config);
    if (!impl)
        return impl.error();
    (*impl)->source = source->file;
    (*impl)->specials = specialTokensOf(**impl, *config);
    return Tokenizer(*std::move(impl));
}

} // namespace espalier
