// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/measurement_store.h"

#include "core/storage/hdf5_file.h"

#include <fmt/format.h>

#include <array>

namespace espalier {

namespace {

constexpr const char* kFormat = "espalier measurements 1";

struct VectorRow
{
    const char* path;
    std::vector<double> Measurements::*member;
};
struct MatrixRow
{
    const char* path;
    Matrix Measurements::*member;
};

constexpr std::array kVectors = {VectorRow{"/scores/embedding", &Measurements::embedding_D},
    VectorRow{"/change/block", &Measurements::change_L},
    VectorRow{"/change/attention", &Measurements::attentionChange_L},
    VectorRow{"/change/mlp", &Measurements::mlpChange_L},
    VectorRow{"/loss/removed", &Measurements::lossRemoved_L},
    VectorRow{"/loss/duplicated", &Measurements::lossDuplicated_L}};
constexpr std::array kMatrices = {
    MatrixRow{"/scores/after_attention", &Measurements::afterAttention_LD},
    MatrixRow{"/scores/after_mlp", &Measurements::afterMlp_LD},
    MatrixRow{"/scores/context", &Measurements::context_LC},
    MatrixRow{"/scores/mlp", &Measurements::mlp_LM}};

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
    for (const VectorRow& row : kVectors) {
        const std::vector<double>& values = m.*row.member;
        const std::int64_t sizes[] = {static_cast<std::int64_t>(values.size())};
        if (const Status done = file.writeArray(row.path, values, sizes); !done)
            return done;
    }
    for (const MatrixRow& row : kMatrices) {
        const Matrix& matrix = m.*row.member;
        const std::int64_t sizes[] = {matrix.rows, matrix.cols};
        if (const Status done = file.writeArray(row.path, matrix.values, sizes); !done)
            return done;
    }
    return {};
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

Status readFacts(const Hdf5File& file, const std::filesystem::path& path, Measurements& m)
{
    const Result<std::string> format = file.readText("/", "format");
    if (!format || *format != kFormat)
        return refused(fmt::format(
            "{}: not a file of measurements, wanted format \"{}\"", path.string(), kFormat));
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

Result<std::vector<double>> readRank(const Hdf5File& file, const std::filesystem::path& path,
    const char* name, std::size_t rank, Matrix& shape)
{
    Result<Hdf5Array> array = file.readArray(name);
    if (!array)
        return array.error();
    if (array->sizes.size() != rank)
        return refused(fmt::format("{}: {}: found {} dimensions, wanted {}", path.string(), name,
            array->sizes.size(), rank));
    shape.rows = rank == 2 ? array->sizes[0] : 1;
    shape.cols = array->sizes.back();
    return std::move(array->values);
}

/// Every per-block list speaks of the same number of blocks, both streams of the same width.
Status checkSizes(const Measurements& m, const std::filesystem::path& path)
{
    const std::int64_t layers = m.afterMlp_LD.rows;
    for (const MatrixRow& row : kMatrices)
        if ((m.*row.member).rows != layers)
            return refused(fmt::format("{}: {}: found {} blocks, wanted {}", path.string(),
                row.path, (m.*row.member).rows, layers));
    for (const VectorRow& row : kVectors) {
        const auto found = static_cast<std::int64_t>((m.*row.member).size());
        const bool optional = std::string_view(row.path).starts_with("/loss/");
        const std::int64_t wanted =
            row.member == &Measurements::embedding_D ? m.afterMlp_LD.cols : layers;
        if (found != wanted && !(optional && found == 0))
            return refused(fmt::format(
                "{}: {}: found {} values, wanted {}", path.string(), row.path, found, wanted));
    }
    if (m.afterAttention_LD.cols != m.afterMlp_LD.cols)
        return refused(fmt::format("{}: /scores/after_attention: found width {}, wanted {}",
            path.string(), m.afterAttention_LD.cols, m.afterMlp_LD.cols));
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
    Matrix ignored;
    for (const VectorRow& row : kVectors) {
        Result<std::vector<double>> values = readRank(*file, path, row.path, 1, ignored);
        if (!values)
            return values.error();
        m.*row.member = *std::move(values);
    }
    for (const MatrixRow& row : kMatrices) {
        Matrix& matrix = m.*row.member;
        Result<std::vector<double>> values = readRank(*file, path, row.path, 2, matrix);
        if (!values)
            return values.error();
        matrix.values = *std::move(values);
    }
    if (const Status sizes = checkSizes(m, path); !sizes)
        return sizes.error();
    return m;
}

} // namespace espalier
