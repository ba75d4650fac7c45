// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizers/post_processor.h"

#include "core/tokenizers/vocabulary.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>

namespace espalier {

namespace {

const std::array<std::string, 5> kTypes = {
    "Sequence", "TemplateProcessing", "BertProcessing", "RobertaProcessing", "ByteLevel"};

/// ["[SEP]", 102]; refused through the reader.
TokenId pairedToken(ObjectReader& json, const char* key)
{
    const nlohmann::json* const pair = json.anything(key);
    if (pair && pair->is_array() && pair->size() == 2 && (*pair)[1].is_number_unsigned()
        && (*pair)[1].get<std::uint64_t>() < static_cast<std::uint64_t>(Vocabulary::kMaxTokens))
        return (*pair)[1].get<TokenId>();
    json.refuse(key, "a token and its number");
    return 0;
}

} // namespace

Result<PostProcessor> PostProcessor::read(ObjectReader* json, const std::string& where)
{
    PostProcessor processor;
    if (json)
        if (const Status added = processor.add(*json, where); !added)
            return added.error();
    return processor;
}

Status PostProcessor::add(ObjectReader& json, const std::string& where)
{
    const std::string& type = kTypes[json.requiredChoice("type", kTypes)];
    if (type == "Sequence") {
        for (ObjectReader* part : json.requiredObjects("processors"))
            if (const Status added = add(*part, where); !added)
                return added;
    } else if (type == "TemplateProcessing") {
        return addTemplate(json, where);
    } else if (type == "ByteLevel") { // moves offsets, not tokens
        for (const char* key : {"add_prefix_space", "trim_offsets", "use_regex"})
            (void)json.optionalBool(key);
    } else {
        addPair(json);
    }
    return {};
}

void PostProcessor::addPair(ObjectReader& json)
{
    for (const char* key : {"trim_offsets", "add_prefix_space"})
        (void)json.optionalBool(key);
    surround({pairedToken(json, "cls")}, {pairedToken(json, "sep")});
}

Status PostProcessor::addTemplate(ObjectReader& json, const std::string& where)
{
    (void)json.anything("pair");
    std::vector<TokenId> front;
    std::vector<TokenId> back;
    int texts = 0;
    ObjectReader& tokens = json.requiredObject("special_tokens");
    for (ObjectReader* part : json.requiredObjects("single")) {
        if (ObjectReader* text = part->optionalObject("Sequence")) {
            (void)text->optionalInteger("type_id", 0, 1000);
            texts += text->requiredString("id") == "A" ? 1 : 2;
            continue;
        }
        ObjectReader& special = part->requiredObject("SpecialToken");
        (void)special.optionalInteger("type_id", 0, 1000);
        const std::string name = special.requiredString("id");
        ObjectReader& token = tokens.requiredObject(name);
        (void)token.optionalString("id");
        (void)token.optionalStrings("tokens");
        for (const std::int64_t id : token.requiredIntegers("ids", 0, Vocabulary::kMaxTokens - 1))
            (texts == 0 ? front : back).push_back(static_cast<TokenId>(id));
    }
    for (const std::string& name : tokens.keys())
        (void)tokens.anything(name); // those of the pair's template
    if (texts != 1)
        return refused(where + ": post_processor.single: wanted the sequence A once");
    surround(front, back);
    return {};
}

void PostProcessor::surround(const std::vector<TokenId>& front, const std::vector<TokenId>& back)
{
    before.insert(before.begin(), front.begin(), front.end());
    behind.insert(behind.end(), back.begin(), back.end());
}

} // namespace espalier
