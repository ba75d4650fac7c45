// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/operator_store.h"

#include "core/base/untrusted_text.h"
#include "core/storage/hdf5_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

namespace espalier {

namespace {

constexpr const char* kFormat = "espalier operators 1";
constexpr const char* kNetwork = "network";
constexpr const char* kBlock = "block ";
constexpr const char* kAllRoles = "all roles";
constexpr const char* kAllRows = "all";
constexpr std::int64_t kMaxSize = std::int64_t{1} << 24;
constexpr std::int64_t kMaxSteps = std::int64_t{1} << 20;

std::string pathOf(const WidthOperator& width)
{
    const MapPlace& first = width.places.front();
    return fmt::format("/width/{}/{}",
        first.block < 0 ? kNetwork : fmt::format("{}{:04}", kBlock, first.block),
        nameOf(first.label));
}

std::string pathOf(const DepthOperator& depth)
{
    return fmt::format("/depth/{}/{}", depth.role ? nameOf(*depth.role) : kAllRoles,
        depth.label ? nameOf(*depth.label) : kAllRows);
}

const char* nameOf(Side side)
{
    return side == Side::Write ? "write" : "read";
}

std::string sizeKey(const char* whose, Size size)
{
    std::string key = fmt::format("{}_{}", whose, nameOf(size));
    std::replace(key.begin(), key.end(), '-', '_');
    return key;
}

Status writeMatrix(Hdf5File& file, const std::string& path, const Matrix& matrix, double moved)
{
    const std::int64_t sizes[] = {matrix.rows, matrix.cols};
    if (const Status done = file.writeArray(path, matrix.values, sizes); !done)
        return done;
    return file.writeNumber(path, "moved", moved);
}

Status writeList(Hdf5File& file, const std::string& path, const std::vector<double>& values)
{
    const std::int64_t sizes[] = {static_cast<std::int64_t>(values.size())};
    return file.writeArray(path, values, sizes);
}

Status writeFacts(Hdf5File& file, const LearnedOperators& learned)
{
    for (const auto& [name, text] : {std::pair("format", std::string(kFormat)),
             std::pair("method", learned.method), std::pair("parent_hash", learned.parentHash)})
        if (const Status done = file.writeText("/", name, text); !done)
            return done;
    const LearningReport& report = learned.report;
    for (const auto& [name, value] :
        {std::pair("start_norm", report.startNorm), std::pair("distance", report.distance),
            std::pair("seconds", report.seconds), std::pair("flops", report.flops)})
        if (const Status done = file.writeNumber("/", name, value); !done)
            return done;
    for (const auto& [whose, shape] :
        {std::pair("parent", &learned.parent), std::pair("child", &learned.child)})
        for (const Size size : kTrunkSizes)
            if (const Status done = file.writeInteger("/", sizeKey(whose, size), get(*shape, size));
                !done)
                return done;
    if (const Status done = file.writeInteger("/", "class_layers", learned.child.classLayers);
        !done || learned.child.classLayers == 0)
        return done;
    if (const Status done = file.writeInteger("/", "parent_class_mlp", learned.parent.classMlp);
        !done)
        return done;
    return file.writeInteger("/", "child_class_mlp", learned.child.classMlp);
}

Status writeAll(Hdf5File& file, const LearnedOperators& learned)
{
    if (const Status done = writeFacts(file, learned); !done)
        return done;
    const Operators& operators = learned.operators;
    for (std::size_t i = 0; i < operators.width.size(); ++i) {
        const WidthOperator& width = operators.width[i];
        const std::string path = pathOf(width);
        if (const Status done = writeMatrix(file, fmt::format("{}/{}", path, nameOf(width.side)),
                width.free, learned.widthMoved[i]);
            !done)
            return done;
        if (width.side == Side::Read)
            continue; // has the unit rows of its writer
        const std::vector<double> unitRows(width.unitRows.begin(), width.unitRows.end());
        if (const Status done = writeList(file, path + "/unit_rows", unitRows); !done)
            return done;
    }
    for (std::size_t i = 0; i < operators.depth.size(); ++i)
        if (const Status done = writeMatrix(file, pathOf(operators.depth[i]),
                operators.depth[i].weights, learned.depthMoved[i]);
            !done)
            return done;
    if (const Status done = writeList(file, "/losses", learned.report.losses); !done)
        return done;
    return writeList(file, "/distances", learned.report.distances);
}

/// The value of an enum with contiguous values up to `last` that has this name.
template <typename Enum> std::optional<Enum> named(std::string_view name, Enum last)
{
    for (int i = 0; i <= static_cast<int>(last); ++i)
        if (espalier::nameOf(static_cast<Enum>(i)) == name)
            return static_cast<Enum>(i);
    return std::nullopt;
}

/// "network" is -1.
std::optional<int> blockFrom(std::string_view name)
{
    if (name == kNetwork)
        return -1;
    if (!name.starts_with(kBlock))
        return std::nullopt;
    name.remove_prefix(std::string_view(kBlock).size());
    int block = -1;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), block);
    if (error != std::errc() || end != name.data() + name.size() || block < 0)
        return std::nullopt;
    return block;
}

/// Reads one file; every error names it.
class Reader
{
public:
    Reader(const Hdf5File& file, const std::filesystem::path& path)
        : m_file(file)
        , m_path(path)
    {
    }

    [[nodiscard]] Status read(LearnedOperators& learned)
    {
        for (const Status& done : {readFacts(learned), readWidth(learned), readDepth(learned),
                 readList("/losses", kMaxSteps, learned.report.losses),
                 readList("/distances", kMaxSteps, learned.report.distances)})
            if (!done)
                return done;
        return {};
    }

private:
    [[nodiscard]] Error bad(
        std::string_view where, std::string_view found, std::string_view wanted) const
    {
        return refused(
            fmt::format("{}: {}: found {}, wanted {}", m_path.string(), where, found, wanted));
    }

    template <typename Found, typename Field> Status take(Found&& found, Field& field) const
    {
        if (!found)
            return found.error();
        field = *std::forward<Found>(found);
        return {};
    }

    Status readSize(const std::string& key, std::int64_t& size) const
    {
        const Result<std::int64_t> value = m_file.readInteger("/", key);
        if (!value)
            return value.error();
        if (*value < 1 || *value > kMaxSize)
            return bad("@" + key, fmt::format("{}", *value), fmt::format("1 to {}", kMaxSize));
        size = *value;
        return {};
    }

    Status readShape(const char* whose, ModelShape& shape) const
    {
        for (const Size size : kTrunkSizes) {
            std::int64_t value = 0;
            if (const Status read = readSize(sizeKey(whose, size), value); !read)
                return read;
            set(shape, size, value);
        }
        return {};
    }

    Status readFacts(LearnedOperators& learned) const
    {
        const Result<std::string> format = m_file.readText("/", "format");
        if (!format || *format != kFormat)
            return refused(fmt::format(
                "{}: not a file of operators, wanted format \"{}\"", m_path.string(), kFormat));
        LearningReport& report = learned.report;
        for (const Status& taken : {take(m_file.readText("/", "method"), learned.method),
                 take(m_file.readText("/", "parent_hash"), learned.parentHash),
                 take(m_file.readNumber("/", "start_norm"), report.startNorm),
                 take(m_file.readNumber("/", "distance"), report.distance),
                 take(m_file.readNumber("/", "seconds"), report.seconds),
                 take(m_file.readNumber("/", "flops"), report.flops),
                 readShape("parent", learned.parent), readShape("child", learned.child),
                 take(m_file.readInteger("/", "class_layers"), learned.child.classLayers)})
            if (!taken)
                return taken;
        const std::int64_t behind = learned.child.classLayers;
        if (behind < 0 || behind > kMaxSize)
            return bad(
                "@class_layers", fmt::format("{}", behind), fmt::format("0 to {}", kMaxSize));
        learned.parent.classLayers = behind;
        if (behind == 0)
            return {};
        const Status parent = readSize("parent_class_mlp", learned.parent.classMlp);
        return parent ? readSize("child_class_mlp", learned.child.classMlp) : parent;
    }

    Status readList(const std::string& path, std::int64_t most, std::vector<double>& values) const
    {
        Result<Hdf5Array> array = m_file.readArray(path, most);
        if (!array)
            return array.error();
        if (array->sizes.size() != 1)
            return bad(path, fmt::format("{} dimensions", array->sizes.size()), "1");
        values = std::move(array->values);
        return {};
    }

    /// A matrix of at most `rows` rows and exactly `cols` columns, without NaN and infinities.
    Status readMatrix(const std::string& path, std::int64_t rows, std::int64_t cols, Matrix& matrix,
        std::vector<double>& moved) const
    {
        Result<Hdf5Array> array = m_file.readArray(path, rows * cols);
        if (!array)
            return array.error();
        if (array->sizes.size() != 2 || array->sizes[0] < 1 || array->sizes[0] > rows
            || array->sizes[1] != cols)
            return bad(path, fmt::format("[{}]", fmt::join(array->sizes, ", ")),
                fmt::format("at most {} rows of {}", rows, cols));
        for (const double value : array->values)
            if (!std::isfinite(value))
                return bad(path, fmt::format("{}", value), "finite numbers");
        matrix = {array->sizes[0], array->sizes[1], std::move(array->values)};
        const Result<double> distance = m_file.readNumber(path, "moved");
        if (!distance)
            return distance.error();
        moved.push_back(*distance);
        return {};
    }

    Status readUnitRows(const std::string& path, const ModelShape& parent, const ModelShape& child,
        WidthOperator& width) const
    {
        const AxisLabel label = width.places.front().label;
        const std::int64_t rows = lengthOf(label, child);
        std::vector<double> values;
        if (const Status read = readList(path, rows, values); !read)
            return read;
        for (const double value : values) {
            if (!(value >= kNothing && value < static_cast<double>(lengthOf(label, parent)))
                || value != std::floor(value))
                return bad(path, fmt::format("{}", value), "parent indices or -1");
            width.unitRows.push_back(static_cast<std::int64_t>(value));
        }
        const std::int64_t free = values.empty()
            ? rows
            : std::count(width.unitRows.begin(), width.unitRows.end(), kNothing);
        if (!values.empty() && std::cmp_not_equal(values.size(), rows))
            return bad(path, fmt::format("{} rows", values.size()), fmt::format("{}", rows));
        if (free != width.free.rows)
            return bad(path, fmt::format("{} free rows", free),
                fmt::format("{} as in write", width.free.rows));
        return {};
    }

    Status readOperator(const std::string& path, const MapPlace& place, LearnedOperators& learned)
    {
        for (const Side side : {Side::Write, Side::Read}) {
            const std::string matrix = fmt::format("{}/{}", path, nameOf(side));
            if (side == Side::Read && !m_file.has(matrix))
                return {};
            WidthOperator width{.side = side, .places = {place}, .unitRows = {}, .free = {}};
            if (const Status read = readMatrix(matrix, lengthOf(place.label, learned.child),
                    lengthOf(place.label, learned.parent), width.free, learned.widthMoved);
                !read)
                return read;
            if (const Status read =
                    readUnitRows(path + "/unit_rows", learned.parent, learned.child, width);
                !read)
                return read;
            learned.operators.width.push_back(std::move(width));
        }
        return {};
    }

    /// Names in a group; none if there is no such group.
    [[nodiscard]] Result<std::vector<std::string>> namesIn(const std::string& group) const
    {
        return m_file.has(group) ? m_file.names(group)
                                 : Result<std::vector<std::string>>(std::vector<std::string>());
    }

    /// "network" or "block 0003" and what it holds.
    Status findMaps(const std::string& owner, const ModelShape& child,
        std::map<std::pair<int, AxisLabel>, std::string>& paths) const
    {
        const std::optional<int> block = blockFrom(owner);
        if (!block || *block >= blocksOf(child))
            return bad("/width", inQuotes(owner), "network or a block of the destination");
        const Result<std::vector<std::string>> labels = namesIn("/width/" + owner);
        if (!labels)
            return labels.error();
        for (const std::string& name : *labels) {
            const std::optional<AxisLabel> label = named(name, AxisLabel::Patch);
            if (!label)
                return bad("/width/" + owner, inQuotes(name), "the name of an axis");
            paths[{*block, *label}] = fmt::format("/width/{}/{}", owner, name);
        }
        return {};
    }

    /// In the order of operatorsOf.
    Status readWidth(LearnedOperators& learned)
    {
        const Result<std::vector<std::string>> owners = namesIn("/width");
        if (!owners)
            return owners.error();
        std::map<std::pair<int, AxisLabel>, std::string> paths;
        for (const std::string& owner : *owners)
            if (const Status found = findMaps(owner, learned.child, paths); !found)
                return found;
        for (const auto& [place, path] : paths)
            if (const Status read = readOperator(path, {place.first, place.second}, learned); !read)
                return read;
        return {};
    }

    Status findWeights(const std::string& roleName, std::vector<DepthOperator>& found) const
    {
        const std::optional<Role> role = named(roleName, Role::DistillationHeadBias);
        if (!role && roleName != kAllRoles)
            return bad("/depth", inQuotes(roleName), "the name of a parameter");
        const Result<std::vector<std::string>> labels = namesIn("/depth/" + roleName);
        if (!labels)
            return labels.error();
        for (const std::string& name : *labels) {
            const std::optional<AxisLabel> label = named(name, AxisLabel::Patch);
            if (!label && name != kAllRows)
                return bad("/depth/" + roleName, inQuotes(name), "the name of an axis");
            found.push_back({.role = role, .label = label, .weights = {}});
        }
        return {};
    }

    Status readDepth(LearnedOperators& learned)
    {
        const Result<std::vector<std::string>> roles = namesIn("/depth");
        if (!roles)
            return roles.error();
        std::vector<DepthOperator> found;
        for (const std::string& role : *roles)
            if (const Status read = findWeights(role, found); !read)
                return read;
        std::sort(found.begin(), found.end(), [](const DepthOperator& a, const DepthOperator& b) {
            return std::pair(a.role, a.label) < std::pair(b.role, b.label);
        });
        for (DepthOperator& depth : found) {
            if (const Status read = readMatrix(pathOf(depth), blocksOf(learned.child),
                    blocksOf(learned.parent), depth.weights, learned.depthMoved);
                !read)
                return read;
            learned.operators.depth.push_back(std::move(depth));
        }
        return {};
    }

    const Hdf5File& m_file;
    const std::filesystem::path& m_path;
};

} // namespace

Status writeOperators(const LearnedOperators& learned, const std::filesystem::path& file)
{
    return writeHdf5File(file, [&](Hdf5File& target) { return writeAll(target, learned); });
}

Result<LearnedOperators> readOperators(const std::filesystem::path& path)
{
    const Result<Hdf5File> file = Hdf5File::open(path);
    if (!file)
        return file.error();
    LearnedOperators learned;
    if (const Status read = Reader(*file, path).read(learned); !read)
        return read.error();
    return learned;
}

} // namespace espalier
