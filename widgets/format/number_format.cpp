// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/format/number_format.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>
#include <cmath>

namespace espalier {
namespace {

constexpr double kScientificBelow = 1e-4;
constexpr double kScientificFrom = 1e15;

QString nonFinite(double value)
{
    if (std::isnan(value))
        return QStringLiteral("NaN");
    return value > 0 ? QStringLiteral("∞") : QStringLiteral("−∞");
}

QString superscript(int exponent)
{
    static constexpr std::array<char16_t, 10> kDigits = {
        u'⁰', u'¹', u'²', u'³', u'⁴', u'⁵', u'⁶', u'⁷', u'⁸', u'⁹'};
    QString result;
    if (exponent < 0)
        result += QChar(u'⁻');
    const QString digits = QString::number(std::abs(exponent));
    for (const QChar digit : digits)
        result += QChar(kDigits[static_cast<std::size_t>(digit.digitValue())]);
    return result;
}

int exponentOf(double value)
{
    return value == 0 ? 0 : static_cast<int>(std::floor(std::log10(std::abs(value)) + 1e-12));
}

/// Decimals that write multiples of `step` exactly: 0.5 needs one, 0.25 two.
int decimalsOf(double step)
{
    const int first = std::max(0, -exponentOf(step));
    const double scaled = std::abs(step) * std::pow(10.0, first);
    return std::abs(scaled - std::round(scaled)) < 1e-6 ? first : first + 1;
}

/// Fixed decimals, trailing zeros removed, a real minus sign.
QString fixed(double value, int decimals, bool trim)
{
    const QLocale locale = displayLocale();
    QString text = locale.toString(value, 'f', std::max(decimals, 0));
    if (trim && decimals > 0) {
        const QString point = locale.decimalPoint();
        while (text.endsWith(QLatin1Char('0')))
            text.chop(1);
        if (text.endsWith(point))
            text.chop(point.size());
    }
    if (text == QLatin1String("-0"))
        text = QStringLiteral("0");
    text.replace(QLatin1Char('-'), QChar(u'−'));
    return text;
}

QString scientific(double value, int digits)
{
    const int exponent = exponentOf(value);
    const QString mantissa = fixed(value / std::pow(10.0, exponent), digits - 1, true);
    const QString power = QStringLiteral("10") + superscript(exponent);
    if (mantissa == QLatin1String("1"))
        return power;
    return mantissa + QStringLiteral("·") + power;
}

QString withDigits(double value, int digits, bool trim)
{
    if (!std::isfinite(value))
        return nonFinite(value);
    const double size = std::abs(value);
    if (size != 0 && (size < kScientificBelow || size >= kScientificFrom))
        return scientific(value, digits);
    return fixed(value, digits - 1 - exponentOf(value), trim);
}

struct Scaled
{
    double value;
    QString prefix;
};

Scaled scaled(double value, const std::array<const char16_t*, 7>& prefixes)
{
    std::size_t index = 0;
    // 999.5 would be shown as "1000", which is the next prefix's 1.
    while (index + 1 < prefixes.size() && std::abs(value) >= 999.5) {
        value /= 1000.0;
        ++index;
    }
    return {value, QString::fromUtf16(prefixes[index])};
}

constexpr std::array<const char16_t*, 7> kSiPrefixes = {u"", u"k", u"M", u"G", u"T", u"P", u"E"};
constexpr std::array<const char16_t*, 7> kCountPrefixes = {u"", u"k", u"M", u"B", u"T", u"P", u"E"};

QString threeDigits(double value)
{
    return fixed(value, 2 - exponentOf(value), true);
}

QString withUnit(const QString& number, const QString& unit)
{
    return unit.isEmpty() ? number : number + QChar(QChar::Nbsp) + unit;
}

} // namespace

QLocale displayLocale()
{
    const QLocale locale;
    return locale.language() == QLocale::C ? QLocale(QLocale::English, QLocale::UnitedStates)
                                           : locale;
}

QString formatCount(std::int64_t value)
{
    QString text = displayLocale().toString(static_cast<qlonglong>(value));
    return text.replace(QLatin1Char('-'), QChar(u'−'));
}

std::optional<std::int64_t> readCount(const QString& text)
{
    QString digits = text.trimmed();
    digits.remove(displayLocale().groupSeparator());
    digits.remove(QLatin1Char(' '));
    bool isNumber = false;
    const std::int64_t value = digits.toLongLong(&isNumber);
    return isNumber ? std::optional(value) : std::nullopt;
}

QString formatValue(double value, int digits)
{
    return withDigits(value, digits, true);
}

QString formatInColumn(double value, int digits)
{
    return withDigits(value, digits, false);
}

QString formatSi(double value, const QString& unit)
{
    if (!std::isfinite(value))
        return withUnit(nonFinite(value), unit);
    const Scaled part = scaled(value, kSiPrefixes);
    return withUnit(threeDigits(part.value), part.prefix + unit);
}

QString formatBytes(double bytes)
{
    return formatSi(bytes, QStringLiteral("B"));
}

QString formatParameters(double count)
{
    if (!std::isfinite(count))
        return nonFinite(count);
    const Scaled part = scaled(count, kCountPrefixes);
    return withUnit(threeDigits(part.value), part.prefix);
}

QString formatDuration(double seconds)
{
    if (!std::isfinite(seconds))
        return nonFinite(seconds);
    const auto twoPlaces = [](int value) {
        return QStringLiteral("%1").arg(value, 2, 10, QLatin1Char('0'));
    };
    if (seconds < 1)
        return QCoreApplication::translate("espalier", "%1 ms").arg(formatValue(seconds * 1e3, 3));
    if (seconds < 59.95)
        return QCoreApplication::translate("espalier", "%1 s").arg(formatValue(seconds, 3));
    const auto whole = static_cast<std::int64_t>(std::llround(seconds));
    const int hours = static_cast<int>(whole / 3600);
    const int minutes = static_cast<int>(whole / 60 % 60);
    if (hours == 0)
        return QCoreApplication::translate("espalier", "%1 min %2 s")
            .arg(minutes)
            .arg(twoPlaces(static_cast<int>(whole % 60)));
    return QCoreApplication::translate("espalier", "%1 h %2 min")
        .arg(formatCount(hours), twoPlaces(minutes));
}

QString formatClock(double seconds)
{
    const auto whole = static_cast<std::int64_t>(std::llround(seconds));
    const auto twoPlaces = [](std::int64_t number) {
        return QStringLiteral("%1").arg(number, 2, 10, QLatin1Char('0'));
    };
    const QString end = twoPlaces(whole % 60);
    if (whole < 3600)
        return QStringLiteral("%1:%2").arg(whole / 60).arg(end);
    return QStringLiteral("%1:%2:%3").arg(whole / 3600).arg(twoPlaces(whole / 60 % 60), end);
}

QString formatPercent(double fraction)
{
    return withUnit(formatValue(fraction * 100, 3), QStringLiteral("%"));
}

QString formatRatio(double ratio)
{
    return QStringLiteral("×\u00A0") + formatValue(ratio, 3);
}

QString formatTick(double value, double step)
{
    if (!std::isfinite(value))
        return nonFinite(value);
    if (std::abs(value) < std::abs(step) * 1e-9)
        return QStringLiteral("0");
    const double size = std::abs(value);
    if (size >= 1e6) {
        const Scaled part = scaled(value, kSiPrefixes);
        const double unit = value / part.value;
        return withUnit(fixed(part.value, decimalsOf(step / unit), true), part.prefix);
    }
    if (std::abs(step) < kScientificBelow && size < 1e-2)
        return scientific(value, std::max(1, exponentOf(value) - exponentOf(step) + 1));
    return fixed(value, decimalsOf(step), false);
}

QString titleWithUnit(const QString& title, const QString& unit)
{
    return unit.isEmpty() ? title : QStringLiteral("%1 (%2)").arg(title, unit);
}

} // namespace espalier
