// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/csv.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace espalier {
namespace csv_detail {

class Writer
{
public:
    void text(std::string_view field)
    {
        separate();
        if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
            m_out += field;
            return;
        }
        m_out += '"';
        for (const char c : field) {
            if (c == '"')
                m_out += '"';
            m_out += c;
        }
        m_out += '"';
    }

    /// std::to_chars ignores the locale and gives the shortest digits that read back as the same
    /// value.
    template <typename Number> void number(Number value)
    {
        separate();
        std::array<char, 32> buffer;
        const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
        std::string_view digits(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
        if (digits == "-nan")
            digits = "nan";
        m_out += digits;
    }

    void empty()
    {
        separate();
    }

    void endLine()
    {
        m_out += "\r\n";
        m_atStart = true;
    }

    [[nodiscard]] std::string take()
    {
        return std::move(m_out);
    }

private:
    void separate()
    {
        if (!m_atStart)
            m_out += ',';
        m_atStart = false;
    }

    std::string m_out;
    bool m_atStart = true;
};

std::string titleWithUnit(const std::string& title, const std::string& unit)
{
    return unit.empty() ? title : title + " (" + unit + ")";
}

struct CellWriter
{
    Writer& out;
    void operator()(std::monostate) const
    {
        out.empty();
    }
    void operator()(std::int64_t value) const
    {
        out.number(value);
    }
    void operator()(double value) const
    {
        out.number(value);
    }
    void operator()(const std::string& value) const
    {
        out.text(value);
    }
};

} // namespace csv_detail

using csv_detail::titleWithUnit;
using csv_detail::Writer;

std::string toCsv(const LineChart& chart)
{
    bool hasBand = false;
    for (const Series& series : chart.series)
        hasBand = hasBand || !series.low.empty();
    Writer out;
    out.text("series");
    out.text(titleWithUnit(chart.xTitle, chart.xUnit));
    out.text(titleWithUnit(chart.yTitle, chart.yUnit));
    if (hasBand) {
        out.text("low");
        out.text("high");
    }
    out.endLine();
    for (const Series& series : chart.series) {
        for (std::size_t i = 0; i < series.x.size(); ++i) {
            out.text(series.title);
            out.number(series.x[i]);
            out.number(series.y[i]);
            if (hasBand && i < series.low.size() && i < series.high.size()) {
                out.number(series.low[i]);
                out.number(series.high[i]);
            } else if (hasBand) {
                out.empty();
                out.empty();
            }
            out.endLine();
        }
    }
    return out.take();
}

std::string toCsv(const BarChart& chart)
{
    Writer out;
    out.text(chart.xTitle);
    for (const BarPart& part : chart.parts)
        out.text(titleWithUnit(part.title, chart.yUnit));
    out.endLine();
    for (std::size_t i = 0; i < chart.categories.size(); ++i) {
        out.text(chart.categories[i]);
        for (const BarPart& part : chart.parts) {
            if (i < part.values.size())
                out.number(part.values[i]);
            else
                out.empty();
        }
        out.endLine();
    }
    return out.take();
}

std::string toCsv(const Heatmap& map)
{
    Writer out;
    out.text(map.rowTitle);
    for (std::size_t column = 0; column < map.columns; ++column) {
        if (column < map.columnLabels.size())
            out.text(map.columnLabels[column]);
        else
            out.number(column);
    }
    out.endLine();
    for (std::size_t row = 0; row < map.rows; ++row) {
        if (row < map.rowLabels.size())
            out.text(map.rowLabels[row]);
        else
            out.number(row);
        for (std::size_t column = 0; column < map.columns; ++column)
            out.number(map.at(row, column));
        out.endLine();
    }
    return out.take();
}

std::string toCsv(const HistogramChart& chart)
{
    Writer out;
    out.text("histogram");
    out.text(titleWithUnit("low", chart.xUnit));
    out.text(titleWithUnit("high", chart.xUnit));
    out.text("count");
    out.endLine();
    for (const Histogram& histogram : chart.histograms) {
        for (std::size_t bin = 0; bin < histogram.counts.size(); ++bin) {
            out.text(histogram.title);
            out.number(histogram.low + histogram.binWidth() * static_cast<double>(bin));
            out.number(histogram.low + histogram.binWidth() * static_cast<double>(bin + 1));
            out.number(histogram.counts[bin]);
            out.endLine();
        }
    }
    return out.take();
}

std::string toCsv(const Table& table)
{
    Writer out;
    for (const TableColumn& column : table.columns)
        out.text(titleWithUnit(column.title, column.unit));
    out.endLine();
    for (const auto& row : table.rows) {
        for (const TableCell& cell : row)
            std::visit(csv_detail::CellWriter{out}, cell);
        out.endLine();
    }
    return out.take();
}

} // namespace espalier
