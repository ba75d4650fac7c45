// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/line_labels.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace espalier {
namespace {

constexpr std::size_t kMostEndLabels = 10;
constexpr double kWidestShare = 0.3; ///< of the plot's width
constexpr double kLabelGap = 8; ///< between line end and label
constexpr double kLabelSpace = 3; ///< between two labels
constexpr double kLegendSwatch = 18;
constexpr double kLegendGap = 16;

double labelHeight()
{
    return std::ceil(QFontMetricsF(fonts::axis()).height());
}

} // namespace

std::vector<double> spreadLabels(
    const std::vector<double>& wanted, double spacing, double top, double bottom)
{
    const std::size_t count = wanted.size();
    if (count == 0 || spacing * static_cast<double>(count) > bottom - top + 0.5)
        return {};
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
        [&](std::size_t a, std::size_t b) { return wanted[a] < wanted[b]; });
    // Overlapping labels become a block centred on the mean of what its members want; blocks that
    // then overlap merge.
    struct Cluster
    {
        double sum;
        std::size_t size;
    };
    std::vector<Cluster> clusters;
    const auto firstOf = [&](const Cluster& cluster) {
        const double extent = spacing * static_cast<double>(cluster.size);
        const double start = cluster.sum / static_cast<double>(cluster.size) - extent / 2;
        return std::clamp(start, top, std::max(top, bottom - extent));
    };
    for (const std::size_t label : order) {
        clusters.push_back({wanted[label], 1});
        while (clusters.size() > 1) {
            const Cluster last = clusters.back();
            Cluster& previous = clusters[clusters.size() - 2];
            if (firstOf(previous) + spacing * static_cast<double>(previous.size) <= firstOf(last))
                break;
            previous = {previous.sum + last.sum, previous.size + last.size};
            clusters.pop_back();
        }
    }
    std::vector<double> places(count);
    std::size_t next = 0;
    for (const Cluster& cluster : clusters) {
        for (std::size_t i = 0; i < cluster.size; ++i)
            places[order[next++]] = firstOf(cluster) + spacing * (static_cast<double>(i) + 0.5);
    }
    return places;
}

int labelColumnWidth(const std::vector<LineLabel>& labels, QSize plotSize)
{
    if (labels.empty() || labels.size() > kMostEndLabels)
        return 0;
    const QFontMetricsF metrics(fonts::axis());
    double widest = 0;
    for (const LineLabel& label : labels)
        widest = std::max(widest, metrics.horizontalAdvance(label.text));
    const bool tooWide = widest > kWidestShare * plotSize.width();
    const bool tooTall =
        labelHeight() * static_cast<double>(labels.size()) > 0.6 * plotSize.height();
    return tooWide || tooTall ? 0 : static_cast<int>(std::ceil(widest + 2 * kLabelGap));
}

void drawEndLabels(
    QPainter& painter, const Theme& theme, const QRectF& area, const std::vector<LineLabel>& labels)
{
    std::vector<double> wanted;
    for (const LineLabel& label : labels)
        wanted.push_back(std::clamp(label.y, area.top(), area.bottom()));
    const double height = labelHeight();
    const std::vector<double> places = spreadLabels(
        wanted, height + kLabelSpace, area.top() - height / 2, area.bottom() + height / 2);
    painter.setFont(fonts::axis());
    for (std::size_t i = 0; i < places.size(); ++i) {
        const QColor colour = theme.colour(labels[i].role, labels[i].lane);
        if (std::abs(places[i] - labels[i].y) > 1.5 && labels[i].x >= area.left()) {
            painter.setPen(QPen(theme.faint(colour, 0.5), 1));
            painter.drawLine(QPointF(std::min(labels[i].x, area.right()) + 1, wanted[i]),
                QPointF(area.right() + kLabelGap - 2, places[i]));
        }
        painter.setPen(colour);
        painter.drawText(QRectF(area.right() + kLabelGap, places[i] - height / 2, 1000, height),
            Qt::AlignLeft | Qt::AlignVCenter, labels[i].text);
    }
}

int layoutLegend(QPainter* painter, const Theme& theme, QPointF origin, double width,
    const std::vector<LineLabel>& labels)
{
    const QFontMetricsF metrics(fonts::axis());
    const double height = labelHeight() + 4;
    double x = 0;
    double y = 0;
    if (painter)
        painter->setFont(fonts::axis());
    for (const LineLabel& label : labels) {
        const QString text = metrics.elidedText(
            label.text, Qt::ElideMiddle, std::max(40.0, width - kLegendSwatch - 6));
        const double needed = kLegendSwatch + 6 + std::ceil(metrics.horizontalAdvance(text));
        if (x > 0 && x + needed > width) {
            x = 0;
            y += height;
        }
        if (painter) {
            QPen pen = theme.pen(label.role, label.lane);
            pen.setCosmetic(false);
            pen.setWidthF(1.5);
            painter->setPen(pen);
            const QPointF middle = origin + QPointF(x, y + height / 2);
            painter->drawLine(middle, middle + QPointF(kLegendSwatch, 0));
            painter->setPen(theme.text);
            painter->drawText(
                QRectF(origin + QPointF(x + kLegendSwatch + 6, y), QSizeF(needed, height)),
                Qt::AlignLeft | Qt::AlignVCenter, text);
        }
        x += needed + kLegendGap;
    }
    return labels.empty() ? 0 : static_cast<int>(std::ceil(y + height));
}

} // namespace espalier
