// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/data_opener.h"

#include "app/work_progress.h"

namespace espalier {
namespace {

constexpr int kOnlyKey = 0;

} // namespace

DataOpener::DataOpener(Workspace& workspace, QObject* parent)
    : QObject(parent)
    , m_workspace(workspace)
{
}

void DataOpener::setParent(const Model& parent)
{
    cancel();
    m_parent = parent;
}

void DataOpener::open(const DataSpec& data)
{
    if (!m_parent)
        return;
    m_workspace.setWork(Activity::ReadingData, {true, tr("Reading data"), -1});
    Progress progress = progressTo(*this, m_workspace, Activity::ReadingData,
        [this](const QString& line) { Q_EMIT noted(line); });
    m_thread.post(kOnlyKey,
        [this, parent = *m_parent, data, progress = std::move(progress)](
            std::stop_token stop) mutable {
            progress.stop = stop;
            const Status status = openData(parent, data, progress);
            QMetaObject::invokeMethod(this, [this, data, status, stop] {
                if (!stop.stop_requested())
                    finish(data, status);
            });
        });
}

void DataOpener::cancel()
{
    m_thread.cancel(kOnlyKey);
    m_workspace.setWork(Activity::ReadingData, {});
}

void DataOpener::finish(const DataSpec& data, const Status& status)
{
    m_workspace.setWork(Activity::ReadingData, {});
    if (status)
        Q_EMIT opened(data);
    else if (status.error().code != ErrorCode::Cancelled)
        Q_EMIT failed(QString::fromStdString(status.error().message));
}

} // namespace espalier
