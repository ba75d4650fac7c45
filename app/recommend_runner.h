// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/task_thread.h"
#include "core/engine/recommend.h"

#include <QObject>
#include <QString>

namespace espalier {

/// Ranks parents on a thread of its own, one after another, so that what is known shows while the
/// rest is measured.
class RecommendRunner : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    /// Forgets what runs and begins anew.
    void rank(const RecommendSettings& settings);
    void cancel();

Q_SIGNALS:
    void progressed(double fraction, const QString& stage);
    /// All parents looked at so far, best first.
    void ranked(const std::vector<espalier::ParentFit>& fits);
    void finished(); ///< not after cancel()

private:
    void start(int run);
    void take(int run, const Result<std::vector<ParentFit>>& fit);

    RecommendSettings m_settings;
    std::vector<ParentFit> m_fits;
    std::size_t m_next = 0; ///< in m_settings.parents
    int m_run = 0; ///< answers to earlier ones are dropped
    TaskThread m_thread; ///< last: it uses the others
};

} // namespace espalier
