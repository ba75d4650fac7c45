// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/stream_match_file.h"

#include "core/formats/json_reader.h"
#include "core/formats/strict_json.h"
#include "core/storage/atomic_file.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace espalier {

namespace {

constexpr std::uintmax_t kMaxBytes = std::uintmax_t{64} << 20;

std::filesystem::path fileIn(const std::filesystem::path& laneFolder)
{
    return laneFolder / "streams.json";
}

/// As many as the student has, each inside the teacher's.
bool fits(const std::vector<std::int64_t>& indices, std::int64_t teachers, std::int64_t students)
{
    return static_cast<std::int64_t>(indices.size()) == students
        && std::all_of(indices.begin(), indices.end(),
            [&](std::int64_t index) { return index >= 0 && index < teachers; });
}

} // namespace

Status writeStreamMatch(const StreamMatch& match, const std::filesystem::path& laneFolder)
{
    const nlohmann::ordered_json json = {{"channels", match.channels}, {"blocks", match.blocks}};
    return writeFileAtomically(fileIn(laneFolder), json.dump() + "\n");
}

Result<StreamMatch> readStreamMatch(
    const std::filesystem::path& laneFolder, const ModelShape& teacher, const ModelShape& student)
{
    const std::filesystem::path file = fileIn(laneFolder);
    const Result<nlohmann::json> document = readJsonFile(file, kMaxBytes);
    if (!document)
        return document.error();
    JsonReader reader(file.string(), *document);
    const std::vector<std::int64_t> channels =
        reader.root().requiredIntegers("channels", 0, teacher.hidden);
    const std::vector<std::int64_t> blocks =
        reader.root().requiredIntegers("blocks", 0, teacher.layers);
    if (const Status read = reader.finish(); !read)
        return read.error();
    if (!fits(channels, teacher.hidden, student.hidden)
        || !fits(blocks, teacher.layers, student.layers))
        return refused(fmt::format("{}: found {} channels and {} blocks, wanted {} and {} of the "
                                   "teacher's {} and {}",
            file.string(), channels.size(), blocks.size(), student.hidden, student.layers,
            teacher.hidden, teacher.layers));
    StreamMatch match{.channels = channels, .blocks = {}};
    for (const std::int64_t block : blocks)
        match.blocks.push_back(static_cast<int>(block));
    return match;
}

} // namespace espalier
