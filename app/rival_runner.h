// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/task_thread.h"
#include "core/engine/session.h"
#include "widgets/workspace.h"

#include <QObject>

#include <optional>

namespace espalier {

/// Keeps the workspace's rival in step with recipe, measurements and the weight that is shown, on a
/// thread of its own. Does nothing while nobody has asked for a rival.
class RivalRunner : public QObject
{
    Q_OBJECT
public:
    explicit RivalRunner(Workspace& workspace, QObject* parent = nullptr);

    /// A new parent; the rival's method stays.
    void setParent(const Model& parent);
    void setMethod(const QString& id);

private:
    void replan();
    void preview();
    void evaluate();
    [[nodiscard]] bool isCurrent(const std::shared_ptr<const TransferPlan>& plan) const;

    Workspace& m_workspace;
    std::optional<Model> m_parent;
    TaskThread m_thread; ///< last: it uses the others
};

} // namespace espalier
