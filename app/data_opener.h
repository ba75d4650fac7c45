// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/task_thread.h"
#include "core/engine/open_data.h"
#include "widgets/workspace.h"

#include <QObject>
#include <QString>

#include <optional>

namespace espalier {

/// Opens other data for the parent on a thread of its own. Those in use stay until the new ones
/// have been read whole, and for good if they cannot be.
class DataOpener : public QObject
{
    Q_OBJECT
public:
    explicit DataOpener(Workspace& workspace, QObject* parent = nullptr);

    void setParent(const Model& parent); ///< data on their way to the one before it are forgotten
    void open(const DataSpec& data);
    void cancel();

Q_SIGNALS:
    void opened(const espalier::DataSpec& data);
    void failed(const QString& reason);
    void noted(const QString& line);

private:
    void finish(const DataSpec& data, const Status& status);

    Workspace& m_workspace;
    std::optional<Model> m_parent;
    TaskThread m_thread; ///< last: it uses the others
};

} // namespace espalier
