// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/formats/safetensors_header.h"

#include "core/base/checked.h"
#include "core/base/untrusted_text.h"
#include "core/formats/strict_json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <numeric>
#include <tuple>
#include <utility>

namespace espalier {

namespace {

using nlohmann::json;

constexpr std::int64_t kLengthBytes = 8;
constexpr std::string_view kMetadataKey = "__metadata__";

/// Element sizes of dtypes that we only list.
constexpr std::array<std::pair<std::string_view, std::int64_t>, 12> kOpaqueBits = {{
    {"U16", 16},
    {"U32", 32},
    {"U64", 64},
    {"C64", 64},
    {"F8_E4M3", 8},
    {"F8_E5M2", 8},
    {"F8_E8M0", 8},
    {"F6_E2M3", 6},
    {"F6_E3M2", 6},
    {"F4", 4},
    {"F8_E4M3FNUZ", 8},
    {"F8_E5M2FNUZ", 8},
}};

/// Bits per element; nothing for a dtype of which we know only the name.
std::optional<std::int64_t> bitsPerElement(const TensorEntry& tensor)
{
    if (tensor.dtype)
        return 8 * bytesPerElement(*tensor.dtype);
    for (const auto& [name, bits] : kOpaqueBits)
        if (name == tensor.dtypeText)
            return bits;
    return std::nullopt;
}

std::uint64_t readLittleEndian(std::span<const std::byte> bytes)
{
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
        value = (value << 8) | std::to_integer<std::uint64_t>(bytes[i]);
    return value;
}

/// Length of the header, checked against the limits and the file before anything is allocated.
Result<std::int64_t> readHeaderLength(std::span<const std::byte> fileStart, std::int64_t fileSize,
    std::string_view where, std::int64_t maxHeaderBytes)
{
    if (fileSize < kLengthBytes || fileStart.size() < std::size_t{kLengthBytes})
        return refused(
            fmt::format("{}: {} bytes are too few for a safetensors file, wanted at least {}",
                where, fileSize, kLengthBytes));
    const std::uint64_t length = readLittleEndian(fileStart.first(kLengthBytes));
    if (length > static_cast<std::uint64_t>(maxHeaderBytes))
        return refused(fmt::format("{}: safetensors header of {} bytes, wanted at most {}", where,
            length, maxHeaderBytes));
    // Compared with what is left, never by adding to the length: the sum could wrap.
    if (length > static_cast<std::uint64_t>(fileSize - kLengthBytes))
        return refused(
            fmt::format("{}: safetensors header of {} bytes, but the file has {} after its length",
                where, length, fileSize - kLengthBytes));
    if (length > fileStart.size() - kLengthBytes)
        return refused(fmt::format("{}: safetensors header of {} bytes, but only {} could be read",
            where, length, fileStart.size() - kLengthBytes));
    return static_cast<std::int64_t>(length);
}

/// One tensor's line of the header; turns JSON into an entry with offsets from the start of the
/// file.
class EntryReader
{
public:
    EntryReader(
        std::string_view where, std::int64_t dataBegin, std::int64_t fileSize, std::size_t maxRank)
        : m_where(where)
        , m_dataBegin(dataBegin)
        , m_dataSize(fileSize - dataBegin)
        , m_maxRank(maxRank)
    {
    }

    [[nodiscard]] Result<TensorEntry> read(const std::string& name, const json& info) const
    {
        TensorEntry tensor;
        tensor.name = name;
        if (!info.is_object())
            return problem(name, "is not an object, wanted dtype, shape and data_offsets");
        for (const auto& item : info.items())
            if (item.key() != "dtype" && item.key() != "shape" && item.key() != "data_offsets")
                return problem(name,
                    fmt::format("has the unknown key {}, wanted dtype, shape and data_offsets",
                        inQuotes(item.key())));
        if (Status read = readDtype(info, tensor); !read)
            return read.error();
        if (Status read = readShape(info, tensor); !read)
            return read.error();
        if (Status read = readOffsets(info, tensor); !read)
            return read.error();
        if (Status fits = checkSize(tensor); !fits)
            return fits.error();
        return tensor;
    }

    [[nodiscard]] Error problem(std::string_view tensor, std::string_view what) const
    {
        return refused(fmt::format("{}: tensor {} {}", m_where, inQuotes(tensor), what));
    }

private:
    /// A size or offset: an exact integer from 0 on.
    static std::optional<std::int64_t> count(const json& value)
    {
        if (!value.is_number_unsigned() || !std::in_range<std::int64_t>(value.get<std::uint64_t>()))
            return std::nullopt;
        return value.get<std::int64_t>();
    }

    [[nodiscard]] Status readDtype(const json& info, TensorEntry& tensor) const
    {
        const auto dtype = info.find("dtype");
        if (dtype == info.end() || !dtype->is_string())
            return problem(tensor.name, "has no dtype, wanted a string such as \"F32\"");
        tensor.dtypeText = dtype->get<std::string>();
        tensor.dtype = dtypeFromSafetensorsName(tensor.dtypeText);
        return {};
    }

    [[nodiscard]] Status readShape(const json& info, TensorEntry& tensor) const
    {
        const auto shape = info.find("shape");
        if (shape == info.end() || !shape->is_array())
            return problem(tensor.name, "has no shape, wanted an array of sizes");
        if (shape->size() > m_maxRank)
            return problem(tensor.name,
                fmt::format("has {} dimensions, wanted at most {}", shape->size(), m_maxRank));
        for (const json& value : *shape) {
            const auto size = count(value);
            if (!size)
                return problem(tensor.name,
                    fmt::format("has a dimension of {}, wanted an integer from 0 on",
                        inQuotes(value.dump(), 40)));
            tensor.shape.push_back(*size);
        }
        return {};
    }

    [[nodiscard]] Status readOffsets(const json& info, TensorEntry& tensor) const
    {
        const auto offsets = info.find("data_offsets");
        if (offsets == info.end() || !offsets->is_array() || offsets->size() != 2)
            return problem(tensor.name, "has no data_offsets, wanted [begin, end]");
        const auto begin = count((*offsets)[0]);
        const auto end = count((*offsets)[1]);
        if (!begin || !end)
            return problem(
                tensor.name, "has data_offsets that are not sizes, wanted integers from 0 on");
        if (*end < *begin)
            return problem(
                tensor.name, fmt::format("ends at {} before it begins at {}", *end, *begin));
        if (*end > m_dataSize)
            return problem(tensor.name,
                fmt::format("ends at byte {} of the data, but the file has {}", *end, m_dataSize));
        tensor.begin = m_dataBegin + *begin;
        tensor.end = m_dataBegin + *end;
        return {};
    }

    [[nodiscard]] Status checkSize(const TensorEntry& tensor) const
    {
        const auto tooLarge = [&] {
            return problem(tensor.name,
                fmt::format("of shape [{}] as {} is larger than any file",
                    fmt::join(tensor.shape, ", "), inQuotes(tensor.dtypeText, 20)));
        };
        // A size of 0 must not hide an overflow of the others, so zeros are left out of the first
        // product.
        std::vector<std::int64_t> nonZero = tensor.shape;
        std::erase(nonZero, 0);
        if (!checkedProduct(nonZero))
            return tooLarge();
        const auto bits = bitsPerElement(tensor);
        if (!bits)
            return {};
        const auto sizeBits = checkedProduct(*checkedProduct(tensor.shape), *bits);
        if (!sizeBits)
            return tooLarge();
        if (*sizeBits % 8 != 0)
            return problem(tensor.name,
                fmt::format("of shape [{}] as {} has {} bits, wanted whole bytes",
                    fmt::join(tensor.shape, ", "), inQuotes(tensor.dtypeText, 20), *sizeBits));
        if (*sizeBits / 8 != tensor.sizeBytes())
            return problem(tensor.name,
                fmt::format("has {} bytes, shape [{}] as {} needs {}", tensor.sizeBytes(),
                    fmt::join(tensor.shape, ", "), tensor.dtypeText, *sizeBits / 8));
        return {};
    }

    std::string_view m_where;
    std::int64_t m_dataBegin;
    std::int64_t m_dataSize;
    std::size_t m_maxRank;
};

Result<std::map<std::string, std::string>> readMetadata(
    const json& metadata, std::string_view where)
{
    if (!metadata.is_object())
        return refused(
            fmt::format("{}: {} is not an object, wanted strings by name", where, kMetadataKey));
    std::map<std::string, std::string> texts;
    for (const auto& item : metadata.items()) {
        if (!item.value().is_string())
            return refused(fmt::format("{}: {}: the value of {} is not a string", where,
                kMetadataKey, inQuotes(item.key())));
        texts.emplace(item.key(), item.value().get<std::string>());
    }
    return texts;
}

/// No holes, no overlaps, nothing behind: each tensor begins where the one before ended, the last
/// ends with the file.
Status checkContiguous(const std::vector<TensorEntry>& sorted, std::int64_t fileSize,
    const EntryReader& entries, std::string_view where, std::int64_t dataBegin,
    bool allowTrailingBytes)
{
    std::int64_t expected = dataBegin;
    for (const TensorEntry& tensor : sorted) {
        if (tensor.begin != expected)
            return entries.problem(tensor.name,
                fmt::format("begins at byte {} of the data, wanted {}: the tensors {}",
                    tensor.begin - dataBegin, expected - dataBegin,
                    tensor.begin < expected ? "overlap" : "leave a hole"));
        expected = tensor.end;
    }
    if (expected != fileSize && !allowTrailingBytes)
        return refused(fmt::format(
            "{}: the file has {} bytes, its tensors end at {}", where, fileSize, expected));
    return {};
}

} // namespace

std::int64_t TensorEntry::elementCount() const
{
    return checkedProduct(shape).value_or(0);
}

Result<SafetensorsHeader> SafetensorsHeader::parse(std::span<const std::byte> fileStart,
    std::int64_t fileSize, std::string_view where, const SafetensorsLimits& limits)
{
    const auto maxBytes =
        std::clamp<std::int64_t>(limits.maxHeaderBytes, 0, kMaxSafetensorsHeaderBytes);
    const auto length = readHeaderLength(fileStart, fileSize, where, maxBytes);
    if (!length)
        return length.error();
    const auto text = fileStart.subspan(kLengthBytes, static_cast<std::size_t>(*length));
    // The header is two levels deep, data_offsets are the third.
    const auto document = parseStrictJson({reinterpret_cast<const char*>(text.data()), text.size()},
        where, {.maxBytes = static_cast<std::size_t>(maxBytes), .maxDepth = 3});
    if (!document)
        return document.error();
    if (!document->is_object())
        return refused(fmt::format("{}: the safetensors header is not an object", where));

    SafetensorsHeader header;
    header.m_dataBegin = kLengthBytes + *length;
    const EntryReader entries(where, header.m_dataBegin, fileSize, limits.maxRank);
    for (const auto& item : document->items()) {
        if (item.key() == kMetadataKey) {
            auto metadata = readMetadata(item.value(), where);
            if (!metadata)
                return metadata.error();
            header.m_metadata = *std::move(metadata);
            continue;
        }
        auto tensor = entries.read(item.key(), item.value());
        if (!tensor)
            return tensor.error();
        header.m_tensors.push_back(*std::move(tensor));
    }
    auto& tensors = header.m_tensors;
    std::sort(tensors.begin(), tensors.end(), [](const TensorEntry& a, const TensorEntry& b) {
        return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
    });
    const Status contiguous = checkContiguous(
        tensors, fileSize, entries, where, header.m_dataBegin, limits.allowTrailingBytes);
    if (!contiguous)
        return contiguous.error();

    header.m_byName.resize(tensors.size());
    std::iota(header.m_byName.begin(), header.m_byName.end(), std::size_t{0});
    std::sort(header.m_byName.begin(), header.m_byName.end(),
        [&](std::size_t a, std::size_t b) { return tensors[a].name < tensors[b].name; });
    return header;
}

const TensorEntry* SafetensorsHeader::find(std::string_view name) const
{
    const auto found = std::lower_bound(m_byName.begin(), m_byName.end(), name,
        [this](std::size_t position, std::string_view wanted) {
            return m_tensors[position].name < wanted;
        });
    return found != m_byName.end() && m_tensors[*found].name == name ? &m_tensors[*found] : nullptr;
}

} // namespace espalier
