// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/workspace.h"

namespace espalier {

/// Plans the lanes of the next race: the destination and a random start of the same shape until
/// somebody changes them.
class LaneController : public QObject
{
    Q_OBJECT
public:
    explicit LaneController(Workspace& workspace, QObject* parent = nullptr);

    /// The two lanes of a newly opened parent.
    void startOver();
    void add();
    void remove(int lane);
    void edit(int lane, const QString& title, const TrainSettings& train);

private:
    void followDestination();
    [[nodiscard]] std::string freeId(const std::string& wish) const;
    [[nodiscard]] RunLane destinationLane() const;

    Workspace& m_workspace;
};

} // namespace espalier
