// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/diagnosis_panel.h"

#include "widgets/controls/elided_label.h"
#include "widgets/format/number_format.h"
#include "widgets/panels/layout.h"
#include "widgets/theme/theme.h"

#include <QClipboard>
#include <QFileInfo>
#include <QGuiApplication>
#include <QHeaderView>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>
#include <QTreeWidget>

namespace espalier {
namespace {

constexpr int kDetailsHeight = 220; ///< at most, and
constexpr int kLeastDetailsHeight = 96; ///< in a low window
constexpr int kSizesWidth = 140;
constexpr double kTint = 0.06; ///< of the panel's ground with the colour of errors

enum Column
{
    Tensor,
    Found,
    Wanted,
    ColumnCount
};

QString sizesText(const std::vector<std::int64_t>& sizes)
{
    QStringList parts;
    for (const std::int64_t size : sizes)
        parts << QString::number(size);
    return parts.join(QStringLiteral(" × "));
}

/// The last part of a path or of a name on the Hub.
QString shortName(const std::string& model)
{
    const QString text = QString::fromStdString(model);
    const QString last = QFileInfo(text).fileName();
    return last.isEmpty() ? text : last;
}

} // namespace

DiagnosisPanel::DiagnosisPanel(const ViewContext& context, QWidget* parent)
    : QWidget(parent)
    , m_workspace(context.workspace)
    , m_intents(context.intents)
    , m_title(makeHead({}, this))
    , m_advice(new QLabel(this))
    , m_problem(makeMuted({}, this))
    , m_summary(makeMuted({}, this))
    , m_details(new QToolButton(this))
    , m_copy(new QPushButton(tr("Copy"), this))
    , m_faults(new QTreeWidget(this))
{
    build();
    connect(&m_workspace, &Workspace::diagnosisChanged, this, &DiagnosisPanel::refresh);
    connect(m_details, &QToolButton::toggled, this, &DiagnosisPanel::showDetails);
    connect(m_copy, &QPushButton::clicked, this, &DiagnosisPanel::copy);
    refresh();
}

void DiagnosisPanel::build()
{
    QVBoxLayout* column = makeColumn(this, space::kPanel, space::kGroup);
    QHBoxLayout* head = makeRow(space::kControl);
    head->addWidget(m_title, 1);
    auto* close = new QPushButton(tr("Close"), this);
    close->setToolTip(tr("Closes this; what was open stays as it is"));
    auto* open = new QPushButton(tr("Open another…"), this);
    head->addWidget(open);
    head->addWidget(close);
    column->addLayout(head);
    for (QLabel* label : {m_advice, m_problem, m_summary}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        column->addWidget(label);
    }
    QHBoxLayout* foot = makeRow(space::kControl);
    m_details->setText(tr("Details"));
    m_details->setCheckable(true);
    m_details->setAutoRaise(true);
    m_details->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_copy->setToolTip(tr("Copies all of this as text, to send to somebody"));
    foot->addWidget(m_details);
    foot->addWidget(m_copy);
    foot->addStretch(1);
    column->addLayout(foot);
    m_faults->setAccessibleName(tr("Tensors that do not fit"));
    m_faults->setColumnCount(ColumnCount);
    m_faults->setHeaderLabels({tr("Tensor"), tr("Found"), tr("Wanted")});
    m_faults->setUniformRowHeights(true);
    m_faults->setTextElideMode(Qt::ElideMiddle); // names differ at their ends
    m_faults->setMinimumHeight(kLeastDetailsHeight);
    m_faults->setMaximumHeight(kDetailsHeight);
    m_faults->header()->setStretchLastSection(false);
    m_faults->header()->setSectionResizeMode(Tensor, QHeaderView::Stretch);
    for (const int sizes : {Found, Wanted})
        m_faults->header()->resizeSection(sizes, kSizesWidth);
    column->addWidget(m_faults);
    connect(close, &QPushButton::clicked, &m_intents, &Intents::diagnosisDismissed);
    connect(open, &QPushButton::clicked, &m_intents, &Intents::openRequested);
}

void DiagnosisPanel::refresh()
{
    const LoadDiagnosis* diagnosis = m_workspace.diagnosis();
    setVisible(diagnosis != nullptr);
    if (diagnosis == nullptr)
        return;
    const QString name = shortName(diagnosis->model);
    const ModelSummary* open = m_workspace.model();
    m_title->setText(open == nullptr
            ? tr("%1 did not open").arg(name)
            : tr("%1 did not open; %2 stays").arg(name, QString::fromStdString(open->name)));
    m_title->setToolTip(QString::fromStdString(diagnosis->model).toHtmlEscaped());
    m_advice->setText(QString::fromStdString(diagnosis->advice));
    m_problem->setText(QString::fromStdString(diagnosis->problem));
    QStringList facts;
    if (!diagnosis->family.empty())
        facts << tr("config.json means %1").arg(QString::fromStdString(diagnosis->family));
    for (const std::string& fact : {faultSummary(*diagnosis), nearestSummary(*diagnosis)})
        if (!fact.empty())
            facts << QString::fromStdString(fact);
    m_summary->setText(facts.join(QStringLiteral(" · ")));
    m_summary->setVisible(!facts.isEmpty());
    fillFaults(diagnosis->faults);
    m_details->setVisible(diagnosis->faults.count() > 0);
    m_details->setChecked(false);
    showDetails(false);
    setAccessibleName(m_title->text());
    setAccessibleDescription(m_advice->text());
}

void DiagnosisPanel::fillFaults(const TableFaults& faults)
{
    m_faults->clear();
    addFaults(tr("Missing"), faults.missing);
    addFaults(tr("Unexpected"), faults.unexpected);
    addFaults(tr("Mis-shaped"), faults.misshaped);
    addFaults(tr("Of a type that is not read"), faults.wrongType);
    m_faults->expandAll();
}

void DiagnosisPanel::addFaults(const QString& title, const TensorFaults& faults)
{
    if (faults.count == 0)
        return;
    auto* kind = new QTreeWidgetItem(
        m_faults, {QStringLiteral("%1 · %2").arg(title, formatCount(faults.count))});
    kind->setFont(Tensor, fonts::head());
    for (const TensorFault& fault : faults.first) {
        const QString type = QString::fromStdString(fault.dtype);
        const QString found = type.isEmpty()
            ? QStringLiteral("—")
            : QStringLiteral("%1  %2").arg(sizesText(fault.found), type);
        new QTreeWidgetItem(kind,
            {QString::fromStdString(fault.name), found,
                fault.wanted.empty() ? QStringLiteral("—") : sizesText(fault.wanted)});
    }
    const auto rest = faults.count - static_cast<std::int64_t>(faults.first.size());
    if (rest > 0)
        new QTreeWidgetItem(kind, {tr("and %1 more").arg(formatCount(rest))});
}

void DiagnosisPanel::showDetails(bool open)
{
    m_details->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
    m_faults->setVisible(open);
}

void DiagnosisPanel::copy() const
{
    const LoadDiagnosis& diagnosis = *m_workspace.diagnosis();
    QGuiApplication::clipboard()->setText(
        QString::fromStdString(diagnosis.problem + '\n' + textOf(diagnosis, kShownFaults)));
}

void DiagnosisPanel::paintEvent(QPaintEvent*)
{
    const Theme theme = Theme::of(palette());
    QPainter painter(this);
    painter.fillRect(rect(), theme.faint(theme.error, kTint));
    painter.fillRect(QRect(0, 0, 3, height()), theme.error);
}

} // namespace espalier
