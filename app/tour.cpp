// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/tour.h"

#include "app/main_window.h"
#include "widgets/format/number_format.h"

#include <QDir>
#include <QSaveFile>

namespace espalier {
namespace {

constexpr int kTickMs = 100;
constexpr int kSettleTicks = 4;
constexpr qint64 kStepLimitMs = 15 * 60 * 1000;

QString html(const QString& text)
{
    return text.toHtmlEscaped();
}

} // namespace

Tour::Tour(MainWindow& window, const QString& model, const QString& folder, int raceSteps)
    : m_window(window)
    , m_model(model)
    , m_folder(folder)
    , m_raceSteps(raceSteps)
{
    buildSteps();
    m_tick.setInterval(kTickMs);
    connect(&m_tick, &QTimer::timeout, this, &Tour::tick);
    connect(&window.bridge().opener(), &ModelOpener::failed, this, &Tour::fail);
    connect(&window.bridge(), &EngineBridge::exportFailed, this, &Tour::fail);
    connect(&window.bridge().race(), &RaceRunner::failed, this, &Tour::fail);
    connect(&window.bridge(), &EngineBridge::exported, this, [this] { m_exported = true; });
}

void Tour::buildSteps()
{
    Workspace& workspace = m_window.workspace();
    const auto isScored = [&workspace] {
        return workspace.untrainedLoss() && !workspace.work(Activity::Evaluating).running;
    };
    const auto dragTo = [this](Size size, double share) {
        const std::int64_t parent = get(m_window.workspace().model()->config.shape, size);
        const std::int64_t start = get(m_window.workspace().recipe().shape, size);
        const auto end = static_cast<std::int64_t>(static_cast<double>(parent) * share);
        for (int i = 1; i <= 4; ++i)
            Q_EMIT m_window.intents().sizeEdited(size, start + (end - start) * i / 4, i < 4);
    };
    m_steps = {
        {QStringLiteral("open"),
            tr("Open: the parent with its blocks, and a destination of half its width."),
            [this] { m_window.openModel(m_model); },
            [&workspace] { return workspace.model() != nullptr; }, {}},
        {QStringLiteral("measure"),
            tr("Measure: which neurons carry the parent, and which of them the destination keeps."),
            [this] { m_window.showView(QStringLiteral("importance")); },
            [&workspace, isScored] { return workspace.measurements() != nullptr && isScored(); },
            [this] {
                return lossFacts();
            }},
        {QStringLiteral("residual"),
            tr("Residual stream: how much each block changes, and what its absence costs."),
            [this] { m_window.showView(QStringLiteral("residual")); }, [] { return true; }, {}},
        {QStringLiteral("width"),
            tr("Drag Width to two thirds: the kept neurons, the costs and the untrained loss "
               "follow."),
            [this, dragTo] {
                m_window.showView(QStringLiteral("importance"));
                dragTo(Size::Hidden, 2.0 / 3);
            },
            isScored,
            [this] {
                return lossFacts();
            }},
        {QStringLiteral("depth"),
            tr("Drag Layers down by a quarter: the dropped blocks are hatched."),
            [dragTo] { dragTo(Size::Layers, 0.75); }, isScored,
            [this] {
                return lossFacts();
            }},
        {QStringLiteral("undo"), tr("Undo both: half width again."),
            [this] {
                m_window.recipes().undoStack().undo();
                m_window.recipes().undoStack().undo();
            },
            isScored,
            [this] {
                return lossFacts();
            }},
        {QStringLiteral("weights"),
            tr("Weights: the selected rows and columns, the scaled result, both distributions."),
            [this] { m_window.showView(QStringLiteral("weights")); },
            [&workspace] { return workspace.preview() != nullptr; }, {}},
        {QStringLiteral("tensors"),
            tr("Tensors: every tensor of the files with its axes and its size in the destination."),
            [this] { m_window.showView(QStringLiteral("tensors")); }, [] { return true; }, {}},
        {QStringLiteral("race"),
            tr("Race: the subclone and a random start of the same shape, each at its own learning "
               "rate."),
            [this] {
                m_window.showView(QStringLiteral("importance"));
                for (int i = 0; i < static_cast<int>(m_window.workspace().lanes().size()); ++i) {
                    const RunLane lane = m_window.workspace().lanes()[static_cast<std::size_t>(i)];
                    TrainSettings train = lane.train;
                    train.steps = m_raceSteps;
                    Q_EMIT m_window.intents().laneEdited(
                        i, QString::fromStdString(lane.title), train);
                }
                Q_EMIT m_window.intents().raceStartRequested();
            },
            [&workspace] { return workspace.raceState() == RaceState::Finished; },
            [this] {
                return raceFacts();
            }},
        {QStringLiteral("export"),
            tr("Export: the winner as a model folder that other tools load."),
            [this] {
                ExportOrder order;
                order.folder = QDir(m_folder).filePath(QStringLiteral("exported")).toStdString();
                m_window.bridge().exportLane(0, order);
            },
            [this] { return m_exported; },
            [this] {
                return m_window.message();
            }},
    };
}

void Tour::start()
{
    if (!QDir().mkpath(m_folder)) {
        Q_EMIT finished(false, tr("%1 cannot be made").arg(m_folder));
        return;
    }
    m_clock.start();
    m_tick.start();
}

void Tour::tick()
{
    if (!m_problem.isEmpty()) {
        m_tick.stop();
        Q_EMIT finished(false, m_problem);
        return;
    }
    const Step& step = m_steps[m_current];
    if (!m_acted) {
        m_acted = true;
        m_settled = 0;
        m_clock.restart();
        step.act();
        return;
    }
    const Failure measuring = m_window.workspace().failure(Activity::Measuring);
    if (!measuring.what.isEmpty())
        return fail(measuring.what + QStringLiteral(": ") + measuring.why);
    const Failure racing = m_window.workspace().failure(Activity::Racing);
    if (!racing.what.isEmpty())
        return fail(racing.what + QStringLiteral(": ") + racing.why);
    if (!step.isDone()) {
        if (m_clock.elapsed() > kStepLimitMs)
            fail(tr("%1 did not finish in 15 minutes").arg(step.id));
        return;
    }
    if (++m_settled < kSettleTicks)
        return;
    takePicture();
    m_acted = false;
    if (++m_current < m_steps.size())
        return;
    m_tick.stop();
    writeReport();
}

void Tour::takePicture()
{
    const Step& step = m_steps[m_current];
    const QString name =
        QStringLiteral("%1-%2.png").arg(m_current + 1, 2, 10, QLatin1Char('0')).arg(step.id);
    const QString path = QDir(m_folder).filePath(name);
    if (!m_window.grab().save(path)) {
        fail(tr("%1 could not be written").arg(path));
        return;
    }
    const QString facts = step.facts ? step.facts() : QString();
    m_sections << QStringLiteral("<section><h2>%1</h2>%2<img src=\"%3\" alt=\"%1\"></section>")
                      .arg(html(step.caption),
                          facts.isEmpty() ? QString() : QStringLiteral("<p>%1</p>").arg(facts),
                          name);
}

QString Tour::lossFacts() const
{
    const Workspace& workspace = m_window.workspace();
    const auto& loss = workspace.untrainedLoss();
    const auto& parent = workspace.parentLoss();
    if (!loss || !parent || !workspace.footprint())
        return {};
    const ModelShape& shape = workspace.recipe().shape;
    return html(
        tr("%1 blocks, %2 wide, %3 parameters: untrained loss %4, the parent's %5, chance %6 nats.")
            .arg(shape.layers)
            .arg(shape.hidden)
            .arg(formatParameters(static_cast<double>(workspace.footprint()->parameters)),
                formatValue(loss->loss, 4), formatValue(parent->loss, 4),
                formatValue(loss->chance, 4)));
}

QString Tour::raceFacts() const
{
    const std::vector<RunLane>& lanes = m_window.workspace().lanes();
    const auto target = commonTarget(lanes);
    QString rows;
    for (const RunLane& lane : lanes) {
        const LaneFigures figures = laneFigures(lane, target);
        const auto value = [](const std::optional<double>& number) {
            return number ? formatValue(*number, 4) : QStringLiteral("—");
        };
        rows +=
            QStringLiteral(
                "<tr><td>%1</td><td>%2</td><td>%3</td><td>%4</td><td>%5</td><td>%6</td></tr>")
                .arg(html(QString::fromStdString(lane.title)), formatValue(lane.train.learningRate),
                    formatCount(figures.step), value(figures.validationLoss),
                    value(figures.stepsToTarget), formatDuration(figures.seconds));
    }
    return QStringLiteral("<table><tr><th>%1</th><th>%2</th><th>%3</th><th>%4</th><th>%5</"
                          "th><th>%6</th></tr>%7</table>")
        .arg(tr("lane"), tr("learning rate"), tr("steps"), tr("validation loss"),
            target ? tr("steps to %1").arg(formatValue(*target, 4)) : tr("steps to target"),
            tr("training time"), rows);
}

void Tour::fail(const QString& reason)
{
    m_problem = reason;
}

void Tour::writeReport()
{
    const QString path = QDir(m_folder).filePath(QStringLiteral("report.html"));
    const QString style = QStringLiteral(
        "body{font:15px/1.5 sans-serif;max-width:1000px;margin:32px auto;padding:0 "
        "16px;color:#1D1F21;background:#FAFAF7}"
        "h1{font-size:24px}h2{font-size:17px;margin-top:40px}img{width:100%;border:1px solid "
        "#E2E2DC}"
        "table{border-collapse:collapse;margin:8px 0}td,th{padding:4px 16px 4px 0;text-align:right}"
        "td:first-child,th:first-child{text-align:left}");
    const QString page =
        QStringLiteral("<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>Espalier "
                       "tour</title><style>%1</style>"
                       "<h1>%2</h1><p>%3</p>%4</html>\n")
            .arg(style, tr("Espalier tour"),
                html(tr("The window played by itself on %1.").arg(m_model)),
                m_sections.join(QLatin1Char('\n')));
    QSaveFile file(path);
    const QByteArray text = page.toUtf8();
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size() || !file.commit()) {
        Q_EMIT finished(false, path + QStringLiteral(": ") + file.errorString());
        return;
    }
    Q_EMIT finished(true, path);
}

} // namespace espalier
