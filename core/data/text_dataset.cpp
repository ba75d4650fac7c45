// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset_impl.h"
#include "core/data/parts.h"
#include "core/data/sources.h"
#include "core/data/text_pieces.h"
#include "core/data/tokenise.h"
#include "core/storage/cache_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace espalier {

namespace {

namespace fs = std::filesystem;

/// Files of each part; only `train` where a source gives no parts.
struct TextParts
{
    std::vector<fs::path> train;
    std::vector<fs::path> validation;
    std::vector<fs::path> test;
};

std::vector<fs::path>& filesOf(TextParts& parts, Part part)
{
    return part == Part::Train ? parts.train : part == Part::Test ? parts.test : parts.validation;
}

/// Texts below a folder, by the part that their first folder, or the file itself, is named after.
/// Not parts but one text, unless there is a training part and another.
Result<TextParts> partsBelow(const fs::path& folder)
{
    Result<std::vector<fs::path>> files = textFilesBelow(folder);
    if (!files)
        return files.error();
    if (files->empty())
        return refused(fmt::format("{}: found no text, wanted .txt, .md, .rst, .raw, .tokens or "
                                   ".jsonl files in it or below",
            folder.string()));
    TextParts parts;
    for (const fs::path& file : *files)
        if (const auto part = partNamed(file.lexically_relative(folder).begin()->string()))
            filesOf(parts, *part).push_back(file);
    if (!parts.train.empty() && !(parts.validation.empty() && parts.test.empty()))
        return parts;
    return TextParts{.train = *std::move(files), .validation = {}, .test = {}};
}

Result<std::shared_ptr<const PackedTokens>> tokensOfFiles(
    std::vector<fs::path> files, const DataRequest& request, const Progress& progress)
{
    const TextFiles text{std::move(files), request.spec.textField};
    return request.encoding ? tokensOf(text, *request.encoding, cacheFolder(), progress)
                            : byteTokensOf(text, progress);
}

std::shared_ptr<const TokenSource> stretch(
    std::shared_ptr<const PackedTokens> tokens, std::int64_t first, std::int64_t end)
{
    return std::make_shared<StoredTokens>(std::move(tokens), first, end - first);
}

Result<Dataset> openParts(TextParts parts, const DataRequest& request, const Progress& progress)
{
    const Result<PartPlan> plan =
        planParts(request.spec, !parts.validation.empty(), !parts.test.empty());
    if (!plan)
        return plan.error();
    const Result<WindowRule> rule = windowRule(request);
    if (!rule)
        return rule.error();
    if (const Result<std::int64_t> every = validationEvery(request.spec); !every)
        return every.error();
    const auto tokens = tokensOfFiles(parts.train, request, progress);
    if (!tokens)
        return tokens.error();
    const std::int64_t size = (*tokens)->size();
    const std::int64_t end = plan->cut
        ? size - std::llround(static_cast<double>(size) * request.spec.validationShare)
        : size;
    const auto train = stretch(*tokens, 0, end);
    if (plan->heldOutIsTrain)
        return textDataset(request, *rule, train, train);
    if (plan->cut)
        return textDataset(request, *rule, train, stretch(*tokens, end, size));
    const auto heldOut = tokensOfFiles(filesOf(parts, plan->heldOut), request, progress);
    if (!heldOut)
        return heldOut.error();
    return textDataset(request, *rule, train, stretch(*heldOut, 0, (*heldOut)->size()));
}

} // namespace

bool isPlainFile(std::string_view source)
{
    std::error_code error;
    return fs::is_regular_file(fs::path(source), error);
}

bool isJsonLinesFile(std::string_view source)
{
    return isJsonLines(fs::path(source)) && isPlainFile(source);
}

Result<Dataset> openText(const DataRequest& request, const Progress& progress)
{
    return openParts({.train = {fs::path(request.spec.source)}, .validation = {}, .test = {}},
        request, progress);
}

Result<Dataset> openTextFolder(const DataRequest& request, const Progress& progress)
{
    Result<TextParts> parts = partsBelow(fs::path(request.spec.source));
    if (!parts)
        return parts.error();
    return openParts(*std::move(parts), request, progress);
}

} // namespace espalier
