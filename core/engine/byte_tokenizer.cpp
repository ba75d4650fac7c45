// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/byte_tokenizer.h"

#include "core/formats/strict_json.h"

#include <nlohmann/json.hpp>

namespace espalier {

namespace {

constexpr unsigned kBytes = 256;

bool printsAsItself(unsigned byte)
{
    return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xff && byte != 0xad);
}

/// UTF-8 of a character below U+0800.
std::string utf8Of(unsigned character)
{
    if (character < 0x80)
        return {static_cast<char>(character)};
    return {static_cast<char>(0xc0U | (character >> 6U)),
        static_cast<char>(0x80U | (character & 0x3fU))};
}

/// The characters in order of their bytes; those that do not print are numbered from U+0100 on.
nlohmann::ordered_json byteVocabulary()
{
    nlohmann::ordered_json vocabulary = nlohmann::ordered_json::object();
    unsigned next = kBytes;
    for (unsigned byte = 0; byte < kBytes; ++byte)
        vocabulary[utf8Of(printsAsItself(byte) ? byte : next++)] = byte;
    return vocabulary;
}

nlohmann::ordered_json byteLevel()
{
    return {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true},
        {"use_regex", false}};
}

} // namespace

std::string byteTokenizerJson()
{
    nlohmann::ordered_json model = {{"type", "BPE"}, {"dropout", nullptr}, {"unk_token", nullptr},
        {"continuing_subword_prefix", nullptr}, {"end_of_word_suffix", nullptr},
        {"fuse_unk", false}, {"byte_fallback", false}};
    model["vocab"] = byteVocabulary();
    model["merges"] = nlohmann::ordered_json::array();
    nlohmann::ordered_json json = {
        {"version", "1.0"}, {"truncation", nullptr}, {"padding", nullptr}};
    json["added_tokens"] = nlohmann::ordered_json::array();
    json["normalizer"] = nullptr;
    json["pre_tokenizer"] = byteLevel();
    json["post_processor"] = nullptr;
    json["decoder"] = byteLevel();
    json["model"] = std::move(model);
    return writeJson(json);
}

std::string byteTokenizerConfigJson(std::int64_t positions)
{
    return writeJson(nlohmann::ordered_json{{"tokenizer_class", "PreTrainedTokenizerFast"},
        {"model_max_length", positions}, {"clean_up_tokenization_spaces", false}});
}

} // namespace espalier
