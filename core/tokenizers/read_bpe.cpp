// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/untrusted_text.h"
#include "core/tokenizers/bpe.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace espalier {

namespace {

using nlohmann::json;

/// "Ġ t", as older files write it, or ["Ġ", "t"].
std::optional<std::pair<std::string_view, std::string_view>> partsOf(const json& merge)
{
    const auto view = [](const json& value) {
        return std::string_view(value.get_ref<const std::string&>());
    };
    if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string())
        return std::pair(view(merge[0]), view(merge[1]));
    if (!merge.is_string())
        return std::nullopt;
    const std::string_view text = view(merge);
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos || text.find(' ', space + 1) != std::string_view::npos)
        return std::nullopt;
    return std::pair(text.substr(0, space), text.substr(space + 1));
}

Result<MergeRules> readMerges(ObjectReader& reader, const Vocabulary& vocabulary,
    std::size_t prefix, const std::string& where)
{
    const json* const merges = reader.anything("merges");
    if (!merges || !merges->is_array())
        return refused(where + ": model.merges: wanted an array of pairs");
    MergeRules rules(merges->size());
    std::uint32_t rank = 0;
    for (const json& merge : *merges) {
        const auto parts = partsOf(merge);
        if (!parts)
            return refused(fmt::format("{}: model.merges[{}]: found {}, wanted two tokens", where,
                rank, printable(merge.dump())));
        const auto [left, right] = *parts;
        if (right.size() < prefix)
            return refused(fmt::format("{}: model.merges[{}]: found {} without the prefix of "
                                       "continuing tokens",
                where, rank, inQuotes(right)));
        const std::string whole = std::string(left) + std::string(right.substr(prefix));
        for (const std::string_view token : {left, right, std::string_view(whole)})
            if (vocabulary.find(token) == Vocabulary::kNoToken)
                return refused(
                    fmt::format("{}: model.merges[{}]: found {}, wanted a token of the vocabulary",
                        where, rank, inQuotes(token)));
        const auto key = (static_cast<std::uint64_t>(vocabulary.find(left)) << 32)
            | static_cast<std::uint32_t>(vocabulary.find(right));
        rules[key] = {.rank = rank++, .id = vocabulary.find(whole)};
    }
    return rules;
}

} // namespace

Result<std::unique_ptr<TokenModel>> readBpe(
    ObjectReader& json, bool byteLevel, const std::string& where)
{
    if (json.optionalNumber("dropout").value_or(0) != 0)
        return refused(where + ": model.dropout: found a number, wanted null (merges at random)");
    BpeSettings settings;
    settings.byteLevel = byteLevel;
    settings.byteFallback = json.optionalBool("byte_fallback").value_or(false);
    settings.fuseUnknown = json.optionalBool("fuse_unk").value_or(false);
    settings.ignoreMerges = json.optionalBool("ignore_merges").value_or(false);
    settings.unknownToken = json.optionalString("unk_token");
    settings.continuingPrefix = json.optionalString("continuing_subword_prefix").value_or("");
    settings.endSuffix = json.optionalString("end_of_word_suffix").value_or("");
    if (byteLevel && (!settings.continuingPrefix.empty() || !settings.endSuffix.empty()))
        return refused(where + ": model: found a prefix or suffix of subwords with ByteLevel");
    Result<Vocabulary> vocabulary = readVocabulary(json, where);
    if (!vocabulary)
        return vocabulary.error();
    Result<MergeRules> merges =
        readMerges(json, *vocabulary, settings.continuingPrefix.size(), where);
    if (!merges)
        return merges.error();
    return std::unique_ptr<TokenModel>(
        std::make_unique<Bpe>(*std::move(vocabulary), *std::move(merges), std::move(settings)));
}

} // namespace espalier
