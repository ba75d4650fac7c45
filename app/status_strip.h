// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/model.h"
#include "widgets/intents.h"

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;

namespace espalier {

/// The right end of the status bar: what runs with its Cancel, the device, and the memory in use.
class StatusStrip : public QWidget
{
    Q_OBJECT
public:
    StatusStrip(const ViewContext& context, const EngineInfo& engine, QWidget* parent);

private:
    void refreshWork();
    void refreshMemory();

    const Workspace& m_workspace;
    Intents& m_intents;
    QLabel* m_stage;
    QProgressBar* m_progress;
    QPushButton* m_cancel;
    QLabel* m_memory;
    QTimer m_memoryTimer;
    QTimer m_delay; ///< work that ends within 150 ms is not shown
    Activity m_shown = Activity::Opening;
};

} // namespace espalier
