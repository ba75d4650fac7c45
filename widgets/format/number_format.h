// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLocale>
#include <QString>

#include <cstdint>
#include <optional>

namespace espalier {

/// Numbers for people, in the default locale. Never for files.

/// The default locale; US English where that is the C locale, which has no thousands separator.
[[nodiscard]] QLocale displayLocale();

[[nodiscard]] QString formatCount(std::int64_t value); ///< 1234567 -> "1,234,567"
/// A whole number as somebody types it, with separators or spaces or without; nothing if it is
/// none.
[[nodiscard]] std::optional<std::int64_t> readCount(const QString& text);
/// Up to `digits` significant digits, thousands separators, no trailing zeros; "NaN", "∞", "−∞";
/// tiny and huge values as "1.5·10⁻⁷".
[[nodiscard]] QString formatValue(double value, int digits = 4);
/// The same with trailing zeros, so that columns stay aligned while their numbers change.
[[nodiscard]] QString formatInColumn(double value, int digits = 4);
/// Three significant digits and an SI prefix: 1.24e9, "FLOP" -> "1.24 GFLOP"; 950 -> "950 FLOP";
/// without unit "1.24 G".
[[nodiscard]] QString formatSi(double value, const QString& unit = {});
[[nodiscard]] QString formatBytes(double bytes); ///< decimal: "12.3 MB"
/// Parameters as people say them: "124 M", "1.56 B", "980", "12.3 k".
[[nodiscard]] QString formatParameters(double count);
[[nodiscard]] QString formatDuration(
    double seconds); ///< "850 ms", "12.4 s", "3 min 20 s", "2 h 05 min"
[[nodiscard]] QString formatClock(double seconds); ///< for tables: "0:42", "3:20", "2:05:00"
[[nodiscard]] QString formatPercent(double fraction); ///< 0.5 -> "50 %", 0.123 -> "12.3 %"
[[nodiscard]] QString formatRatio(double ratio); ///< "× 0.27"
/// The number at a tick whose neighbours are `step` away; SI prefix from a million on.
[[nodiscard]] QString formatTick(double value, double step);
/// "title (unit)", or the title alone.
[[nodiscard]] QString titleWithUnit(const QString& title, const QString& unit);

} // namespace espalier
