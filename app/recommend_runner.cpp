// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/recommend_runner.h"

#include <chrono>
#include <memory>

namespace espalier {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kOnlyKey = 0;
constexpr auto kReportInterval = std::chrono::milliseconds(50);

} // namespace

void RecommendRunner::rank(const RecommendSettings& settings)
{
    cancel();
    m_settings = settings;
    m_fits.clear();
    m_next = 0;
    start(m_run);
}

void RecommendRunner::cancel()
{
    m_thread.cancel(kOnlyKey);
    ++m_run;
}

void RecommendRunner::start(int run)
{
    if (m_next == m_settings.parents.size()) {
        Q_EMIT finished();
        return;
    }
    RecommendSettings one = m_settings;
    one.parents = {m_settings.parents[m_next]};
    const auto count = static_cast<double>(m_settings.parents.size());
    const auto before = static_cast<double>(m_next);
    const QString title = tr("%1 of %2, %3")
                              .arg(m_next + 1)
                              .arg(m_settings.parents.size())
                              .arg(QString::fromStdString(one.parents.front()));
    Q_EMIT progressed(before / count, title);
    m_thread.post(kOnlyKey, [this, run, one, count, before, title](std::stop_token stop) {
        Progress progress;
        progress.stop = std::move(stop);
        progress.report = [this, run, count, before, title,
                              last = std::make_shared<Clock::time_point>()](
                              double fraction, std::string_view stage) {
            const Clock::time_point now = Clock::now();
            if (now - *last < kReportInterval)
                return;
            *last = now;
            const QString text =
                QString::fromUtf8(stage.data(), static_cast<qsizetype>(stage.size()));
            QMetaObject::invokeMethod(this, [this, run, text, title, count, before, fraction] {
                if (run == m_run)
                    Q_EMIT progressed(
                        (before + fraction) / count, title + QStringLiteral(": ") + text);
            });
        };
        const Result<std::vector<ParentFit>> fit = recommendParents(one, progress);
        QMetaObject::invokeMethod(this, [this, run, fit] { take(run, fit); });
    });
}

void RecommendRunner::take(int run, const Result<std::vector<ParentFit>>& fit)
{
    if (run != m_run)
        return;
    if (fit)
        m_fits.insert(m_fits.end(), fit->begin(), fit->end());
    else
        m_fits.push_back({.parent = m_settings.parents[m_next], .problem = fit.error().message});
    m_fits = rankedParents(std::move(m_fits));
    ++m_next;
    Q_EMIT ranked(m_fits);
    if (run == m_run) // nobody cancelled on seeing them
        start(run);
}

} // namespace espalier
