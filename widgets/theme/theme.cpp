// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/theme/theme.h"

#include <QApplication>
#include <QPainter>
#include <QProxyStyle>
#include <QStyleOption>

#include <array>
#include <cmath>

namespace espalier {
namespace {

constexpr int kLaneCount = 8;
using LaneColours = std::array<QRgb, kLaneCount>;

// Okabe-Ito: orange, sky blue, green, yellow, blue, vermillion, purple, black; darkened or
// lightened until each has a contrast of 3 to the surface.
constexpr LaneColours kLightLanes = {
    0xFFC27C00, 0xFF2E8FC7, 0xFF009070, 0xFF9C8A00, 0xFF0060A0, 0xFFD55E00, 0xFFB8578F, 0xFF44484C};
constexpr LaneColours kDarkLanes = {
    0xFFE69F00, 0xFF56B4E9, 0xFF2BC79B, 0xFFF0E442, 0xFF6F9BFF, 0xFFF5803E, 0xFFDB95BD, 0xFFD0D0CC};

QList<qreal> laneDash(int lane)
{
    switch (lane % kLaneCount) {
    case 1:
        return {8, 3};
    case 2:
        return {3, 3};
    case 3:
        return {8, 3, 2, 3};
    case 4:
        return {12, 4};
    case 5:
        return {2, 2};
    case 6:
        return {8, 3, 2, 3, 2, 3};
    case 7:
        return {5, 5};
    default:
        return {};
    }
}

double luminance(const QColor& colour)
{
    const auto linear = [](double c) {
        return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF())
        + 0.0722 * linear(colour.blueF());
}

QColor mixed(const QColor& over, const QColor& under, double strength)
{
    const auto part = [strength](float a, float b) {
        return static_cast<float>(a * strength + b * (1 - strength));
    };
    return QColor::fromRgbF(part(over.redF(), under.redF()), part(over.greenF(), under.greenF()),
        part(over.blueF(), under.blueF()));
}

/// Fusion, but check boxes, radio buttons and fields keep an outline that is seen on dark ground
/// too, and buttons of dialogs are words alone.
class IndicatorStyle final : public QProxyStyle
{
public:
    IndicatorStyle()
        : QProxyStyle(QStringLiteral("Fusion"))
    {
    }

    /// All views' tabs fit the narrowest window.
    int pixelMetric(
        PixelMetric metric, const QStyleOption* option, const QWidget* widget) const override
    {
        return metric == PM_TabBarTabHSpace ? 14 : QProxyStyle::pixelMetric(metric, option, widget);
    }

    int styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
        QStyleHintReturn* returned) const override
    {
        return hint == SH_DialogButtonBox_ButtonsHaveIcons
            ? 0
            : QProxyStyle::styleHint(hint, option, widget, returned);
    }

    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
        const QWidget* widget) const override
    {
        if (element == PE_FrameLineEdit)
            return drawField(*painter, *option);
        if (element != PE_IndicatorCheckBox && element != PE_IndicatorRadioButton) {
            QProxyStyle::drawPrimitive(element, option, painter, widget);
            return;
        }
        const Theme theme = Theme::of(option->palette);
        const bool isOn = option->state.testFlag(State_On);
        const bool isEnabled = option->state.testFlag(State_Enabled);
        const QColor ink = !isEnabled                        ? theme.faint(theme.muted, 0.5)
            : isOn || option->state.testFlag(State_HasFocus) ? theme.accent
                                                             : theme.muted;
        const QRectF shape = QRectF(option->rect).adjusted(1, 1, -1, -1);
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(QPen(ink, 1));
        painter->setBrush(theme.surface);
        if (element == PE_IndicatorCheckBox)
            drawBox(*painter, shape, isOn, ink, theme);
        else
            drawCircle(*painter, shape, isOn, ink);
        painter->restore();
    }

    void drawComplexControl(ComplexControl control, const QStyleOptionComplex* option,
        QPainter* painter, const QWidget* widget) const override
    {
        QProxyStyle::drawComplexControl(control, option, painter, widget);
        if (control == CC_SpinBox)
            drawField(*painter, *option);
    }

private:
    /// Fusion's outline is darker than the window, which dark ground swallows.
    static void drawField(QPainter& painter, const QStyleOption& option)
    {
        const Theme theme = Theme::of(option.palette);
        const bool hasFocus = option.state.testFlag(State_HasFocus);
        const bool isEnabled = option.state.testFlag(State_Enabled);
        painter.save();
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(hasFocus ? theme.accent : theme.faint(theme.muted, isEnabled ? 0.6 : 0.3));
        painter.drawRoundedRect(QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5), 2, 2);
        painter.restore();
    }

    static void drawBox(
        QPainter& painter, const QRectF& shape, bool isOn, const QColor& ink, const Theme& theme)
    {
        if (isOn)
            painter.setBrush(ink);
        painter.drawRoundedRect(shape.adjusted(0.5, 0.5, -0.5, -0.5), 2, 2);
        if (!isOn)
            return;
        const auto at = [&shape](double x, double y) {
            return shape.topLeft() + QPointF(x * shape.width(), y * shape.height());
        };
        painter.setPen(QPen(theme.surface, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter.drawPolyline(QPolygonF{at(0.24, 0.52), at(0.43, 0.72), at(0.77, 0.3)});
    }

    static void drawCircle(QPainter& painter, const QRectF& shape, bool isOn, const QColor& ink)
    {
        painter.drawEllipse(shape.adjusted(0.5, 0.5, -0.5, -0.5));
        if (!isOn)
            return;
        painter.setPen(Qt::NoPen);
        painter.setBrush(ink);
        const double inset = shape.width() * 0.28;
        painter.drawEllipse(shape.adjusted(inset, inset, -inset, -inset));
    }
};

QFont sized(double points, QFont::Weight weight)
{
    QFont font = QApplication::font();
    font.setPointSizeF(points);
    font.setWeight(weight);
    return font;
}

} // namespace

Theme Theme::light()
{
    return {.isDark = false,
        .background = QColor(0xFAFAF7),
        .surface = QColor(0xFFFFFF),
        .line = QColor(0xE2E2DC),
        .text = QColor(0x1D1F21),
        .muted = QColor(0x6B6F73),
        .accent = QColor(0x2F7D4F),
        .parent = QColor(0x3B5BA9),
        .warn = QColor(0xB06A00),
        .error = QColor(0xB3261E),
        .notANumber = QColor(0xC2188B)};
}

Theme Theme::dark()
{
    return {.isDark = true,
        .background = QColor(0x16181A),
        .surface = QColor(0x1E2124),
        .line = QColor(0x32363A),
        .text = QColor(0xE8E8E4),
        .muted = QColor(0x9A9EA3),
        .accent = QColor(0x63C08C),
        .parent = QColor(0x8FAAF0),
        .warn = QColor(0xE9A94A),
        .error = QColor(0xF2877F),
        .notANumber = QColor(0xFF5FD0)};
}

Theme Theme::of(const QPalette& palette)
{
    return palette.color(QPalette::Window).lightness() < 128 ? dark() : light();
}

QPalette Theme::palette() const
{
    QPalette result;
    const QColor raised = isDark ? surface.lighter(125) : surface;
    result.setColor(QPalette::Window, background);
    result.setColor(QPalette::WindowText, text);
    result.setColor(QPalette::Base, surface);
    result.setColor(QPalette::AlternateBase, faint(line, 0.35));
    result.setColor(QPalette::ToolTipBase, surface);
    result.setColor(QPalette::ToolTipText, text);
    result.setColor(QPalette::PlaceholderText, muted);
    result.setColor(QPalette::Text, text);
    result.setColor(QPalette::Button, raised);
    result.setColor(QPalette::ButtonText, text);
    result.setColor(QPalette::BrightText, error);
    result.setColor(QPalette::Light, isDark ? raised.lighter(120) : surface);
    result.setColor(QPalette::Midlight, raised);
    result.setColor(QPalette::Mid, line);
    result.setColor(QPalette::Dark, isDark ? background.darker(130) : line.darker(125));
    result.setColor(QPalette::Shadow, isDark ? QColor(Qt::black) : line.darker(160));
    result.setColor(QPalette::Highlight, accent);
    result.setColor(QPalette::HighlightedText, isDark ? background : surface);
    result.setColor(QPalette::Link, parent);
    result.setColor(QPalette::LinkVisited, muted);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        result.setColor(QPalette::Disabled, role, faint(muted, 0.7));
    result.setColor(QPalette::Disabled, QPalette::Highlight, line);
    return result;
}

QColor Theme::grid() const
{
    return mixed(line, surface, 0.5);
}

QColor Theme::faint(const QColor& colour, double strength) const
{
    return mixed(colour, surface, strength);
}

LaneStyle Theme::lane(int index) const
{
    const int lane = std::max(index, 0) % kLaneCount;
    const LaneColours& colours = isDark ? kDarkLanes : kLightLanes;
    return {QColor::fromRgba(colours[static_cast<std::size_t>(lane)]), laneDash(lane)};
}

QColor Theme::colour(PlotRole role, int laneIndex) const
{
    switch (role) {
    case PlotRole::Parent:
        return parent;
    case PlotRole::Destination:
        return accent;
    case PlotRole::Muted:
        return muted;
    case PlotRole::Lane:
        break;
    }
    return lane(laneIndex).colour;
}

QPen Theme::pen(PlotRole role, int laneIndex) const
{
    QPen result(colour(role, laneIndex), 1.0);
    result.setCosmetic(true);
    const QList<qreal> dash = lane(laneIndex).dash;
    if (role == PlotRole::Lane && !dash.isEmpty())
        result.setDashPattern(dash);
    return result;
}

void applyTheme(QApplication& application, const Theme& theme)
{
    if (dynamic_cast<IndicatorStyle*>(application.style()) == nullptr)
        QApplication::setStyle(new IndicatorStyle);
    QApplication::setPalette(theme.palette());
    QApplication::setFont(fonts::text());
}

double contrast(const QColor& a, const QColor& b)
{
    const double first = luminance(a);
    const double second = luminance(b);
    return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

namespace fonts {
QFont text()
{
    return sized(10, QFont::Normal);
}
QFont head()
{
    return sized(10, QFont::DemiBold);
}
QFont number()
{
    return sized(16, QFont::Normal);
}
QFont axis()
{
    return sized(9, QFont::Normal);
}
} // namespace fonts

} // namespace espalier
