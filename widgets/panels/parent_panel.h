// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/intents.h"

#include <QWidget>

class QLabel;
class QListView;
class QPushButton;

namespace espalier {

class BlockDelegate;
class BlockListModel;

/// The opened model: what it is, what it was measured on, and its blocks.
class ParentPanel : public QWidget
{
    Q_OBJECT
public:
    ParentPanel(const ViewContext& context, QWidget* parent);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void buildList();
    void buildFacts();
    void refresh();
    void refreshFacts(const ModelSummary& model);
    void refreshData();
    void followSelection();
    void fitBlocks();

    const Workspace& m_workspace;
    Intents& m_intents;
    BlockListModel* m_blocks;
    BlockDelegate* m_delegate = nullptr;
    QListView* m_list = nullptr;
    QLabel* m_name = nullptr;
    QLabel* m_shape = nullptr;
    QLabel* m_figures = nullptr;
    QLabel* m_lineage = nullptr; ///< how it came about
    QLabel* m_input = nullptr; ///< tokenizer or picture sizes
    QLabel* m_reach = nullptr; ///< widths and methods
    QLabel* m_limit = nullptr;
    QLabel* m_data = nullptr;
    QLabel* m_loss = nullptr;
    QPushButton* m_measure = nullptr;
    QPushButton* m_chooseData = nullptr;
    bool m_showingSelection = false;
};

} // namespace espalier
