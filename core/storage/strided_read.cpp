// SPDX-License-Identifier: GPL-3.0-or-later
//
// A range of a row-major tensor is a few boxes: some whole rows, and before and behind them pieces
// of rows, which are boxes of fewer dimensions. A box is walked in the order of the file.
#include "core/storage/strided_read.h"

#include "core/base/expect.h"

#include <algorithm>
#include <cstring>

namespace espalier {

namespace {

constexpr std::int64_t kBufferBytes = std::int64_t{1} << 20;
/// Values further apart than this many are read one by one.
constexpr std::int64_t kFar = 64;

struct Dimension
{
    std::int64_t size = 1;
    std::int64_t stride = 0; ///< in the file, in values
    std::int64_t targetStride = 0; ///< row-major, in values
};

class Reader
{
public:
    Reader(const MappedFile& file, const StridedPlace& place)
        : m_file(file)
        , m_place(place)
    {
        std::int64_t targetStride = 1;
        m_dimensions.resize(place.sizes.size());
        for (std::size_t i = place.sizes.size(); i-- > 0;) {
            m_dimensions[i] = {place.sizes[i], place.strides[i], targetStride};
            targetStride *= place.sizes[i];
        }
    }

    /// Values [begin, end) of what dimension `depth` and those behind it span, at an offset in the
    /// file; `target` takes the first one.
    Status readRange(std::size_t depth, std::int64_t offset, std::int64_t begin, std::int64_t end,
        std::byte* target)
    {
        if (depth == m_dimensions.size())
            return readRun(offset, {}, target);
        const Dimension& rows = m_dimensions[depth];
        const std::int64_t length = rows.targetStride; // of a row
        while (begin < end) {
            const std::int64_t row = begin / length;
            const std::int64_t inRow = begin % length;
            const std::int64_t whole = (end - begin) / length;
            const bool isPiece = inRow > 0 || whole == 0;
            const std::int64_t count =
                isPiece ? std::min(end - begin, length - inRow) : whole * length;
            const std::int64_t at = offset + row * rows.stride;
            const Status read = isPiece ? readRange(depth + 1, at, inRow, inRow + count, target)
                                        : readRows(depth, at, whole, target);
            if (!read)
                return read;
            begin += count;
            target += count * m_place.width;
        }
        return {};
    }

private:
    Status readRows(std::size_t depth, std::int64_t offset, std::int64_t rows, std::byte* target)
    {
        std::vector<Dimension> box(
            m_dimensions.begin() + static_cast<std::ptrdiff_t>(depth), m_dimensions.end());
        box.front().size = rows;
        std::erase_if(box, [](const Dimension& dimension) { return dimension.size == 1; });
        std::sort(box.begin(), box.end(),
            [](const Dimension& a, const Dimension& b) { return a.stride > b.stride; });
        return readBox(box, offset, target);
    }

    /// Dimensions in the order of the file, the last one the closest.
    Status readBox(std::span<const Dimension> box, std::int64_t offset, std::byte* target)
    {
        if (box.size() <= 1)
            return readRun(offset, box.empty() ? Dimension() : box.front(), target);
        for (std::int64_t i = 0; i < box.front().size; ++i)
            if (const Status read = readBox(box.subspan(1), offset + i * box.front().stride,
                    target + i * box.front().targetStride * m_place.width);
                !read)
                return read;
        return {};
    }

    Status readRun(std::int64_t offset, const Dimension& run, std::byte* target)
    {
        const std::int64_t width = m_place.width;
        const std::int64_t atATime =
            run.stride > kFar ? 1 : kBufferBytes / (width * std::max<std::int64_t>(1, run.stride));
        for (std::int64_t done = 0; done < run.size; done += atATime) {
            const std::int64_t count = std::min(atATime, run.size - done);
            m_buffer.resize(static_cast<std::size_t>(((count - 1) * run.stride + 1) * width));
            const std::int64_t begin = m_place.begin + (offset + done * run.stride) * width;
            if (const Status read = m_file.read(begin, m_buffer); !read)
                return read;
            for (std::int64_t i = 0; i < count; ++i)
                std::memcpy(target + (done + i) * run.targetStride * width,
                    m_buffer.data() + i * run.stride * width, static_cast<std::size_t>(width));
        }
        return {};
    }

    const MappedFile& m_file;
    const StridedPlace& m_place;
    std::vector<Dimension> m_dimensions;
    std::vector<std::byte> m_buffer;
};

} // namespace

Status readStrided(const MappedFile& file, const StridedPlace& place, std::int64_t first,
    std::span<std::byte> target)
{
    ESPALIER_EXPECT(place.sizes.size() == place.strides.size(), "every dimension has a stride");
    const auto bytes = static_cast<std::int64_t>(target.size());
    ESPALIER_EXPECT(bytes % place.width == 0, "whole values are read");
    if (target.empty())
        return {};
    return Reader(file, place).readRange(0, 0, first, first + bytes / place.width, target.data());
}

} // namespace espalier
