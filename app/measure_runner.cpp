// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/measure_runner.h"

#include "app/work_progress.h"
#include "core/methods/catalog.h"
#include "core/plan/measured.h"
#include "core/plan/measurement_facts.h"

namespace espalier {
namespace {

constexpr int kMeasureKey = 0;

} // namespace

MeasureRunner::MeasureRunner(Workspace& workspace, QObject* parent)
    : QObject(parent)
    , m_workspace(workspace)
{
    connect(&workspace, &Workspace::recipeChanged, this, &MeasureRunner::measureWhatIsMissing);
}

void MeasureRunner::setParent(const Model& parent)
{
    cancel();
    m_parent = parent;
    m_measuredFor.clear();
}

void MeasureRunner::measure()
{
    if (!m_parent || m_workspace.data().source.empty())
        return;
    MeasureSettings settings;
    settings.data = m_workspace.data();
    measureWith(settings);
}

void MeasureRunner::cancel()
{
    m_thread.cancel(kMeasureKey);
    m_workspace.setWork(Activity::Measuring, {});
}

MeasureSettings MeasureRunner::settings() const
{
    const Measurements* measured = m_workspace.measurements();
    if (measured == nullptr)
        return {.data = m_workspace.data()};
    return {.data = {.source = measured->source,
                .sequenceLength = measured->sequenceLength,
                .validationShare = measured->validationShare,
                .textField = measured->textField,
                .tokenizer = measured->tokenizer,
                .skipBroken = measured->skipBroken},
        .samples = measured->samples,
        .batch = measured->batch};
}

std::optional<Measurements> MeasureRunner::measurementsCopy() const
{
    const Measurements* measured = m_workspace.measurements();
    return measured ? std::optional(*measured) : std::nullopt;
}

void MeasureRunner::measureWith(const MeasureSettings& settings)
{
    m_workspace.setWork(Activity::Measuring, {true, tr("Measuring"), 0});
    Progress progress = progressTo(*this, m_workspace, Activity::Measuring,
        [this](const QString& line) { Q_EMIT noted(line); });
    m_thread.post(kMeasureKey,
        [this, parent = *m_parent, settings, progress = std::move(progress)](
            std::stop_token stop) mutable {
            progress.stop = stop;
            const auto done =
                std::make_shared<Result<Measurements>>(measureOnce(parent, settings, progress));
            QMetaObject::invokeMethod(this, [this, done, stop] {
                if (!stop.stop_requested()) // else what runs is newer, or nothing
                    finish(std::move(*done));
            });
        });
}

/// A method chosen by a person gets what it needs without being asked for; what was measured before
/// is measured again with it, so that all values are of one pass.
void MeasureRunner::measureWhatIsMissing()
{
    const Method* method = findMethod(m_workspace.recipe().method);
    const Measurements* measured = m_workspace.measurements();
    if (!method || !m_parent || !measured || m_workspace.work(Activity::Measuring).running
        || m_workspace.data().source.empty())
        return;
    const Result<Options> options = completeOptions(method->options, m_workspace.recipe().options);
    if (!options)
        return;
    const auto needed = method->needs(*options).measurements;
    const auto missing = missingFrom(measured, needed);
    if (missing.empty() || m_measuredFor == needed)
        return;
    m_measuredFor = needed;
    MeasureSettings next = settings();
    for (const MeasurementFacts& row : measurementFacts())
        if (holds(*measured, row.id))
            next.ids.emplace_back(row.id);
    next.ids.insert(next.ids.end(), missing.begin(), missing.end());
    measureWith(next);
}

void MeasureRunner::finish(Result<Measurements> result)
{
    m_workspace.setWork(Activity::Measuring, {});
    if (result.ok()) {
        const bool belongs = m_workspace.model() != nullptr
            && result->parentHash == m_workspace.model()->weightsHash;
        if (belongs)
            m_workspace.setMeasurements(
                std::make_shared<const Measurements>(std::move(result).value()));
        Q_EMIT measured();
    } else if (result.error().code != ErrorCode::Cancelled) {
        m_workspace.setFailure(Activity::Measuring,
            {tr("Measuring failed"), QString::fromStdString(result.error().message),
                tr("Choose other data or measure again.")});
    }
}

} // namespace espalier
