// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/work_progress.h"

#include <chrono>
#include <memory>

namespace espalier {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kReportInterval = std::chrono::milliseconds(50);

QString toQString(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

} // namespace

Progress progressTo(QObject& receiver, Workspace& workspace, Activity activity,
    std::function<void(const QString&)> noted)
{
    Progress progress;
    progress.report = [&receiver, &workspace, activity,
                          last = std::make_shared<Clock::time_point>()](
                          double fraction, std::string_view stage) {
        const Clock::time_point now = Clock::now();
        if (now - *last < kReportInterval)
            return;
        *last = now;
        QMetaObject::invokeMethod(
            &receiver, [&workspace, activity, fraction, text = toQString(stage)] {
                if (workspace.work(activity).running)
                    workspace.setWork(activity, {true, text, fraction});
            });
    };
    if (noted)
        progress.note = [&receiver, noted = std::move(noted)](std::string_view line) {
            QMetaObject::invokeMethod(&receiver, [noted, text = toQString(line)] { noted(text); });
        };
    return progress;
}

} // namespace espalier
