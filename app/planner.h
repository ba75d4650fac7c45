// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/workspace.h"

namespace espalier {

/// Keeps plan and footprint in step with recipe and measurements. Fast enough for every step of a
/// slider drag.
class Planner : public QObject
{
    Q_OBJECT
public:
    explicit Planner(Workspace& workspace, QObject* parent = nullptr);

    /// Plans a recipe against the workspace's parent and measurements.
    [[nodiscard]] static Result<TransferPlan> plan(
        const Workspace& workspace, const Recipe& recipe);

private:
    void replan();

    Workspace& m_workspace;
};

} // namespace espalier
