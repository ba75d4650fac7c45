// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/lane_table_model.h"

#include "core/report/training_fields.h"
#include "widgets/format/number_format.h"

#include <QCoreApplication>

#include <algorithm>
#include <utility>

namespace espalier {
namespace {

QString lossText(const std::optional<double>& loss)
{
    return loss ? formatInColumn(*loss) : QStringLiteral("—");
}

bool isText(int column)
{
    return column == LaneTableModel::Title || column == LaneTableModel::Aids;
}

} // namespace

QString titleOf(LaneProgress progress)
{
    const auto tr = [](const char* text) {
        return QCoreApplication::translate("LaneProgress", text);
    };
    switch (progress) {
    case LaneProgress::Ready:
        return tr("ready");
    case LaneProgress::Waiting:
        return tr("waiting");
    case LaneProgress::Running:
        return tr("running");
    case LaneProgress::Paused:
        return tr("paused");
    case LaneProgress::Stopped:
        return tr("stopped");
    case LaneProgress::Finished:
        return tr("finished");
    case LaneProgress::Failed:
        return tr("failed");
    }
    return {};
}

LaneTableModel::LaneTableModel(const ViewContext& context, QObject* parent)
    : QAbstractTableModel(parent)
    , m_workspace(context.workspace)
    , m_intents(context.intents)
{
    connect(&m_workspace, &Workspace::lanesChanged, this, [this] {
        beginResetModel();
        m_target = commonTarget(m_workspace.lanes());
        m_figures.assign(m_workspace.lanes().size(), {});
        for (std::size_t i = 0; i < m_figures.size(); ++i)
            m_figures[i] = laneFigures(m_workspace.lanes()[i], m_target);
        endResetModel();
    });
    connect(&m_workspace, &Workspace::laneProgressChanged, this, &LaneTableModel::refreshRows);
    connect(&m_workspace, &Workspace::pointsAppended, this, &LaneTableModel::refreshRows);
    connect(&m_workspace, &Workspace::raceStateChanged, this, &LaneTableModel::refreshRows);
    m_figures.assign(m_workspace.lanes().size(), {});
}

void LaneTableModel::refreshRows()
{
    const auto& lanes = m_workspace.lanes();
    if (lanes.empty() || lanes.size() != m_figures.size())
        return;
    const bool hadTarget = m_target.has_value();
    m_target = commonTarget(lanes);
    for (std::size_t i = 0; i < lanes.size(); ++i)
        m_figures[i] = laneFigures(lanes[i], m_target);
    Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
    if (m_target || hadTarget)
        Q_EMIT headerDataChanged(Qt::Horizontal, StepsToTarget, StepsToTarget);
}

bool LaneTableModel::hasAids() const
{
    const auto& lanes = m_workspace.lanes();
    return std::any_of(lanes.begin(), lanes.end(),
        [](const RunLane& lane) { return !describeAids(lane.train).empty(); });
}

int LaneTableModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_figures.size());
}

int LaneTableModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

Qt::ItemFlags LaneTableModel::flags(const QModelIndex& index) const
{
    const bool editable =
        m_workspace.raceState() == RaceState::Ready && isEditedInPlace(index.column());
    return Qt::ItemIsEnabled | Qt::ItemIsSelectable
        | (editable ? Qt::ItemIsEditable : Qt::NoItemFlags);
}

QVariant LaneTableModel::data(const QModelIndex& index, int role) const
{
    const auto row = static_cast<std::size_t>(index.row());
    if (!index.isValid() || row >= m_workspace.lanes().size() || row >= m_figures.size())
        return {};
    const RunLane& lane = m_workspace.lanes()[row];
    if (role == Qt::TextAlignmentRole)
        return QVariant(
            (isText(index.column()) ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role == Qt::EditRole && index.column() == LearningRate)
        return QString::number(lane.train.learningRate, 'g', 4);
    if (role == Qt::EditRole && index.column() == Steps)
        return static_cast<int>(lane.train.steps);
    if (role == Qt::DisplayRole || role == Qt::EditRole)
        return text(lane, m_figures[row], index.column());
    if (role == Qt::ToolTipRole) {
        const QString note = lane.note.empty()
            ? QString()
            : QStringLiteral(": ") + QString::fromStdString(lane.note);
        const std::string aids = describeAids(lane.train);
        QStringList lines = {QString::fromStdString(lane.title) + QStringLiteral(", ")
            + titleOf(lane.progress) + note};
        if (!aids.empty())
            lines << tr("With its start: %1").arg(QString::fromStdString(aids));
        return lines.join(QLatin1Char('\n')).toHtmlEscaped();
    }
    return {};
}

QString LaneTableModel::stepText(const RunLane& lane, const LaneFigures& figures) const
{
    if (lane.progress == LaneProgress::Ready || std::cmp_equal(figures.step, lane.train.steps))
        return formatCount(lane.train.steps);
    return QStringLiteral("%1 / %2").arg(formatCount(figures.step), formatCount(lane.train.steps));
}

QString LaneTableModel::text(const RunLane& lane, const LaneFigures& figures, int column) const
{
    switch (column) {
    case Title:
        return QString::fromStdString(lane.title);
    case LearningRate:
        return formatValue(lane.train.learningRate, 3);
    case Steps:
        return stepText(lane, figures);
    case Aids:
        return QString::fromStdString(describeAids(lane.train));
    case TrainLoss:
        return lossText(figures.trainLoss);
    case ValidationLoss:
        return lossText(figures.validationLoss);
    case StepsToTarget:
        return figures.stepsToTarget
            ? formatCount(static_cast<std::int64_t>(*figures.stepsToTarget))
            : QStringLiteral("—");
    case Speed:
        return figures.tokensPerSecond ? formatSi(*figures.tokensPerSecond) : QStringLiteral("—");
    case Time:
        return figures.seconds > 0 ? formatClock(figures.seconds) : QStringLiteral("—");
    default:
        return {};
    }
}

bool LaneTableModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    const auto row = static_cast<std::size_t>(index.row());
    if (role != Qt::EditRole || !index.isValid() || row >= m_workspace.lanes().size())
        return false;
    const RunLane& lane = m_workspace.lanes()[row];
    TrainSettings train = lane.train;
    QString title = QString::fromStdString(lane.title);
    bool isNumber = true;
    if (index.column() == Title)
        title = value.toString().trimmed();
    else if (index.column() == LearningRate)
        train.learningRate = value.toString().toDouble(&isNumber);
    else if (index.column() == Steps)
        train.steps = value.toLongLong(&isNumber);
    if (title.isEmpty() || !isNumber || !(train.learningRate > 0) || train.steps < 1) {
        Q_EMIT m_intents.messageRaised(
            tr("A lane needs a name, a learning rate above 0 and at least one step"));
        return false;
    }
    // The edit comes back through the workspace, after the editor has closed.
    QMetaObject::invokeMethod(
        &m_intents,
        [this, row, title, train] {
            Q_EMIT m_intents.laneEdited(static_cast<int>(row), title, train);
        },
        Qt::QueuedConnection);
    return true;
}

QVariant LaneTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant((isText(section) ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole && section == StepsToTarget)
        return tr("Steps to the validation loss that every lane has reached");
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Title:
        return tr("Lane");
    case LearningRate:
        return tr("Rate");
    case Steps:
        return tr("Steps");
    case Aids:
        return tr("With");
    case TrainLoss:
        return tr("Training");
    case ValidationLoss:
        return tr("Validation");
    case StepsToTarget:
        return m_target ? tr("To %1").arg(formatValue(*m_target, 3)) : tr("To target");
    case Speed:
        return tr("Tokens/s");
    case Time:
        return tr("Time");
    default:
        return {};
    }
}

} // namespace espalier
