// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/intents.h"

#include <QWidget>

namespace espalier {

class PlotWidget;

/// A picture of the workspace with a place in the window. Adding one is a file and a row in
/// catalog.cpp.
class View : public QWidget
{
    Q_OBJECT
public:
    View(const ViewContext& context, QWidget* parent)
        : QWidget(parent)
        , m_context(context)
    {
    }

    /// The plot that "Save picture" and "Save numbers" mean; null if there is none.
    [[nodiscard]] virtual PlotWidget* mainPlot() const
    {
        return nullptr;
    }

protected:
    [[nodiscard]] const Workspace& workspace() const
    {
        return m_context.workspace;
    }
    [[nodiscard]] Intents& intents() const
    {
        return m_context.intents;
    }

private:
    ViewContext m_context;
};

} // namespace espalier
