// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/svg_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace espalier {

namespace {

constexpr double kLeft = 64;
constexpr double kRight = 132; // room for the titles at the ends of the lines
constexpr double kTop = 12;
constexpr double kBottom = 46;
constexpr double kLabelHeight = 15;
constexpr int kStyles = 8;
constexpr int kTicks = 5;

/// Values of an axis and the pixels where they lie.
struct Scale
{
    double low = 0;
    double high = 1;
    double from = 0; ///< pixel of low
    double to = 1; ///< pixel of high
    bool log = false;

    [[nodiscard]] bool shows(double value) const
    {
        return std::isfinite(value) && (!log || value > 0);
    }
    [[nodiscard]] double at(double value) const
    {
        const double share = log
            ? (std::log(value) - std::log(low)) / (std::log(high) - std::log(low))
            : (value - low) / (high - low);
        return from + share * (to - from);
    }
};

class Range
{
public:
    void add(double value, bool log)
    {
        if (!std::isfinite(value) || (log && value <= 0))
            return;
        m_low = std::min(m_low, value);
        m_high = std::max(m_high, value);
    }
    [[nodiscard]] Scale scale(double from, double to, bool log) const
    {
        if (m_low > m_high)
            return {log ? 1.0 : 0.0, log ? 10.0 : 1.0, from, to, log};
        if (log)
            return {m_low / 1.05, m_high * 1.05, from, to, true};
        const double margin = m_high > m_low ? 0 : std::max(std::abs(m_low), 1.0) / 2;
        return {m_low - margin, m_high + margin, from, to, false};
    }

private:
    double m_low = std::numeric_limits<double>::infinity();
    double m_high = -std::numeric_limits<double>::infinity();
};

/// 1, 2 or 5 times a power of ten, so that about kTicks of them fit.
double stepFor(double span)
{
    const double rough = span / kTicks;
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= rough)
            return factor * power;
    return 10 * power;
}

std::vector<double> ticksOf(const Scale& scale)
{
    std::vector<double> ticks;
    const double step = stepFor(scale.high - scale.low);
    for (double n = std::ceil(scale.low / step); n * step <= scale.high; ++n)
        if (scale.shows(n * step))
            ticks.push_back(n * step);
    return ticks;
}

Scale widened(Scale scale)
{
    if (scale.log)
        return scale;
    const double step = stepFor(scale.high - scale.low);
    scale.low = std::floor(scale.low / step) * step;
    scale.high = std::ceil(scale.high / step) * step;
    return scale;
}

struct Point
{
    double x = 0;
    double y = 0;
};

/// The runs of finite points of a series, in pixels; crowded ones thinned to two per column.
std::vector<std::vector<Point>> tracesOf(const Series& series, const Scale& x, const Scale& y)
{
    std::vector<std::vector<Point>> traces(1);
    const bool crowded = static_cast<double>(series.x.size()) > 2 * (x.to - x.from);
    for (std::size_t i = 0; i < series.x.size(); ++i) {
        if (!x.shows(series.x[i]) || !y.shows(series.y[i])) {
            if (!traces.back().empty())
                traces.emplace_back();
            continue;
        }
        const Point point{x.at(series.x[i]), y.at(series.y[i])};
        std::vector<Point>& trace = traces.back();
        const bool sameColumn = crowded && trace.size() >= 2
            && std::floor(trace[trace.size() - 2].x) == std::floor(point.x);
        if (!sameColumn) {
            trace.push_back(point);
            continue;
        }
        Point& before = trace[trace.size() - 2];
        Point& last = trace.back();
        const auto [lowest, highest] = std::minmax({before.y, last.y, point.y});
        before.y = lowest;
        last.y = highest;
    }
    return traces;
}

std::string lineOf(const Series& series, int style, const Scale& x, const Scale& y)
{
    std::string path;
    for (const std::vector<Point>& trace : tracesOf(series, x, y))
        for (std::size_t i = 0; i < trace.size(); ++i)
            path += fmt::format("{}{:.1f} {:.1f}", i == 0 ? "M" : "L", trace[i].x, trace[i].y);
    return path.empty() ? std::string()
                        : fmt::format("<path class=\"lane{}\" d=\"{}\"/>", style, path);
}

/// A line's title and where its last point lies.
struct EndLabel
{
    std::string title;
    int style = 0;
    double y = 0;
};

/// Pushes labels down until none covers another.
void spread(std::vector<EndLabel>& labels)
{
    std::stable_sort(labels.begin(), labels.end(),
        [](const EndLabel& a, const EndLabel& b) { return a.y < b.y; });
    for (std::size_t i = 1; i < labels.size(); ++i)
        labels[i].y = std::max(labels[i].y, labels[i - 1].y + kLabelHeight);
}

std::optional<double> lastHeight(const Series& series, const Scale& y)
{
    for (std::size_t i = series.y.size(); i-- > 0;)
        if (y.shows(series.y[i]))
            return y.at(series.y[i]);
    return std::nullopt;
}

std::string withUnit(const std::string& title, const std::string& unit)
{
    return escapedForHtml(unit.empty() ? title : fmt::format("{} ({})", title, unit));
}

std::string axesOf(const LineChart& chart, const Scale& x, const Scale& y)
{
    std::string svg;
    for (const double tick : ticksOf(y))
        svg += fmt::format("<path class=\"grid\" d=\"M{:.1f} {:.1f}H{:.1f}\"/><text class=\"axis\" "
                           "x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{:.6g}</text>",
            x.from, y.at(tick), x.to, x.from - 8, y.at(tick) + 4, tick);
    for (const double tick : ticksOf(x))
        svg += fmt::format("<text class=\"axis\" x=\"{:.1f}\" y=\"{:.1f}\" "
                           "text-anchor=\"middle\">{:.6g}</text>",
            x.at(tick), y.from + 18, tick);
    svg += fmt::format("<text class=\"axis\" x=\"{:.1f}\" y=\"{:.1f}\" "
                       "text-anchor=\"middle\">{}</text>",
        (x.from + x.to) / 2, y.from + 38, withUnit(chart.xTitle, chart.xUnit));
    svg += fmt::format("<text class=\"axis\" transform=\"translate(14 {:.1f}) rotate(-90)\" "
                       "text-anchor=\"middle\">{}</text>",
        (y.from + y.to) / 2, withUnit(chart.yTitle, chart.yUnit));
    return svg;
}

} // namespace

std::string escapedForHtml(std::string_view text)
{
    std::string escaped;
    for (const char c : text) {
        switch (c) {
        case '&':
            escaped += "&amp;";
            break;
        case '<':
            escaped += "&lt;";
            break;
        case '>':
            escaped += "&gt;";
            break;
        case '"':
            escaped += "&quot;";
            break;
        default:
            escaped += c;
        }
    }
    return escaped;
}

std::string svgOf(const LineChart& chart, const SvgSize& size)
{
    Range horizontal;
    Range vertical;
    for (const Series& series : chart.series) {
        for (const double value : series.x)
            horizontal.add(value, chart.logX);
        for (const double value : series.y)
            vertical.add(value, chart.logY);
    }
    for (const ReferenceLine& reference : chart.references)
        vertical.add(reference.value, chart.logY);
    const Scale x = horizontal.scale(kLeft, size.width - kRight, chart.logX);
    const Scale y = widened(vertical.scale(size.height - kBottom, kTop, chart.logY));

    std::string svg = fmt::format("<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\">{}", size.width,
        size.height, axesOf(chart, x, y));
    std::vector<EndLabel> labels;
    for (const ReferenceLine& reference : chart.references) {
        if (!y.shows(reference.value))
            continue;
        svg += fmt::format("<path class=\"reference\" d=\"M{:.1f} {:.1f}H{:.1f}\"/>", x.from,
            y.at(reference.value), x.to);
        labels.push_back({reference.label, -1, y.at(reference.value)});
    }
    for (std::size_t i = 0; i < chart.series.size(); ++i) {
        const Series& series = chart.series[i];
        const int style = (series.lane < 0 ? static_cast<int>(i) : series.lane) % kStyles;
        svg += lineOf(series, style, x, y);
        if (const auto height = lastHeight(series, y))
            labels.push_back({series.title, style, *height});
    }
    spread(labels);
    for (const EndLabel& label : labels)
        svg += fmt::format("<text class=\"label{}\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>",
            label.style < 0 ? std::string() : fmt::format(" label{}", label.style), x.to + 8,
            label.y + 4, escapedForHtml(label.title));
    return svg + "</svg>";
}

} // namespace espalier
