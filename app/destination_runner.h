// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/task_thread.h"
#include "core/engine/session.h"
#include "widgets/workspace.h"

#include <QObject>

#include <optional>

namespace espalier {

/// Keeps the destination's picture in step with its plan: the weight that is shown, and the
/// untrained loss beside the parent's. Each has a thread of its own, so that a slow loss delays no
/// weight.
class DestinationRunner : public QObject
{
    Q_OBJECT
public:
    explicit DestinationRunner(Workspace& workspace, QObject* parent = nullptr);

    void setParent(const Model& parent);
    /// Shows another weight of the destination.
    void preview(ParameterId child);
    /// Both losses anew, after the data changed.
    void scoreAgain();
    void scoreParent();
    void cancelPreview();
    void cancelScore();

private:
    void refresh();
    void runPreview();
    void scoreDestination();
    [[nodiscard]] bool canScore(const ModelConfig& config) const;

    Workspace& m_workspace;
    std::optional<Model> m_parent;
    TaskThread m_previews; ///< these last: they use the others
    TaskThread m_scores;
};

} // namespace espalier
