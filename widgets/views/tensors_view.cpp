// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/tensors_view.h"

#include "widgets/controls/state_frame.h"
#include "widgets/format/number_format.h"
#include "widgets/models/tensor_table_model.h"
#include "widgets/panels/layout.h"
#include "widgets/theme/theme.h"

#include <QHeaderView>
#include <QLineEdit>
#include <QSortFilterProxyModel>
#include <QTableView>

namespace espalier {

TensorsView::TensorsView(const ViewContext& context, QWidget* parent)
    : View(context, parent)
    , m_model(new TensorTableModel(context.workspace, this))
    , m_proxy(new QSortFilterProxyModel(this))
{
    m_proxy->setSourceModel(m_model);
    m_proxy->setFilterKeyColumn(-1);
    m_proxy->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_proxy->setSortRole(TensorTableModel::kSortRole);

    auto* content = new QWidget;
    QVBoxLayout* column = makeColumn(content, space::kPanel, space::kControl);
    QHBoxLayout* bar = makeRow(space::kControl);
    m_filter = new QLineEdit(content);
    m_filter->setAccessibleName(tr("Filter"));
    m_filter->setPlaceholderText(tr("Filter by name, part, axis or size"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setMaximumWidth(320);
    m_count = makeMuted({}, content);
    bar->addWidget(m_filter, 1);
    bar->addWidget(m_count);
    bar->addStretch(1);
    column->addLayout(bar);
    m_table = new QTableView(content);
    m_table->setModel(m_proxy);
    m_table->setAccessibleName(tr("Tensors"));
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(TensorTableModel::Name, Qt::AscendingOrder);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setTextElideMode(Qt::ElideMiddle); // names differ at their ends
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setTabKeyNavigation(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(24);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setStretchLastSection(false);
    const int widths[] = {230, 48, 92, 200, 160, 124, 76, 150};
    for (int i = 0; i < TensorTableModel::ColumnCount; ++i)
        m_table->setColumnWidth(i, widths[i]);
    column->addWidget(m_table, 1);

    m_frame = new StateFrame(content, this);
    makeColumn(this, 0, 0)->addWidget(m_frame);
    connect(m_frame, &StateFrame::emptyButtonClicked, &intents(), &Intents::openRequested);
    connect(
        m_filter, &QLineEdit::textChanged, m_proxy, &QSortFilterProxyModel::setFilterFixedString);
    connect(m_filter, &QLineEdit::textChanged, this, &TensorsView::refreshState);
    connect(&workspace(), &Workspace::modelChanged, this, &TensorsView::refreshState);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
        &TensorsView::pick);
    refreshState();
}

void TensorsView::refreshState()
{
    if (workspace().model() == nullptr) {
        m_frame->showEmpty(tr("No model is open."), tr("Open model…"));
        return;
    }
    m_count->setText(tr("%1 of %2 tensors")
                         .arg(formatCount(m_proxy->rowCount()), formatCount(m_model->rowCount())));
    m_frame->showReady();
}

void TensorsView::pick(const QModelIndex& index)
{
    const TensorSummary* tensor = m_model->tensorAt(m_proxy->mapToSource(index).row());
    if (tensor != nullptr && tensor->parameter)
        Q_EMIT intents().selectionEdited({.block = tensor->parameter->block});
}

} // namespace espalier
