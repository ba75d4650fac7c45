// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/run_store.h"

#include "core/formats/json_reader.h"
#include "core/formats/strict_json.h"
#include "core/storage/atomic_file.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>

namespace espalier {

namespace {

constexpr std::int64_t kFlushMilliseconds = 500;
constexpr auto kColumns = static_cast<std::int64_t>(kRunColumns.size());

std::int64_t nowMilliseconds()
{
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::string columnNames()
{
    std::string names;
    for (const std::string_view name : kRunColumns)
        names += fmt::format("{}{}", names.empty() ? "" : " ", name);
    return names;
}

Status writeLane(Hdf5File& file, const std::string& group, const LaneCurve& lane)
{
    const std::string table = group + "/points";
    if (const Status made = file.createTable(table, kColumns); !made)
        return made;
    if (const Status done = file.writeText(table, "columns", columnNames()); !done)
        return done;
    if (const Status done = file.writeText(group, "title", lane.title); !done)
        return done;
    if (const Status done = file.writeInteger(group, "parameters", lane.parameters); !done)
        return done;
    if (lane.floor)
        if (const Status done = file.writeNumber(group, "floor", *lane.floor); !done)
            return done;
    return file.appendRows(table, flatten(lane.rows), kColumns);
}

Result<LaneCurve> readLane(
    const Hdf5File& file, const std::filesystem::path& path, const std::string& id)
{
    const std::string group = "/lanes/" + id;
    LaneCurve lane{.id = id, .title = {}, .floor = std::nullopt, .rows = {}};
    const Result<std::string> title = file.readText(group, "title");
    if (!title)
        return title.error();
    lane.title = *title;
    const Result<std::int64_t> parameters = file.readInteger(group, "parameters");
    if (!parameters)
        return parameters.error();
    lane.parameters = *parameters;
    if (file.hasAttribute(group, "floor")) {
        const Result<double> floor = file.readNumber(group, "floor");
        if (!floor)
            return floor.error();
        lane.floor = *floor;
    }
    const Result<Hdf5Array> points = file.readArray(group + "/points");
    if (!points)
        return points.error();
    if (points->sizes.size() != 2 || points->sizes[1] != kColumns)
        return refused(
            fmt::format("{}: {}/points: wanted {} columns", path.string(), group, kColumns));
    lane.rows = rowsFrom(points->values);
    return lane;
}

} // namespace

std::vector<double> flatten(const std::vector<RunRow>& rows)
{
    std::vector<double> values;
    values.reserve(rows.size() * kRunColumns.size());
    for (const RunRow& r : rows)
        values.insert(values.end(),
            {r.step, r.tokens, r.seconds, r.flops, r.trainLoss, r.learningRate, r.gradientNorm,
                r.validationLoss, r.accuracy, r.evaluated});
    return values;
}

std::vector<RunRow> rowsFrom(const std::vector<double>& values)
{
    std::vector<RunRow> rows;
    rows.reserve(values.size() / kRunColumns.size());
    for (std::size_t i = 0; i + kRunColumns.size() <= values.size(); i += kRunColumns.size()) {
        const double* v = values.data() + i;
        rows.push_back({v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9]});
    }
    return rows;
}

RunLog::RunLog(Hdf5File file, std::vector<std::string> tables)
    : m_file(std::move(file))
    , m_tables(std::move(tables))
    , m_waiting(m_tables.size())
    , m_flushedAt(nowMilliseconds())
{
}

Result<RunLog> RunLog::create(
    const std::filesystem::path& runFolder, const std::vector<LaneCurve>& lanes)
{
    const std::filesystem::path target = runFolder / "run.h5";
    const std::filesystem::path sibling = runFolder / ".run.h5.part";
    Result<Hdf5File> file = Hdf5File::create(sibling);
    if (!file)
        return file.error();
    std::vector<std::string> tables;
    for (const LaneCurve& lane : lanes) {
        const std::string group = "/lanes/" + lane.id;
        if (const Status written = writeLane(*file, group, lane); !written)
            return written.error();
        tables.push_back(group + "/points");
    }
    if (const Status shared = file->startSharing(); !shared)
        return shared.error();
    std::error_code error;
    std::filesystem::rename(sibling, target, error);
    if (error)
        return outOfResource(
            fmt::format("{}: cannot be written ({})", target.string(), error.message()));
    return RunLog(*std::move(file), std::move(tables));
}

Status RunLog::append(std::size_t lane, const RunRow& row)
{
    m_waiting[lane].push_back(row);
    if (nowMilliseconds() - m_flushedAt < kFlushMilliseconds)
        return {};
    return flush();
}

Status RunLog::flush()
{
    m_flushedAt = nowMilliseconds();
    for (std::size_t lane = 0; lane < m_tables.size(); ++lane) {
        if (const Status written =
                m_file.appendRows(m_tables[lane], flatten(m_waiting[lane]), kColumns);
            !written)
            return written;
        m_waiting[lane].clear();
    }
    return m_file.flush();
}

Result<std::vector<LaneCurve>> readRunLog(const std::filesystem::path& runFolder)
{
    const std::filesystem::path path = runFolder / "run.h5";
    const Result<Hdf5File> file = Hdf5File::open(path);
    if (!file)
        return file.error();
    const Result<std::vector<std::string>> ids = file->names("/lanes");
    if (!ids)
        return ids.error();
    std::vector<LaneCurve> lanes;
    for (const std::string& id : *ids) {
        Result<LaneCurve> lane = readLane(*file, path, id);
        if (!lane)
            return lane.error();
        lanes.push_back(*std::move(lane));
    }
    return lanes;
}

Status writeLaneStatus(const std::filesystem::path& laneFolder, const LaneStatus& status)
{
    const nlohmann::ordered_json json = {{"state", status.state}, {"note", status.note},
        {"checkpoint", status.checkpoint}, {"step", status.step}};
    return writeFileAtomically(laneFolder / "state.json", writeJson(json));
}

Result<LaneStatus> readLaneStatus(const std::filesystem::path& laneFolder)
{
    const std::filesystem::path path = laneFolder / "state.json";
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored))
        return refused(fmt::format(
            "{}: found no state.json, wanted a lane of a run (RUN/LANE)", laneFolder.string()));
    const Result<nlohmann::json> document = readJsonFile(path);
    if (!document)
        return document.error();
    JsonReader reader(path.string(), *document);
    ObjectReader& keys = reader.root();
    LaneStatus status;
    status.state = keys.requiredString("state");
    status.note = keys.requiredString("note");
    status.checkpoint = keys.requiredString("checkpoint");
    status.step = keys.requiredInteger("step", 0, std::int64_t{1} << 40);
    const bool plainName = status.checkpoint.starts_with("step-")
        && status.checkpoint.find_first_not_of("0123456789", 5) == std::string::npos;
    if (!plainName)
        keys.refuse("checkpoint", "a folder name like step-000200");
    if (const Status read = reader.finish(); !read)
        return read.error();
    return status;
}

void removeOldCheckpoints(const std::filesystem::path& laneFolder, const std::string& keep)
{
    std::error_code ignored;
    std::vector<std::filesystem::path> old;
    for (std::filesystem::directory_iterator entry(laneFolder, ignored), end;
         !ignored && entry != end; entry.increment(ignored)) {
        const std::string name = entry->path().filename().string();
        if (name != keep && (name.starts_with("step-") || name.starts_with(".step-")))
            old.push_back(entry->path());
    }
    for (const std::filesystem::path& path : old)
        std::filesystem::remove_all(path, ignored);
}

} // namespace espalier
