// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/dropped_mask.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace espalier {
namespace {

constexpr double kVeilStrength = 0.72;
constexpr double kHatchStrength = 0.9;
constexpr int kHatchDistance = 7; ///< logical pixels

QRgb premultiplied(const QColor& colour, double alpha)
{
    QColor result = colour;
    result.setAlphaF(static_cast<float>(alpha));
    return qPremultiply(result.rgba());
}

} // namespace

bool DroppedMask::at(std::size_t row, std::size_t column, std::size_t columnCount) const
{
    return (!columns.empty() && columns[column]) || (!rows.empty() && rows[row])
        || (!cells.empty() && cells[row * columnCount + column]);
}

void DroppedMask::fit(std::size_t rowCount, std::size_t columnCount)
{
    if (columns.size() != columnCount)
        columns.clear();
    if (rows.size() != rowCount)
        rows.clear();
    if (cells.size() != rowCount * columnCount)
        cells.clear();
}

std::vector<float> droppedShares(const DroppedMask& mask, std::size_t row, std::size_t columnCount,
    std::span<const int> order, const CellWindow& window, std::size_t width)
{
    const bool wholeRow = !mask.rows.empty() && mask.rows[row];
    std::vector<float> shares(width, wholeRow ? 1.0F : 0.0F);
    if (wholeRow || (mask.columns.empty() && mask.cells.empty()))
        return shares;
    for (std::size_t pixel = 0; pixel < width; ++pixel) {
        const std::size_t first = binStart(pixel, width, window.columns());
        const std::size_t end = std::max(first + 1, binStart(pixel + 1, width, window.columns()));
        std::size_t dropped = 0;
        for (std::size_t place = window.firstColumn + first; place < window.firstColumn + end;
             ++place) {
            const std::size_t column =
                order.empty() ? place : static_cast<std::size_t>(order[place]);
            dropped += mask.at(row, column, columnCount) ? 1U : 0U;
        }
        shares[pixel] = static_cast<float>(dropped) / static_cast<float>(end - first);
    }
    return shares;
}

namespace {

/// Which pixels lie in a dropped stretch of at least `least` pixels; hatching narrower ones would
/// be noise.
std::vector<bool> hatchable(const std::vector<float>& shares, std::size_t least)
{
    std::vector<bool> result(shares.size(), false);
    for (std::size_t begin = 0; begin < shares.size();) {
        std::size_t end = begin;
        while (end < shares.size() && shares[end] > 0.5F)
            ++end;
        if (end - begin >= least)
            std::fill(result.begin() + static_cast<std::ptrdiff_t>(begin),
                result.begin() + static_cast<std::ptrdiff_t>(end), true);
        begin = std::max(end, begin + 1);
    }
    return result;
}

} // namespace

QImage veilImage(const DroppedMask& mask, std::size_t columnCount, std::span<const int> order,
    const CellWindow& window, QSize pixels, double devicePixelRatio, const Theme& theme)
{
    if (mask.isEmpty() || pixels.isEmpty() || window.columns() == 0 || window.rows() == 0)
        return {};
    QImage image(pixels, QImage::Format_ARGB32_Premultiplied);
    std::array<QRgb, 256> veil{};
    for (std::size_t i = 0; i < veil.size(); ++i)
        veil[i] = premultiplied(theme.surface, kVeilStrength * static_cast<double>(i) / 255);
    const QRgb hatch = premultiplied(theme.muted, kHatchStrength);
    const int distance =
        std::max(3, static_cast<int>(std::lround(kHatchDistance * devicePixelRatio)));
    const int stroke = std::max(1, static_cast<int>(devicePixelRatio));

    const auto width = static_cast<std::size_t>(pixels.width());
    const auto height = static_cast<std::size_t>(pixels.height());
    const bool rowsAreTall = height / window.rows() >= static_cast<std::size_t>(distance);
    std::vector<float> shares;
    std::vector<bool> hatched;
    std::size_t sharesRow = window.endRow;
    for (std::size_t y = 0; y < height; ++y) {
        const std::size_t row = window.firstRow + binStart(y, height, window.rows());
        // Without masks of single rows and cells all rows are alike.
        const bool alike = mask.rows.empty() && mask.cells.empty() && sharesRow != window.endRow;
        if (row != sharesRow && !alike) {
            shares = droppedShares(mask, row, columnCount, order, window, width);
            sharesRow = row;
            const bool thin = !mask.rows.empty() && mask.rows[row] && !rowsAreTall;
            hatched = thin ? std::vector<bool>(width, false)
                           : hatchable(shares, static_cast<std::size_t>(distance));
        }
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(static_cast<int>(y)));
        for (std::size_t x = 0; x < width; ++x) {
            const float share = shares[x];
            const bool onHatch = static_cast<int>(x + y) % distance < stroke;
            line[x] =
                onHatch && hatched[x] ? hatch : veil[static_cast<std::size_t>(share * 255.0F)];
        }
    }
    return image;
}

} // namespace espalier
