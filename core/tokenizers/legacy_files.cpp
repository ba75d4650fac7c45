// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizers/legacy_files.h"

#include "core/architectures/catalog.h"
#include "core/base/untrusted_text.h"
#include "core/formats/strict_json.h"
#include "core/storage/file_bytes.h"
#include "core/storage/model_file.h"
#include "core/tokenizers/vocabulary.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace espalier {

namespace {

using nlohmann::json;

constexpr std::uintmax_t kMaxFileBytes = std::uintmax_t{64} << 20;

/// transformers' Qwen2Tokenizer.
constexpr const char* kQwen2Pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

Result<std::vector<std::string>> readLines(const std::filesystem::path& folder, const char* name)
{
    const Result<std::filesystem::path> file = resolveModelFile(folder, name);
    if (!file)
        return file.error();
    const Result<std::vector<std::uint8_t>> bytes = readFileBytes(*file, kMaxFileBytes);
    if (!bytes)
        return bytes.error();
    const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    if (const auto wrong = firstInvalidUtf8(text))
        return refused(fmt::format("{}: byte {} is not UTF-8", (folder / name).string(), *wrong));
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string_view line = text.substr(at, end - at);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        lines.emplace_back(line);
        at = end + 1;
    }
    return lines;
}

json jsonOf(const AddedToken& token)
{
    return {{"id", token.id}, {"content", token.content}, {"single_word", token.singleWord},
        {"lstrip", token.leftStrip}, {"rstrip", token.rightStrip}, {"normalized", token.normalized},
        {"special", token.special}};
}

/// Tokens that the files number, then those with a role, which take the next numbers if the
/// vocabulary lacks them.
Result<json> addedTokensJson(
    const TokenizerConfig& config, const json& vocabulary, const std::string& where)
{
    std::vector<AddedToken> tokens = config.added;
    std::sort(tokens.begin(), tokens.end(),
        [](const AddedToken& a, const AddedToken& b) { return a.id < b.id; });
    auto next = static_cast<TokenId>(vocabulary.size());
    for (const AddedToken& token : tokens)
        next = std::max(next, token.id + 1);
    for (const char* role : kTokenRoles) {
        const std::string content = config.role(role);
        if (content.empty())
            continue;
        const auto found = std::find_if(tokens.begin(), tokens.end(),
            [&](const AddedToken& token) { return token.content == content; });
        if (found != tokens.end()) {
            found->special = true;
            continue;
        }
        AddedToken token = {.content = content, .special = true};
        const auto known = vocabulary.find(content);
        if (known != vocabulary.end() && !known->is_number_unsigned())
            return refused(fmt::format("{}: {}: wanted a number", where, inQuotes(content)));
        token.id = known != vocabulary.end() ? known->get<TokenId>() : next++;
        tokens.push_back(std::move(token));
    }
    json array = json::array();
    for (const AddedToken& token : tokens)
        array.push_back(jsonOf(token));
    return array;
}

std::int64_t numberOf(const json& addedTokens, const std::string& content)
{
    for (const json& token : addedTokens)
        if (token["content"] == content)
            return token["id"].get<std::int64_t>();
    return -1;
}

/// A template of one text between tokens; tokens without a text are left out.
json templateJson(const json& added, const std::string& front, const std::string& back)
{
    json single = json::array();
    json tokens = json::object();
    const auto add = [&](const std::string& content) {
        if (content.empty())
            return;
        single.push_back({{"SpecialToken", {{"id", content}, {"type_id", 0}}}});
        tokens[content] = {
            {"id", content}, {"ids", {numberOf(added, content)}}, {"tokens", {content}}};
    };
    add(front);
    single.push_back({{"Sequence", {{"id", "A"}, {"type_id", 0}}}});
    add(back);
    return {{"type", "TemplateProcessing"}, {"single", single}, {"pair", json::array()},
        {"special_tokens", tokens}};
}

json byteLevelJson(bool prefixSpace, bool pattern)
{
    return {{"type", "ByteLevel"}, {"add_prefix_space", prefixSpace}, {"trim_offsets", true},
        {"use_regex", pattern}};
}

void setDefaults(
    TokenizerConfig& config, std::initializer_list<std::pair<const char*, std::string_view>> roles)
{
    for (const auto& [role, content] : roles)
        config.roles.try_emplace(role, content);
}

/// What the model's family takes for granted.
TokenizerDefaults defaultsOf(const TokenizerConfig& config)
{
    const Architecture* family = architectureByModelType(config.modelType);
    return family ? family->tokenizer : TokenizerDefaults{};
}

/// The class that the model's family has, where no file names one.
std::string classOf(const TokenizerConfig& config)
{
    return config.tokenizerClass.empty() ? std::string(defaultsOf(config).className)
                                         : config.tokenizerClass;
}

Status refusedClass(
    const std::filesystem::path& folder, const std::string& found, const char* wanted)
{
    return refused(fmt::format("{}: tokenizer_class: found {}, wanted {} (or a tokenizer.json)",
        (folder / "tokenizer_config.json").string(), found.empty() ? "nothing" : inQuotes(found),
        wanted));
}

Result<json> readMergesFile(const std::filesystem::path& folder)
{
    const Result<std::vector<std::string>> lines = readLines(folder, "merges.txt");
    if (!lines)
        return lines.error();
    json merges = json::array();
    for (const std::string& line : *lines)
        if (!line.starts_with("#version") && !line.empty())
            merges.push_back(line);
    return merges;
}

} // namespace

Result<json> byteLevelBpeJson(const std::filesystem::path& folder, TokenizerConfig& config)
{
    config.tokenizerClass = classOf(config);
    const TokenizerDefaults defaults = defaultsOf(config);
    const std::string& kind = config.tokenizerClass;
    const bool qwen2 = kind == "Qwen2Tokenizer";
    const bool roberta = kind == "RobertaTokenizer";
    if (!qwen2 && !roberta && kind != "GPT2Tokenizer")
        return refusedClass(folder, kind, "GPT2Tokenizer, RobertaTokenizer or Qwen2Tokenizer")
            .error();
    if (roberta)
        setDefaults(config,
            {{"bos_token", "<s>"}, {"eos_token", "</s>"}, {"unk_token", "<unk>"},
                {"sep_token", "</s>"}, {"pad_token", "<pad>"}, {"cls_token", "<s>"},
                {"mask_token", "<mask>"}});
    else if (!defaults.eos.empty())
        setDefaults(config,
            {{"bos_token", defaults.bos}, {"eos_token", defaults.eos},
                {"unk_token", defaults.unknown}, {"pad_token", defaults.padding}});
    else
        setDefaults(config, {{"eos_token", "<|endoftext|>"}, {"unk_token", "<|endoftext|>"}});
    if (kind == "GPT2Tokenizer")
        setDefaults(config, {{"bos_token", "<|endoftext|>"}});
    const Result<std::filesystem::path> file = resolveModelFile(folder, "vocab.json");
    if (!file)
        return file.error();
    Result<json> vocabulary = readJsonFile(*file, kMaxFileBytes);
    if (!vocabulary)
        return vocabulary.error();
    Result<json> merges = readMergesFile(folder);
    if (!merges)
        return merges.error();
    const Result<json> added =
        addedTokensJson(config, *vocabulary, (folder / "vocab.json").string());
    if (!added)
        return added.error();
    json document = {{"added_tokens", *added}, {"decoder", byteLevelJson(false, true)},
        {"pre_tokenizer", byteLevelJson(config.prefixSpace, true)}};
    if (qwen2) {
        document["normalizer"] = {{"type", "NFC"}};
        document["pre_tokenizer"] = {{"type", "Sequence"},
            {"pretokenizers",
                json::array({{{"type", "Split"}, {"pattern", {{"Regex", kQwen2Pattern}}},
                                 {"behavior", "Isolated"}, {"invert", false}},
                    byteLevelJson(config.prefixSpace, false)})}};
    }
    if (roberta)
        document["post_processor"] =
            templateJson(*added, config.role("cls_token"), config.role("sep_token"));
    else if (config.addBos.value_or(defaults.addsBos))
        document["post_processor"] = templateJson(*added, config.role("bos_token"), "");
    document["model"] = {{"type", "BPE"}};
    document["model"]["vocab"] = *std::move(vocabulary);
    document["model"]["merges"] = *std::move(merges);
    return document;
}

Result<json> wordPieceJson(const std::filesystem::path& folder, TokenizerConfig& config)
{
    config.tokenizerClass = classOf(config);
    const std::string& kind = config.tokenizerClass;
    if (kind != "BertTokenizer" && kind != "DistilBertTokenizer" && !kind.empty())
        return refusedClass(folder, kind, "BertTokenizer or DistilBertTokenizer").error();
    if (!config.basicTokenize || config.neverSplit)
        return refused(fmt::format("{}: found do_basic_tokenize false or never_split, wanted "
                                   "neither",
            (folder / "tokenizer_config.json").string()));
    setDefaults(config,
        {{"unk_token", "[UNK]"}, {"sep_token", "[SEP]"}, {"pad_token", "[PAD]"},
            {"cls_token", "[CLS]"}, {"mask_token", "[MASK]"}});
    const Result<std::vector<std::string>> lines = readLines(folder, "vocab.txt");
    if (!lines)
        return lines.error();
    json vocabulary = json::object();
    for (std::size_t i = 0; i < lines->size(); ++i)
        vocabulary[(*lines)[i]] = i;
    const Result<json> added = addedTokensJson(config, vocabulary, (folder / "vocab.txt").string());
    if (!added)
        return added.error();
    json strip;
    if (config.stripAccents)
        strip = *config.stripAccents;
    json document = {{"added_tokens", *added}, {"pre_tokenizer", {{"type", "BertPreTokenizer"}}},
        {"decoder", {{"type", "WordPiece"}, {"prefix", "##"}, {"cleanup", true}}},
        {"normalizer",
            {{"type", "BertNormalizer"}, {"clean_text", true},
                {"handle_chinese_chars", config.ideographs}, {"strip_accents", strip},
                {"lowercase", config.lowercase.value_or(true)}}},
        {"post_processor",
            templateJson(*added, config.role("cls_token"), config.role("sep_token"))}};
    document["model"] = {{"type", "WordPiece"}, {"unk_token", config.role("unk_token")},
        {"continuing_subword_prefix", "##"}, {"max_input_chars_per_word", 100}};
    document["model"]["vocab"] = std::move(vocabulary);
    return document;
}

} // namespace espalier
