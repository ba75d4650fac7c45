// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/task_thread.h"
#include "core/engine/session.h"
#include "widgets/workspace.h"

#include <QObject>

#include <optional>

namespace espalier {

/// Measures the parent on a thread of its own: when asked to, and when a person chooses a method
/// that needs what was not measured yet.
class MeasureRunner : public QObject
{
    Q_OBJECT
public:
    explicit MeasureRunner(Workspace& workspace, QObject* parent = nullptr);

    void setParent(const Model& parent); ///< what measures the one before it is stopped
    /// What is measured by default, on the workspace's data.
    void measure();
    void cancel();

    /// Settings that the current measurements were, or the next ones are, made with.
    [[nodiscard]] MeasureSettings settings() const;
    [[nodiscard]] std::optional<Measurements> measurementsCopy() const;

Q_SIGNALS:
    void measured();
    void noted(const QString& line);

private:
    void measureWith(const MeasureSettings& settings);
    void measureWhatIsMissing();
    void finish(Result<Measurements> result);

    Workspace& m_workspace;
    std::optional<Model> m_parent;
    std::vector<std::string_view> m_measuredFor; ///< needs that were met, or that failed, last
    TaskThread m_thread; ///< last: it uses the others
};

} // namespace espalier
