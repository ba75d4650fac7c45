// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/report/heatmap.h"
#include "core/report/histogram.h"
#include "core/report/series.h"
#include "core/report/table.h"

#include <string>

namespace espalier {

/// Comma-separated values after RFC 4180: CRLF line ends, quotes where a field needs them, a header
/// line, decimal points whatever the locale, the shortest digits that read back as the same number,
/// and "nan", "inf", "-inf".

/// Columns series,<x title>,<y title>[,low,high]; one line per point, series after series (their x
/// may differ).
[[nodiscard]] std::string toCsv(const LineChart& chart);
/// Columns <x title>, then one per part; one line per category.
[[nodiscard]] std::string toCsv(const BarChart& chart);
/// Header: <row title>, then the column labels; one line per row.
[[nodiscard]] std::string toCsv(const Heatmap& map);
/// Columns histogram,low,high,count; one line per bin.
[[nodiscard]] std::string toCsv(const HistogramChart& chart);
[[nodiscard]] std::string toCsv(const Table& table);

} // namespace espalier
