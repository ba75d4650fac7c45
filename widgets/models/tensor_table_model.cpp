// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/models/tensor_table_model.h"

#include "core/architectures/catalog.h"
#include "core/report/dropped.h"
#include "widgets/format/number_format.h"

#include <string>

namespace espalier {
namespace {

QString sizeText(const std::vector<std::int64_t>& sizes)
{
    QStringList parts;
    for (const std::int64_t size : sizes)
        parts << QString::number(size);
    return parts.isEmpty() ? QStringLiteral("1") : parts.join(QStringLiteral(" × "));
}

/// "h.3.attn.c_attn.weight" and block 3 -> "h.0.attn.c_attn.weight": blocks are alike.
std::string asFirstBlock(std::string name, int block)
{
    const std::string number = '.' + std::to_string(block) + '.';
    if (const std::size_t at = name.find(number); block >= 0 && at != std::string::npos)
        name.replace(at, number.size(), ".0.");
    return name;
}

} // namespace

TensorTableModel::TensorTableModel(const Workspace& workspace, QObject* parent)
    : QAbstractTableModel(parent)
    , m_workspace(workspace)
{
    connect(&workspace, &Workspace::modelChanged, this, [this] {
        beginResetModel();
        endResetModel();
    });
    connect(&workspace, &Workspace::planChanged, this, &TensorTableModel::readDestination);
    readDestination();
}

void TensorTableModel::readDestination()
{
    m_destinationSizes.clear();
    m_droppedBlocks.clear();
    if (const auto plan = m_workspace.plan()) {
        const Architecture& architecture = architectureOf(plan->child);
        for (const DiskTensor& tensor : diskTensorsOf(architecture, plan->child))
            m_destinationSizes.emplace(
                asFirstBlock(tableName(architecture, tensor.name), tensor.parameter.block),
                tensor.sizes);
        m_droppedBlocks = droppedBlocks(*plan);
    }
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, DestinationSize), index(rowCount() - 1, DestinationSize));
}

int TensorTableModel::rowCount(const QModelIndex& parent) const
{
    const ModelSummary* model = m_workspace.model();
    return parent.isValid() || model == nullptr ? 0 : static_cast<int>(model->tensors.size());
}

int TensorTableModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

const TensorSummary* TensorTableModel::tensorAt(int row) const
{
    return row >= 0 && row < rowCount()
        ? &m_workspace.model()->tensors[static_cast<std::size_t>(row)]
        : nullptr;
}

QVariant TensorTableModel::data(const QModelIndex& index, int role) const
{
    const TensorSummary* tensor = index.isValid() ? tensorAt(index.row()) : nullptr;
    if (tensor == nullptr)
        return {};
    if (role == Qt::TextAlignmentRole && index.column() == Bytes)
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role == kSortRole && index.column() == Bytes)
        return QVariant::fromValue<qlonglong>(tensor->bytes);
    if (role == kSortRole && index.column() == Name)
        return index.row(); // the order of the file, in which h.10 follows h.9
    if (role == Qt::DisplayRole || role == kSortRole)
        return text(*tensor, index.column());
    if (role == Qt::ToolTipRole && (index.column() == Name || index.column() == Shard))
        return text(*tensor, index.column()).toHtmlEscaped();
    return {};
}

QString TensorTableModel::text(const TensorSummary& tensor, int column) const
{
    switch (column) {
    case Name:
        return QString::fromStdString(tensor.name);
    case Part:
        return tensor.parameter ? QString::fromStdString(nameOf(*tensor.parameter))
                                : tr("not used");
    case Axes:
        return axesOf(tensor);
    case Type:
        return QString::fromStdString(tensor.dtype);
    case ParentSize:
        return sizeText(tensor.sizes);
    case DestinationSize:
        return destinationSize(tensor);
    case Bytes:
        return formatBytes(static_cast<double>(tensor.bytes));
    case Shard:
        return QString::fromStdString(tensor.file);
    default:
        return {};
    }
}

QString TensorTableModel::axesOf(const TensorSummary& tensor) const
{
    if (!tensor.parameter || !hasParameter(m_workspace.model()->config, *tensor.parameter))
        return {};
    QStringList dims;
    for (const Dim& dim : parameterOf(m_workspace.model()->config, *tensor.parameter).dims) {
        QStringList segments;
        for (const AxisLabel label : dim.segments) {
            const std::string_view name = nameOf(label);
            segments << QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
        }
        dims << segments.join(QLatin1Char('|'));
    }
    return dims.join(QStringLiteral(" × "));
}

QString TensorTableModel::destinationSize(const TensorSummary& tensor) const
{
    if (m_destinationSizes.empty() || !tensor.parameter)
        return QStringLiteral("—");
    const int block = tensor.parameter->block;
    if (block >= 0 && static_cast<std::size_t>(block) < m_droppedBlocks.size()
        && m_droppedBlocks[static_cast<std::size_t>(block)])
        return tr("dropped");
    const Architecture& architecture = architectureOf(m_workspace.model()->config);
    const auto found =
        m_destinationSizes.find(asFirstBlock(tableName(architecture, tensor.name), block));
    return found == m_destinationSizes.end() ? QStringLiteral("—") : sizeText(found->second);
}

QVariant TensorTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant((section == Bytes ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name:
        return tr("Tensor");
    case Part:
        return tr("Part");
    case Axes:
        return tr("Axes");
    case Type:
        return tr("Type");
    case ParentSize:
        return tr("Size");
    case DestinationSize:
        return tr("In the destination");
    case Bytes:
        return tr("Bytes");
    case Shard:
        return tr("File");
    default:
        return {};
    }
}

} // namespace espalier
