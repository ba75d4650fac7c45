// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/views/view.h"

namespace espalier {

class BarPlot;
class LinePlot;
class StateFrame;

/// How much every block changes the residual stream, and what its absence or repetition costs.
class ResidualView : public View
{
    Q_OBJECT
public:
    ResidualView(const ViewContext& context, QWidget* parent);

    [[nodiscard]] PlotWidget* mainPlot() const override;

private:
    void rebuild();
    void mark();
    void highlight();

    BarPlot* m_change;
    LinePlot* m_losses;
    StateFrame* m_frame = nullptr;
};

} // namespace espalier
