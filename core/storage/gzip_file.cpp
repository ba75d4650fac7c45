// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/gzip_file.h"

#include "core/storage/file_bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include <zlib.h>

namespace espalier {

namespace {

constexpr std::size_t kStep = std::size_t{1} << 20;
constexpr int kGzipWindow = 15 + 16; ///< zlib: the largest window, gzip header

class Inflater
{
public:
    Inflater() = default;
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    ~Inflater()
    {
        inflateEnd(&m_stream);
    }

    [[nodiscard]] bool begin()
    {
        return inflateInit2(&m_stream, kGzipWindow) == Z_OK;
    }
    /// Starts the next member where the last one ended.
    [[nodiscard]] bool again()
    {
        return inflateReset(&m_stream) == Z_OK;
    }
    /// Unpacks up to out.size() bytes and takes what it used off `packed`.
    [[nodiscard]] int step(
        std::span<const std::uint8_t>& packed, std::span<std::uint8_t> out, std::size_t& made)
    {
        const std::size_t offered = std::min(packed.size(), kStep);
        m_stream.next_in = const_cast<Bytef*>(packed.data()); // zlib's older signature; only read
        m_stream.avail_in = static_cast<uInt>(offered);
        m_stream.next_out = out.data();
        m_stream.avail_out = static_cast<uInt>(out.size());
        const int state = inflate(&m_stream, Z_NO_FLUSH);
        packed = packed.subspan(offered - m_stream.avail_in);
        made = out.size() - m_stream.avail_out;
        return state;
    }

private:
    z_stream m_stream = {};
};

Result<std::vector<std::uint8_t>> unpacked(const std::filesystem::path& file,
    std::span<const std::uint8_t> packed, std::uintmax_t maxBytes)
{
    Inflater inflater;
    ESPALIER_EXPECT(inflater.begin(), "zlib has memory for one stream");
    std::vector<std::uint8_t> bytes;
    for (;;) {
        const std::size_t before = bytes.size();
        bytes.resize(before + kStep);
        std::size_t made = 0;
        const int state = inflater.step(packed, std::span(bytes).subspan(before), made);
        bytes.resize(before + made);
        if (bytes.size() > maxBytes)
            return refused(
                fmt::format("{}: unpacks to more than {} bytes", file.string(), maxBytes));
        if (state == Z_STREAM_END && packed.empty())
            return bytes;
        const bool next = state == Z_STREAM_END && inflater.again();
        if (!next && (state != Z_OK || (packed.empty() && made < kStep)))
            return refused(fmt::format("{}: damaged or cut short (gzip)", file.string()));
    }
}

} // namespace

Result<std::vector<std::uint8_t>> readPlainOrGzipFile(
    const std::filesystem::path& file, std::uintmax_t maxBytes)
{
    Result<std::vector<std::uint8_t>> bytes = readFileBytes(file, maxBytes);
    if (!bytes || bytes->size() < 2 || (*bytes)[0] != 0x1F || (*bytes)[1] != 0x8B)
        return bytes;
    return unpacked(file, *bytes, maxBytes);
}

} // namespace espalier
