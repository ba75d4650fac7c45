// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/colour_map.h"

#include <algorithm>
#include <cmath>

namespace espalier {
namespace {

constexpr double kSmallestLogShare =
    1e-4; ///< of the largest value: what is smaller looks like nothing
constexpr double kSymLogShare =
    1e-3; ///< of the largest size: where the symmetric scale turns linear

// Control points of matplotlib's viridis (Smith and van der Walt 2015, CC0).
constexpr std::array<QRgb, 11> kViridis = {0xFF440154, 0xFF482475, 0xFF414487, 0xFF355F8D,
    0xFF2A788E, 0xFF21918C, 0xFF22A884, 0xFF44BF70, 0xFF7AD151, 0xFFBDDF26, 0xFFFDE725};

QRgb between(QRgb a, QRgb b, double t)
{
    const auto part = [t](int from, int to) {
        return static_cast<int>(std::lround(from + (to - from) * t));
    };
    return qRgb(part(qRed(a), qRed(b)), part(qGreen(a), qGreen(b)), part(qBlue(a), qBlue(b)));
}

double symmetricLog(double value, double linear)
{
    return std::copysign(std::log1p(std::abs(value) / linear), value);
}

double linearWidth(const ValueScale& scale)
{
    return std::max(std::abs(scale.low), std::abs(scale.high)) * kSymLogShare;
}

} // namespace

double ValueScale::position(double value) const
{
    if (std::isnan(value))
        return value;
    double a = low;
    double b = high;
    if (kind == ColourScale::Logarithmic) {
        a = std::log(low);
        b = std::log(high);
        value = value > 0 ? std::log(value) : a;
    } else if (kind == ColourScale::SymmetricLog) {
        const double linear = linearWidth(*this);
        a = symmetricLog(low, linear);
        b = symmetricLog(high, linear);
        value = symmetricLog(value, linear);
    }
    return a < b ? std::clamp((value - a) / (b - a), 0.0, 1.0) : 0.5;
}

double ValueScale::value(double position) const
{
    if (kind == ColourScale::Logarithmic)
        return low * std::pow(high / low, position);
    if (kind == ColourScale::SymmetricLog) {
        const double linear = linearWidth(*this);
        const double a = symmetricLog(low, linear);
        const double at = a + (symmetricLog(high, linear) - a) * position;
        return std::copysign(std::expm1(std::abs(at)) * linear, at);
    }
    return low + (high - low) * position;
}

std::vector<double> ValueScale::ticks(int count) const
{
    std::vector<double> result;
    if (kind != ColourScale::Linear) {
        for (int i = 0; i < count; ++i)
            result.push_back(value(static_cast<double>(i) / std::max(1, count - 1)));
        return result;
    }
    if (!(low < high))
        return {low};
    const double rough = (high - low) / count;
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    double step = 10 * power;
    for (const double candidate : {1.0, 2.0, 5.0}) {
        if (candidate * power >= rough) {
            step = candidate * power;
            break;
        }
    }
    for (double tick = std::ceil(low / step) * step; tick <= high + step * 1e-6; tick += step)
        result.push_back(std::abs(tick) < step * 1e-6 ? 0.0 : tick);
    return result;
}

ValueScale valueScaleFor(ColourScale kind, bool isSigned, double low, double high)
{
    if (isSigned) {
        const double size = std::max(std::abs(low), std::abs(high));
        const double extent = size > 0 ? size : 1.0;
        return {
            kind == ColourScale::Logarithmic ? ColourScale::SymmetricLog : kind, -extent, extent};
    }
    if (kind == ColourScale::Logarithmic) {
        const double top = high > 0 ? high : 1.0;
        const double least = top * kSmallestLogShare;
        return {kind, low > least && low < top ? low : least, top};
    }
    if (kind == ColourScale::Linear && low > 0 && low < 0.5 * high)
        low = 0; // sizes start at nothing
    if (kind == ColourScale::SymmetricLog && low == 0 && high == 0)
        high = 1;
    return low < high ? ValueScale{kind, low, high}
                      : ValueScale{kind, low, low + (low == 0 ? 1.0 : std::abs(low))};
}

ColourTable colourTable(const Theme& theme, bool isSigned)
{
    ColourTable table{};
    const QRgb neutral = theme.surface.rgb();
    const QRgb blue = theme.isDark ? 0xFF7FB0FF : 0xFF1F4FA3;
    const QRgb red = theme.isDark ? 0xFFFF8A7D : 0xFFB01E28;
    for (std::size_t i = 0; i < table.size(); ++i) {
        const double t = static_cast<double>(i) / static_cast<double>(table.size() - 1);
        if (isSigned) {
            const double size = std::abs(2 * t - 1);
            table[i] = between(neutral, t < 0.5 ? blue : red, std::pow(size, 0.85));
            continue;
        }
        const double place = t * static_cast<double>(kViridis.size() - 1);
        const auto lower = std::min(static_cast<std::size_t>(place), kViridis.size() - 2);
        table[i] =
            between(kViridis[lower], kViridis[lower + 1], place - static_cast<double>(lower));
    }
    return table;
}

} // namespace espalier
