// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizers/tokenizer_config.h"

#include "core/base/untrusted_text.h"
#include "core/formats/strict_json.h"
#include "core/storage/model_file.h"
#include "core/tokenizers/vocabulary.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <system_error>

namespace espalier {

namespace {

using nlohmann::json;

constexpr std::size_t kMaxConfigBytes = std::size_t{16} << 20;

/// null if the folder has no such file.
Result<json> readIfThere(const std::filesystem::path& folder, const char* name)
{
    std::error_code failed;
    if (!std::filesystem::exists(std::filesystem::symlink_status(folder / name, failed)))
        return json();
    const Result<std::filesystem::path> file = resolveModelFile(folder, name);
    if (!file)
        return file.error();
    Result<json> document = readJsonFile(*file, kMaxConfigBytes);
    if (document && !document->is_object())
        return refused((folder / name).string() + ": wanted an object");
    return document;
}

/// Roles are texts or AddedTokens.
std::optional<std::string> textOf(const json& value)
{
    if (value.is_string())
        return value.get<std::string>();
    if (value.is_object() && value.contains("content") && value["content"].is_string())
        return value["content"].get<std::string>();
    return std::nullopt;
}

void readRoles(const json& document, TokenizerConfig& config)
{
    for (const char* role : kTokenRoles)
        if (document.is_object() && document.contains(role))
            if (const auto text = textOf(document[role]); text && !text->empty())
                config.roles.try_emplace(role, *text);
}

Status refusedToken(const std::string& where, std::string_view text)
{
    return refused(fmt::format("{}: {}: wanted a token's number from 0 to {} and its text", where,
        inQuotes(text), Vocabulary::kMaxTokens - 1));
}

/// {"50264": {"content": "<mask>", "lstrip": true, …}}
Status readDecoder(const json& tokens, const std::string& where, TokenizerConfig& config)
{
    for (const auto& [number, value] : tokens.items()) {
        AddedToken token;
        const char* const end = number.data() + number.size();
        const auto read = std::from_chars(number.data(), end, token.id);
        const auto text = textOf(value);
        if (read.ec != std::errc() || read.ptr != end || token.id < 0
            || token.id >= Vocabulary::kMaxTokens || !value.is_object() || !text)
            return refusedToken(where, number);
        const auto flag = [&value = value](const char* key, bool otherwise) {
            const auto found = value.find(key);
            return found != value.end() && found->is_boolean() ? found->get<bool>() : otherwise;
        };
        token.content = *text;
        token.special = flag("special", false);
        token.singleWord = flag("single_word", false);
        token.leftStrip = flag("lstrip", false);
        token.rightStrip = flag("rstrip", false);
        token.normalized = flag("normalized", !token.special);
        config.added.push_back(std::move(token));
    }
    return {};
}

/// {"<mask>": 50264}
Status readAddedFile(const json& tokens, const std::string& where, TokenizerConfig& config)
{
    for (const auto& [text, number] : tokens.items()) {
        if (!number.is_number_unsigned()
            || number.get<std::uint64_t>() >= static_cast<std::uint64_t>(Vocabulary::kMaxTokens))
            return refusedToken(where, text);
        const bool known = std::any_of(config.added.begin(), config.added.end(),
            [&text = text](const AddedToken& token) { return token.content == text; });
        if (!known)
            config.added.push_back(
                {.id = number.get<TokenId>(), .content = text, .normalized = true});
    }
    return {};
}

Status readSettings(const json& document, const std::string& where, TokenizerConfig& config)
{
    JsonReader reader(where, document, JsonReader::UnknownKeys::Ignore);
    ObjectReader& root = reader.root();
    config.tokenizerClass = root.optionalString("tokenizer_class").value_or("");
    if (config.tokenizerClass.ends_with("Fast"))
        config.tokenizerClass.resize(config.tokenizerClass.size() - 4);
    config.lowercase = root.optionalBool("do_lower_case");
    config.stripAccents = root.optionalBool("strip_accents");
    config.ideographs = root.optionalBool("tokenize_chinese_chars").value_or(true);
    config.basicTokenize = root.optionalBool("do_basic_tokenize").value_or(true);
    config.neverSplit =
        !root.optionalStrings("never_split").value_or(std::vector<std::string>()).empty();
    config.prefixSpace = root.optionalBool("add_prefix_space").value_or(false);
    config.addBos = root.optionalBool("add_bos_token");
    config.addEos = root.optionalBool("add_eos_token");
    config.legacy = root.optionalBool("legacy").value_or(true);
    return reader.finish();
}

} // namespace

std::string TokenizerConfig::role(std::string_view name) const
{
    const auto found = roles.find(name);
    return found == roles.end() ? std::string() : found->second;
}

Result<TokenizerConfig> TokenizerConfig::read(const std::filesystem::path& folder)
{
    TokenizerConfig config;
    std::map<std::string, json> documents;
    for (const char* name :
        {"tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "config.json"}) {
        Result<json> document = readIfThere(folder, name);
        if (!document)
            return document.error();
        documents[name] = *std::move(document);
    }
    const json& settings = documents["tokenizer_config.json"];
    const std::string where = (folder / "tokenizer_config.json").string();
    if (settings.is_object()) {
        if (const Status read = readSettings(settings, where, config); !read)
            return read.error();
        if (const auto decoder = settings.find("added_tokens_decoder");
            decoder != settings.end() && decoder->is_object())
            if (const Status read = readDecoder(*decoder, where, config); !read)
                return read.error();
    }
    if (const Status read = readAddedFile(
            documents["added_tokens.json"], (folder / "added_tokens.json").string(), config);
        !read)
        return read.error();
    readRoles(settings, config);
    readRoles(documents["special_tokens_map.json"], config);
    if (const json& model = documents["config.json"]; model.is_object())
        config.modelType = model.contains("model_type") && model["model_type"].is_string()
            ? model["model_type"].get<std::string>()
            : std::string();
    return config;
}

} // namespace espalier
