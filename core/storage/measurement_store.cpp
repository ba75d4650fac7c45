// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/measurement_store.h"

#include "core/base/untrusted_text.h"
#include "core/storage/hdf5_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

namespace espalier {

namespace {

constexpr std::string_view kFormat = "espalier measurements 2";
constexpr std::string_view kFormatStart = "espalier measurements ";
constexpr std::size_t kMostMetrics = 64;
constexpr const char* kGreedyOrder = "/order/greedy";

enum class Axis
{
    Blocks,
    Residual,
    Context,
    Mlp,
    ClassBlocks,
    ClassMlp,
    AllBlocks, ///< class-attention ones included
    OneMlp ///< of one block, of either kind: no other dataset has to agree
};
constexpr std::array<std::string_view, 8> kAxisNames = {"blocks", "residual channels",
    "head channels", "MLP units", "class-attention blocks", "class-attention MLP units", "blocks",
    "MLP units"};

struct ScoreRow
{
    const char* name;
    Matrix ChannelScores::*member;
    Axis columns;
    Axis rows = Axis::Blocks;
};
struct VectorRow
{
    const char* path;
    std::vector<double> Measurements::*member;
};

constexpr std::array kScores = {
    ScoreRow{"attention_norm", &ChannelScores::attentionNorm_LD, Axis::Residual},
    ScoreRow{"after_attention", &ChannelScores::afterAttention_LD, Axis::Residual},
    ScoreRow{"mlp_norm", &ChannelScores::mlpNorm_LD, Axis::Residual},
    ScoreRow{"after_mlp", &ChannelScores::afterMlp_LD, Axis::Residual},
    ScoreRow{"context", &ChannelScores::context_LC, Axis::Context},
    ScoreRow{"mlp", &ChannelScores::mlp_LM, Axis::Mlp},
    ScoreRow{"class_context", &ChannelScores::classContext_LC, Axis::Context, Axis::ClassBlocks},
    ScoreRow{"class_mlp", &ChannelScores::classMlp_LM, Axis::ClassMlp, Axis::ClassBlocks}};
constexpr std::array kVectors = {VectorRow{"/change/block", &Measurements::change_L},
    VectorRow{"/change/attention", &Measurements::attentionChange_L},
    VectorRow{"/change/mlp", &Measurements::mlpChange_L},
    VectorRow{"/influence/block", &Measurements::blockInfluence_L},
    VectorRow{"/loss/removed", &Measurements::lossRemoved_L},
    VectorRow{"/loss/duplicated", &Measurements::lossDuplicated_L},
    VectorRow{"/loss/greedy", &Measurements::greedyLoss_L}};

/// A dataset and the place in Measurements that it fills: a vector or a matrix.
template <typename Vector, typename Table> struct Slot
{
    std::string path;
    Axis rows; ///< of a vector: its only axis
    Axis columns;
    Vector* vector = nullptr;
    Table* matrix = nullptr;
};
using WriteSlot = Slot<const std::vector<double>, const Matrix>;
using ReadSlot = Slot<std::vector<double>, Matrix>;

/// One slot for everything that these measurements hold or, before they are read, should be asked
/// for: of each metric named in `scores` and of as many blocks' moments as there are matrices.
template <typename AnySlot, typename AnyMeasurements>
std::vector<AnySlot> slotsOf(AnyMeasurements& m)
{
    std::vector<AnySlot> slots;
    const auto vector = [&](std::string path, Axis axis, auto& values) {
        slots.push_back({std::move(path), axis, axis, &values, nullptr});
    };
    const auto matrix = [&](std::string path, Axis rows, Axis columns, auto& values) {
        slots.push_back({std::move(path), rows, columns, nullptr, &values});
    };
    for (auto& [metric, scores] : m.scores) {
        vector(fmt::format("/scores/{}/embedding", metric), Axis::Residual, scores.embedding_D);
        for (const ScoreRow& row : kScores)
            matrix(fmt::format("/scores/{}/{}", metric, row.name), row.rows, row.columns,
                scores.*row.member);
    }
    for (const VectorRow& row : kVectors)
        vector(row.path, Axis::Blocks, m.*row.member);
    matrix("/distance/angular", Axis::Blocks, Axis::Blocks, m.angularDistance_NL);
    matrix("/moment/residual", Axis::Residual, Axis::Residual, m.residualCovariance_DD);
    matrix("/moment/residual_basis", Axis::Residual, Axis::Residual, m.residualBasis_DD);
    vector("/moment/residual_energy", Axis::Residual, m.residualEnergy_D);
    for (std::size_t l = 0; l < m.contextMoment_LCC.size(); ++l)
        matrix(fmt::format("/moment/context/{}", l), Axis::Context, Axis::Context,
            m.contextMoment_LCC[l]);
    for (std::size_t l = 0; l < m.mlpMoment_LMM.size(); ++l)
        matrix(fmt::format("/moment/mlp/{}", l), Axis::OneMlp, Axis::OneMlp, m.mlpMoment_LMM[l]);
    return slots;
}

Status writeFacts(Hdf5File& file, const Measurements& m)
{
    for (const auto& [name, text] :
        {std::pair("format", std::string(kFormat)), std::pair("parent_hash", m.parentHash),
            std::pair("data", m.data), std::pair("source", m.source)})
        if (const Status done = file.writeText("/", name, text); !done)
            return done;
    for (const auto& [name, value] :
        {std::pair("samples", m.samples), std::pair("tokens", m.tokens),
            std::pair("sequence_length", m.sequenceLength), std::pair("batch", m.batch)})
        if (const Status done = file.writeInteger("/", name, value); !done)
            return done;
    if (const Status done = file.writeNumber("/", "validation_share", m.validationShare); !done)
        return done;
    const Measurements usual;
    for (const auto& [name, text, absent] : {std::tuple("text_field", m.textField, usual.textField),
             std::tuple("tokenizer", m.tokenizer, usual.tokenizer)})
        if (text != absent)
            if (const Status done = file.writeText("/", name, text); !done)
                return done;
    if (m.skipBroken)
        if (const Status done = file.writeInteger("/", "skip_broken", 1); !done)
            return done;
    return file.writeNumber("/", "base_loss", m.baseLoss);
}

Status writeAll(Hdf5File& file, const Measurements& m)
{
    if (const Status done = writeFacts(file, m); !done)
        return done;
    const auto write = [&](const std::string& path, const std::vector<double>& values,
                           std::initializer_list<std::int64_t> sizes) {
        return values.empty() ? Status{} : file.writeArray(path, values, sizes);
    };
    for (const WriteSlot& slot : slotsOf<WriteSlot>(m))
        if (const Status done = slot.matrix
                ? write(slot.path, slot.matrix->values, {slot.matrix->rows, slot.matrix->cols})
                : write(slot.path, *slot.vector, {static_cast<std::int64_t>(slot.vector->size())});
            !done)
            return done;
    const std::vector<double> order(m.greedyRemoval_L.begin(), m.greedyRemoval_L.end());
    return write(kGreedyOrder, order, {static_cast<std::int64_t>(order.size())});
}

Status readUnusualFacts(const Hdf5File& file, Measurements& m)
{
    for (const auto& [name, text] :
        {std::pair("text_field", &m.textField), std::pair("tokenizer", &m.tokenizer)})
        if (file.hasAttribute("/", name)) {
            Result<std::string> found = file.readText("/", name);
            if (!found)
                return found.error();
            *text = *std::move(found);
        }
    m.skipBroken = file.hasAttribute("/", "skip_broken");
    return {};
}

Status checkFormat(const Hdf5File& file, const std::filesystem::path& path)
{
    const Result<std::string> format = file.readText("/", "format");
    if (!format || !format->starts_with(kFormatStart))
        return refused(fmt::format(
            "{}: not a file of measurements, wanted format \"{}\"", path.string(), kFormat));
    if (*format != kFormat)
        return refused(fmt::format("{}: found format {}, wanted \"{}\": measure the model again",
            path.string(), inQuotes(*format), kFormat));
    return {};
}

Status readFacts(const Hdf5File& file, const std::filesystem::path& path, Measurements& m)
{
    if (const Status known = checkFormat(file, path); !known)
        return known;
    const auto take = [](auto&& found, auto& field) -> Status {
        if (!found)
            return found.error();
        field = *found;
        return {};
    };
    for (const Status& taken : {take(file.readText("/", "parent_hash"), m.parentHash),
             take(file.readText("/", "data"), m.data), take(file.readText("/", "source"), m.source),
             take(file.readInteger("/", "samples"), m.samples),
             take(file.readInteger("/", "tokens"), m.tokens),
             take(file.readInteger("/", "sequence_length"), m.sequenceLength),
             take(file.readInteger("/", "batch"), m.batch),
             take(file.readNumber("/", "validation_share"), m.validationShare),
             take(file.readNumber("/", "base_loss"), m.baseLoss)})
        if (!taken)
            return taken.error();
    return readUnusualFacts(file, m);
}

/// As many values as a file of this size can hold, deflated at its best: a few bytes must not claim
/// all of the memory.
std::int64_t mostValuesIn(const std::filesystem::path& path)
{
    constexpr std::uintmax_t kMost = std::uintmax_t{1} << 32;
    constexpr std::uintmax_t kValuesPerByte = 130; // 1032 bytes of one
    std::error_code error;
    const std::uintmax_t bytes = std::filesystem::file_size(path, error);
    return static_cast<std::int64_t>(error ? 0 : std::min(bytes, kMost) * kValuesPerByte);
}

/// Fills a slot if the file has its dataset, of at most `room` values; takes them off the room.
Status readSlot(const Hdf5File& file, const std::filesystem::path& path, const ReadSlot& slot,
    std::int64_t& room)
{
    if (!file.has(slot.path))
        return {};
    Result<Hdf5Array> array = file.readArray(slot.path, room);
    if (!array)
        return array.error();
    room -= static_cast<std::int64_t>(array->values.size());
    const std::size_t rank = slot.matrix ? 2 : 1;
    if (array->sizes.size() != rank || array->values.empty())
        return refused(fmt::format("{}: {}: found {} values in {} dimensions, wanted some in {}",
            path.string(), slot.path, array->values.size(), array->sizes.size(), rank));
    if (slot.matrix)
        *slot.matrix = {array->sizes[0], array->sizes[1], std::move(array->values)};
    else
        *slot.vector = std::move(array->values);
    return {};
}

bool isMetricId(std::string_view name)
{
    return !name.empty() && name.size() <= 40 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    });
}

/// Makes the places that the file's metrics and moments go to.
Status makePlaces(const Hdf5File& file, const std::filesystem::path& path, Measurements& m)
{
    const Result<std::vector<std::string>> metrics =
        file.has("/scores") ? file.names("/scores") : Result(std::vector<std::string>());
    if (!metrics)
        return metrics.error();
    if (metrics->size() > kMostMetrics)
        return refused(fmt::format("{}: /scores: found {} metrics, wanted at most {}",
            path.string(), metrics->size(), kMostMetrics));
    for (const std::string& metric : *metrics) {
        if (!isMetricId(metric))
            return refused(fmt::format("{}: /scores: found metric {}, wanted small letters, "
                                       "digits and -",
                path.string(), inQuotes(metric)));
        m.scores[metric];
    }
    const auto blocksIn = [&](const char* group) {
        std::size_t blocks = 0;
        while (file.has(fmt::format("/moment/{}/{}", group, blocks)))
            ++blocks;
        return blocks;
    };
    m.contextMoment_LCC.resize(blocksIn("context"));
    m.mlpMoment_LMM.resize(blocksIn("mlp"));
    return {};
}

/// The length of every axis, the same wherever it occurs.
class AxisLengths
{
public:
    explicit AxisLengths(const std::filesystem::path& file)
        : m_file(file.string())
    {
    }

    Status agree(const std::string& dataset, Axis axis, std::int64_t found)
    {
        Known& known = m_known[static_cast<std::size_t>(axis)];
        if (known.dataset.empty() || (axis == Axis::OneMlp && known.dataset != dataset))
            known = {dataset, found};
        if (found == known.length)
            return {};
        return refused(fmt::format("{}: {}: found {} {}, wanted {} as in {}", m_file, dataset,
            found, kAxisNames[static_cast<std::size_t>(axis)], known.length, known.dataset));
    }

private:
    struct Known
    {
        std::string dataset;
        std::int64_t length = 0;
    };
    std::string m_file;
    std::array<Known, kAxisNames.size()> m_known;
};

Status checkSizes(const std::filesystem::path& path, Measurements& m)
{
    AxisLengths lengths(path);
    const auto count = [](const auto& values) {
        return static_cast<std::int64_t>(values.size());
    };
    for (const ReadSlot& slot : slotsOf<ReadSlot>(m)) {
        if ((slot.matrix ? slot.matrix->values : *slot.vector).empty())
            continue;
        const std::int64_t rows = slot.matrix ? slot.matrix->rows : count(*slot.vector);
        if (const Status fits = lengths.agree(slot.path, slot.rows, rows); !fits)
            return fits;
        if (slot.matrix)
            if (const Status fits = lengths.agree(slot.path, slot.columns, slot.matrix->cols);
                !fits)
                return fits;
    }
    for (const auto& [group, axis, blocks] :
        {std::tuple("/moment/context", Axis::AllBlocks, count(m.contextMoment_LCC)),
            std::tuple("/moment/mlp", Axis::AllBlocks, count(m.mlpMoment_LMM)),
            std::tuple(kGreedyOrder, Axis::Blocks, count(m.greedyRemoval_L))})
        if (blocks > 0)
            if (const Status fits = lengths.agree(group, axis, blocks); !fits)
                return fits;
    return {};
}

/// Every block once.
Status readGreedyOrder(
    const Hdf5File& file, const std::filesystem::path& path, Measurements& m, std::int64_t& room)
{
    std::vector<double> order;
    if (const Status read =
            readSlot(file, path, {kGreedyOrder, Axis::Blocks, Axis::Blocks, &order, nullptr}, room);
        !read)
        return read;
    std::vector<bool> seen(order.size(), false);
    for (const double block : order) {
        const bool inside = block >= 0 && block < static_cast<double>(order.size());
        const auto at = inside ? static_cast<std::size_t>(block) : 0;
        if (!inside || static_cast<double>(at) != block || seen[at])
            return refused(fmt::format("{}: {}: found block {}, wanted each of 0 to {} once",
                path.string(), kGreedyOrder, block, order.size() - 1));
        seen[at] = true;
        m.greedyRemoval_L.push_back(static_cast<std::int64_t>(at));
    }
    return {};
}

} // namespace

Status writeMeasurements(const Measurements& measurements, const std::filesystem::path& file)
{
    return writeHdf5File(file, [&](Hdf5File& target) { return writeAll(target, measurements); });
}

Result<Measurements> readMeasurements(const std::filesystem::path& path)
{
    const Result<Hdf5File> file = Hdf5File::open(path);
    if (!file)
        return file.error();
    Measurements m;
    if (const Status facts = readFacts(*file, path, m); !facts)
        return facts.error();
    if (const Status places = makePlaces(*file, path, m); !places)
        return places.error();
    std::int64_t room = mostValuesIn(path);
    for (const ReadSlot& slot : slotsOf<ReadSlot>(m))
        if (const Status read = readSlot(*file, path, slot, room); !read)
            return read.error();
    if (const Status order = readGreedyOrder(*file, path, m, room); !order)
        return order.error();
    if (const Status sizes = checkSizes(path, m); !sizes)
        return sizes.error();
    return m;
}

} // namespace espalier
