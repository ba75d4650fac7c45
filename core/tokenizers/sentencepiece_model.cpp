// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizers/sentencepiece_model.h"

#include "core/architectures/catalog.h"
#include "core/base/untrusted_text.h"
#include "core/storage/file_bytes.h"
#include "core/storage/model_file.h"
#include "core/tokenizers/vocabulary.h"

#include <fmt/format.h>
#include <sentencepiece_processor.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace espalier {

namespace {

using Processor = sentencepiece::SentencePieceProcessor;

constexpr std::uintmax_t kMaxModelBytes = std::uintmax_t{64} << 20;
constexpr std::array<std::string_view, 2> kClasses = {"LlamaTokenizer", "GemmaTokenizer"};

class SentencePiece : public TokenModel
{
public:
    explicit SentencePiece(std::shared_ptr<const Processor> processor)
        : m_processor(std::move(processor))
    {
    }

    void encode(std::string_view piece, std::vector<TokenId>& ids, ModelScratch&) const override
    {
        std::vector<int> found;
        if (const auto status = m_processor->Encode(piece, &found); !status.ok())
            throw std::runtime_error(printable(status.error_message()));
        ids.insert(ids.end(), found.begin(), found.end());
    }
    [[nodiscard]] std::string kind() const override
    {
        return "SentencePiece";
    }
    [[nodiscard]] TokenId find(std::string_view token) const override
    {
        const int id = m_processor->PieceToId(token); // the unknown token's if there is none
        return text(id) == token ? id : Vocabulary::kNoToken;
    }
    [[nodiscard]] std::string_view text(TokenId id) const override
    {
        return id >= 0 && id < end() ? std::string_view(m_processor->IdToPiece(id))
                                     : std::string_view();
    }
    [[nodiscard]] std::int64_t size() const override
    {
        return m_processor->GetPieceSize();
    }
    [[nodiscard]] std::int64_t end() const override
    {
        return m_processor->GetPieceSize();
    }
    [[nodiscard]] std::optional<TokenId> unknown() const override
    {
        return m_processor->unk_id();
    }

private:
    std::shared_ptr<const Processor> m_processor;
};

Result<std::shared_ptr<Processor>> load(const std::filesystem::path& folder)
{
    const Result<std::filesystem::path> file = resolveModelFile(folder, "tokenizer.model");
    if (!file)
        return file.error();
    const Result<std::vector<std::uint8_t>> bytes = readFileBytes(*file, kMaxModelBytes);
    if (!bytes)
        return bytes.error();
    auto processor = std::make_shared<Processor>();
    const auto status = processor->LoadFromSerializedProto(
        std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size()));
    if (!status.ok())
        return refused(fmt::format("{}: not a sentencepiece model ({})",
            (folder / "tokenizer.model").string(), printable(status.error_message())));
    return processor;
}

bool isKnown(const TokenizerConfig& config)
{
    const Architecture* family = architectureByModelType(config.modelType);
    const std::string_view kind = !config.tokenizerClass.empty() ? config.tokenizerClass
        : family                                                 ? family->tokenizer.className
                                                                 : std::string_view();
    return std::find(kClasses.begin(), kClasses.end(), kind) != kClasses.end();
}

/// The model's control tokens, then those that the files number behind it.
Result<std::vector<AddedToken>> addedTokensOf(
    const Processor& processor, const TokenizerConfig& config, const std::string& where)
{
    std::vector<AddedToken> tokens;
    for (int id = 0; id < processor.GetPieceSize(); ++id)
        if (processor.IsControl(id) || processor.IsUnknown(id))
            tokens.push_back({.id = id, .content = processor.IdToPiece(id), .special = true});
    for (const AddedToken& token : config.added) {
        const bool inside = token.id < processor.GetPieceSize();
        if (inside && processor.IdToPiece(token.id) != token.content)
            return refused(fmt::format("{}: added token {}: found number {}, which is {}", where,
                inQuotes(token.content), token.id, inQuotes(processor.IdToPiece(token.id))));
        const auto known = std::find_if(tokens.begin(), tokens.end(),
            [&](const AddedToken& other) { return other.id == token.id; });
        if (known == tokens.end())
            tokens.push_back(token);
    }
    return tokens;
}

} // namespace

Result<std::shared_ptr<Tokenizer::Impl>> readSentencePiece(
    const std::filesystem::path& folder, TokenizerConfig& config)
{
    const std::string where = (folder / "tokenizer.model").string();
    if (!isKnown(config))
        return refused(
            fmt::format("{}: found tokenizer_class {} and model_type {}, wanted those of "
                        "Llama, Mistral or Gemma (or a tokenizer.json)",
                where, inQuotes(config.tokenizerClass), inQuotes(config.modelType)));
    if (!config.legacy)
        return refused(fmt::format("{}: found \"legacy\": false, wanted a tokenizer.json (it says "
                                   "how texts behind special "
                                   "tokens begin)",
            where));
    Result<std::shared_ptr<Processor>> processor = load(folder);
    if (!processor)
        return processor.error();
    const std::shared_ptr<const Processor> model = *std::move(processor);
    Result<std::vector<AddedToken>> added = addedTokensOf(*model, config, where);
    if (!added)
        return added.error();
    const auto impl = std::make_shared<Tokenizer::Impl>();
    impl->added = AddedTokens::of(*std::move(added), impl->normalizer);
    impl->model = std::make_unique<SentencePiece>(model);
    if (config.addBos.value_or(true) && model->bos_id() >= 0)
        impl->postProcessor.before = {model->bos_id()};
    if (config.addEos.value_or(false) && model->eos_id() >= 0)
        impl->postProcessor.behind = {model->eos_id()};
    impl->decoder = Decoder([model](const Decoder::Tokens& tokens) {
        return Decoder::Tokens{model->DecodePieces(tokens)};
    });
    for (const auto& [role, id] : {std::pair("bos_token", model->bos_id()),
             {"eos_token", model->eos_id()}, {"unk_token", model->unk_id()}})
        if (id >= 0)
            config.roles.try_emplace(role, model->IdToPiece(id));
    return impl;
}

} // namespace espalier
