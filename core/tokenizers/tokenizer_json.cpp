// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizers/tokenizer_json.h"

#include "core/base/untrusted_text.h"
#include "core/tokenizers/bpe.h"
#include "core/tokenizers/unigram.h"
#include "core/tokenizers/word_piece.h"

#include <fmt/format.h>

#include <array>

namespace espalier {

namespace {

/// Files of 2020 do not name the model; its settings do.
std::string typeOf(ObjectReader& model)
{
    if (const auto type = model.optionalString("type"))
        return *type;
    return model.has("merges")                   ? "BPE"
        : model.has("continuing_subword_prefix") ? "WordPiece"
        : model.has("unk_id")                    ? "Unigram"
                                                 : "WordLevel";
}

Result<std::unique_ptr<TokenModel>> readModel(
    ObjectReader& json, bool byteLevel, const std::string& where)
{
    const std::string type = typeOf(json);
    if (type == "BPE")
        return readBpe(json, byteLevel, where);
    if (byteLevel)
        return refused(fmt::format(
            "{}: model.type: found {} with ByteLevel, wanted BPE", where, inQuotes(type)));
    if (type == "WordPiece")
        return readWordPiece(json, where);
    if (type == "Unigram")
        return readUnigram(json, where);
    return refused(fmt::format(
        "{}: model.type: found {}, wanted BPE, WordPiece or Unigram", where, inQuotes(type)));
}

Status readStages(ObjectReader& root, Tokenizer::Impl& impl, const std::string& where)
{
    for (const char* key : {"version", "truncation", "padding"})
        (void)root.anything(key);
    auto normalizer = Normalizer::read(root.optionalObject("normalizer"), where);
    if (!normalizer)
        return normalizer.error();
    impl.normalizer = *std::move(normalizer);
    auto preTokenizer = PreTokenizer::read(root.optionalObject("pre_tokenizer"), where);
    if (!preTokenizer)
        return preTokenizer.error();
    impl.preTokenizer = *std::move(preTokenizer);
    auto model = readModel(root.requiredObject("model"), impl.preTokenizer.isByteLevel(), where);
    if (!model)
        return model.error();
    impl.model = *std::move(model);
    auto added = readAddedTokens(root, *impl.model, where);
    if (!added)
        return added.error();
    impl.added = AddedTokens::of(*std::move(added), impl.normalizer);
    auto postProcessor = PostProcessor::read(root.optionalObject("post_processor"), where);
    if (!postProcessor)
        return postProcessor.error();
    impl.postProcessor = *std::move(postProcessor);
    auto decoder = Decoder::read(root.optionalObject("decoder"), where);
    if (!decoder)
        return decoder.error();
    impl.decoder = *std::move(decoder);
    return {};
}

} // namespace

Result<std::shared_ptr<Tokenizer::Impl>> readTokenizerJson(
    const nlohmann::json& document, const std::string& where)
{
    JsonReader reader(where, document);
    const auto impl = std::make_shared<Tokenizer::Impl>();
    const Status stages = readStages(reader.root(), *impl, where);
    if (!stages)
        return reader.problem() ? *reader.problem() : stages.error();
    if (const Status read = reader.finish(); !read)
        return read.error();
    return impl;
}

} // namespace espalier
