// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plot/hover_card.h"
#include "widgets/plot/line_labels.h"
#include "widgets/plot/line_plot.h"
#include "widgets/plot/line_store.h"

#include <QPointF>
#include <QTimer>

#include <memory>
#include <optional>
#include <vector>

class QCPGraph;

namespace espalier {

class ChipButton;

/// One line on the canvas: the main graph shows the average or, without smoothing, the raw values.
struct PlottedLine
{
    LineStore store;
    QCPGraph* graph = nullptr; ///< owned by the canvas, as are the others
    QCPGraph* faint = nullptr; ///< raw values behind an average
    QCPGraph* bandLow = nullptr;
    QCPGraph* bandHigh = nullptr;
    XYData shown = {}; ///< what the graphs draw
    XYData shownFaint = {};
    bool isDense = false; ///< drawn by paintDense instead of its graph
    bool faintIsDense = false;
    bool visible = true;
};

struct LinePlot::Private
{
    explicit Private(LinePlot* owner);

    // Data to graphs (line_plot_data.cpp)
    void addLine(Series series);
    void clearLines();
    void prepare(); ///< before each replot: decimates what is visible, finds margins
    void fillGraph(PlottedLine& line, int index);
    void fillFaint(PlottedLine& line, int index, int columns);
    void fillBand(PlottedLine& line, int index);
    void fit();
    [[nodiscard]] bool xExtent(double& low, double& high) const;
    void fitY(double xLow, double xHigh);
    void setRange(double xLow, double xHigh);
    [[nodiscard]] int laneOf(int index) const;
    [[nodiscard]] QColor faintColour(const PlottedLine& line, int index) const;

    // Painting (line_plot_paint.cpp)
    void paintDense(QPainter& painter) const;
    void paintNotes(QPainter& painter) const;
    [[nodiscard]] bool linesCross(const QRectF& place) const;
    void paintGaps(QPainter& painter) const;
    void paintOverlay(QPainter& painter) const;
    [[nodiscard]] std::vector<LineLabel> labels() const;
    [[nodiscard]] HoverCard card(double x) const;
    [[nodiscard]] std::optional<double> nearestX(double x) const;

    // Interaction (line_plot.cpp, line_plot_interaction.cpp)
    void userMoved();
    void refresh();
    void step(int direction);
    void placeChip();
    void fitYTitle();
    void setFollowing(bool on);

    LinePlot* q;
    QCustomPlot* plot;
    ChipButton* chip = nullptr;
    LineChart meta; ///< without series
    std::vector<std::unique_ptr<PlottedLine>> lines;
    QTimer coalesce;
    double smoothing = 0;
    int highlighted = -1;
    bool live = false;
    bool following = true;
    bool viewIsUsers = false;
    bool settingRange = false;
    bool dirty = true;
    bool needsRefresh = false;
    bool usesLegend = false;
    int preparedWidth = 0;
    std::optional<double> hover; ///< own mouse or keyboard
    std::optional<double> cursor; ///< from a linked plot
    std::optional<double> pinned;
    QPointF mouse;
};

} // namespace espalier
