// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/status_strip.h"

#include "widgets/format/number_format.h"
#include "widgets/panels/layout.h"
#include "widgets/theme/theme.h"

#include <QFile>
#include <QProgressBar>
#include <QPushButton>

#include <unistd.h>

namespace espalier {
namespace {

constexpr Activity kShown[] = {Activity::Opening, Activity::Fetching, Activity::Exporting,
    Activity::ReadingData, Activity::Measuring, Activity::Racing};

/// Resident memory of this process; 0 where /proc is missing.
double residentBytes()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    const QList<QByteArray> fields = file.readLine().split(' ');
    return fields.size() < 2 ? 0
                             : fields[1].toDouble() * static_cast<double>(sysconf(_SC_PAGESIZE));
}

} // namespace

StatusStrip::StatusStrip(const ViewContext& context, const EngineInfo& engine, QWidget* parent)
    : QWidget(parent)
    , m_workspace(context.workspace)
    , m_intents(context.intents)
    , m_stage(makeMuted({}, this))
    , m_progress(new QProgressBar(this))
    , m_cancel(new QPushButton(tr("Cancel"), this))
    , m_memory(makeMuted({}, this))
{
    QHBoxLayout* row = makeRow(space::kControl);
    row->setContentsMargins(0, 0, space::kPanel, 0);
    setLayout(row);
    m_progress->setFixedSize(96, 8);
    m_progress->setTextVisible(false);
    m_cancel->setFlat(true);
    m_cancel->setFocusPolicy(Qt::TabFocus);
    const QString threads =
        engine.threads == 1 ? tr("CPU, 1 thread") : tr("CPU, %1 threads").arg(engine.threads);
    const QString device = engine.cuda ? QString::fromStdString(engine.cudaNote) : threads;
    auto* deviceLabel = makeMuted(device, this);
    deviceLabel->setToolTip(
        engine.cuda ? QString() : QString::fromStdString(engine.cudaNote).toHtmlEscaped());
    m_memory->setToolTip(tr("Memory that this program holds"));
    row->addStretch(1);
    row->addWidget(m_stage);
    row->addWidget(m_progress);
    row->addWidget(m_cancel);
    row->addSpacing(space::kControl);
    row->addWidget(deviceLabel);
    row->addSpacing(space::kControl);
    row->addWidget(m_memory);
    m_delay.setSingleShot(true);
    m_delay.setInterval(150);
    m_memoryTimer.start(2000);
    connect(&m_memoryTimer, &QTimer::timeout, this, &StatusStrip::refreshMemory);
    connect(&m_delay, &QTimer::timeout, this, &StatusStrip::refreshWork);
    connect(&m_workspace, &Workspace::workChanged, this, [this] {
        if (m_stage->isVisibleTo(this))
            refreshWork();
        else if (!m_delay.isActive())
            m_delay.start();
    });
    connect(m_cancel, &QPushButton::clicked, this,
        [this] { Q_EMIT m_intents.cancelRequested(m_shown); });
    refreshMemory();
    refreshWork();
}

void StatusStrip::refreshWork()
{
    Work work;
    for (const Activity activity : kShown)
        if (const Work candidate = m_workspace.work(activity); candidate.running) {
            work = candidate;
            m_shown = activity;
            break;
        }
    m_stage->setVisible(work.running);
    m_progress->setVisible(work.running);
    m_cancel->setVisible(work.running && m_shown != Activity::Racing);
    m_stage->setText(work.stage);
    m_progress->setRange(0, work.fraction < 0 ? 0 : 1000);
    m_progress->setValue(static_cast<int>(work.fraction * 1000));
}

void StatusStrip::refreshMemory()
{
    const double bytes = residentBytes();
    m_memory->setText(bytes > 0 ? formatBytes(bytes) : QString());
}

} // namespace espalier
