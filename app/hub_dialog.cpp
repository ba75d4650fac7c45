// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/hub_dialog.h"

#include "widgets/controls/buttons.h"
#include "widgets/format/number_format.h"
#include "widgets/panels/layout.h"
#include "widgets/theme/theme.h"

#include <QDateTime>
#include <QDialogButtonBox>
#include <QDir>
#include <QHeaderView>
#include <QLineEdit>
#include <QLocale>
#include <QProgressBar>
#include <QTreeWidget>
#include <QUrl>

namespace espalier {
namespace {

/// Of the list of models in the cache.
enum KnownColumn
{
    kNameColumn,
    kFamilyColumn,
    kSizeColumn,
    kDateColumn,
    kKnownColumns
};

constexpr int kWidth = 560;
constexpr int kHeight = 520;
constexpr int kRowHeight = 24;

/// A list without frame, header or branches, whose columns are as wide as they need.
QTreeWidget* makeList(const QString& name, QWidget* parent)
{
    auto* list = new QTreeWidget(parent);
    list->setAccessibleName(name);
    list->setRootIsDecorated(false);
    list->setUniformRowHeights(true);
    list->setHeaderHidden(true);
    list->header()->setStretchLastSection(false);
    return list;
}

void fitColumns(QTreeWidget& list)
{
    list.header()->setSectionResizeMode(0, QHeaderView::Stretch);
    for (int column = 1; column < list.columnCount(); ++column)
        list.header()->setSectionResizeMode(column, QHeaderView::ResizeToContents);
}

QString sizeText(std::int64_t bytes)
{
    return formatBytes(static_cast<double>(bytes));
}

QString accessText(const HubPlace& place)
{
    const QString cache = QDir::toNativeSeparators(QString::fromStdString(place.cache.string()));
    const QString kept = HubDialog::tr("Kept in %1.").arg(cache);
    if (place.offline)
        return kept + QLatin1Char(' ')
            + HubDialog::tr("HF_HUB_OFFLINE is set: only what is there can be opened.");
    return kept + QLatin1Char(' ')
        + (place.tokenSource.empty()
                ? HubDialog::tr("No token found; gated and private models need one in HF_TOKEN.")
                : HubDialog::tr("Token from %1.").arg(QString::fromStdString(place.tokenSource)));
}

} // namespace

HubDialog::HubDialog(const HubPlace& place, std::vector<CachedChoice> cached, QWidget* parent)
    : QDialog(parent)
    , m_cached(std::move(cached))
    , m_offline(place.offline)
    , m_host(QUrl(QString::fromStdString(place.endpoint)).host())
    , m_name(new QLineEdit(this))
    , m_known(makeList(tr("Models in the cache"), this))
    , m_filesHead(makeHead({}, this))
    , m_files(makeList(tr("Files to fetch"), this))
    , m_progress(new QProgressBar(this))
    , m_note(makeMuted({}, this))
{
    setWindowTitle(tr("Open from Hub"));
    resize(kWidth, kHeight);
    build(place);
    listCached();
    connect(m_name, &QLineEdit::textChanged, this, &HubDialog::readName);
    connect(m_known, &QTreeWidget::currentItemChanged, this, &HubDialog::pick);
    connect(m_known, &QTreeWidget::itemActivated, this, &HubDialog::proceed);
    connect(m_accept, &QPushButton::clicked, this, &HubDialog::proceed);
    setStep(Step::Name);
}

void HubDialog::build(const HubPlace& place)
{
    QVBoxLayout* column = makeColumn(this, space::kSection, space::kControl);
    column->addWidget(makeHead(tr("Open a model of the Hugging Face Hub"), this));
    QLabel* access = makeMuted(accessText(place), this);
    access->setWordWrap(true);
    column->addWidget(access);
    column->addSpacing(space::kControl);
    m_name->setPlaceholderText(tr("ORG/NAME, or ORG/NAME@revision"));
    m_name->setAccessibleName(tr("Name of the model"));
    m_name->setClearButtonEnabled(true);
    m_name->setToolTip(tr("The name as it stands in the model's address on %1.\n"
                          "A branch, tag or commit may follow after @.")
                           .arg(m_host));
    column->addWidget(m_name);
    column->addSpacing(space::kControl);
    m_filesHead->setTextFormat(Qt::PlainText);
    column->addWidget(m_filesHead);
    m_known->setColumnCount(kKnownColumns);
    m_files->setColumnCount(2);
    m_files->setSelectionMode(QAbstractItemView::NoSelection);
    m_files->setFocusPolicy(Qt::NoFocus);
    column->addWidget(m_known, 1);
    column->addWidget(m_files, 1);
    column->addStretch(0); // where neither list is shown
    m_progress->setRange(0, 0);
    m_progress->setTextVisible(false);
    m_progress->setFixedHeight(4);
    QSizePolicy keepsItsPlace = m_progress->sizePolicy();
    keepsItsPlace.setRetainSizeWhenHidden(true);
    m_progress->setSizePolicy(keepsItsPlace);
    column->addWidget(m_progress);
    m_note->setWordWrap(true);
    m_note->setMinimumHeight(m_note->fontMetrics().lineSpacing() * 3 + space::kGroup);
    m_note->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    column->addWidget(m_note);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_accept = new PrimaryButton(tr("Look up"), this);
    m_accept->setDefault(true);
    buttons->addButton(m_accept, QDialogButtonBox::ActionRole);
    column->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

void HubDialog::listCached()
{
    for (const auto& [model, family] : m_cached) {
        if (family.empty())
            continue;
        auto* row = new QTreeWidgetItem(m_known);
        row->setSizeHint(kNameColumn, QSize(0, kRowHeight));
        row->setText(kNameColumn, QString::fromStdString(model.repository));
        row->setText(kFamilyColumn, QString::fromStdString(family));
        row->setText(kSizeColumn, sizeText(model.bytes));
        row->setText(kDateColumn,
            QLocale().toString(
                QDateTime::fromSecsSinceEpoch(model.fetched).date(), QLocale::ShortFormat));
        for (const int column : {kSizeColumn, kDateColumn})
            row->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
        for (const int column : {kFamilyColumn, kDateColumn})
            row->setForeground(column, Theme::of(palette()).muted);
    }
    fitColumns(*m_known);
}

const CachedModel* HubDialog::cachedNamed(const QString& repository) const
{
    for (const CachedChoice& choice : m_cached)
        if (QString::fromStdString(choice.model.repository) == repository)
            return &choice.model;
    return nullptr;
}

QString HubDialog::model() const
{
    QString name = m_name->text().trimmed();
    // People paste addresses, too.
    for (const QString& before : {QStringLiteral("https://%1/").arg(m_host), QStringLiteral("hf:")})
        if (name.startsWith(before))
            name.remove(0, before.size());
    return QStringLiteral("hf:") + name;
}

void HubDialog::pick(const QTreeWidgetItem* item)
{
    if (item != nullptr)
        m_name->setText(item->text(0));
}

void HubDialog::readName()
{
    if (m_step == Step::Asking)
        Q_EMIT lookUpAbandoned();
    const QString name = model();
    const Result<HubName> parsed = readHubName(name.toStdString());
    if (!parsed) {
        const bool isEmpty = m_name->text().trimmed().isEmpty();
        setStep(Step::Name, isEmpty ? QString() : QString::fromStdString(parsed.error().message));
        return;
    }
    const CachedModel* known = cachedNamed(name.mid(3));
    if (known != nullptr)
        setStep(Step::Open, tr("In the cache: %1.").arg(sizeText(known->bytes)));
    else if (m_offline)
        setStep(Step::Name, tr("Not in the cache, and HF_HUB_OFFLINE forbids to fetch it."));
    else
        setStep(Step::Ask);
}

void HubDialog::setStep(Step step, const QString& note)
{
    m_step = step;
    const bool showsFiles = step == Step::Fetch;
    m_files->setVisible(showsFiles);
    m_known->setVisible(!showsFiles && m_known->topLevelItemCount() > 0);
    m_filesHead->setText(showsFiles ? tr("To be fetched")
            : m_known->topLevelItemCount() == 0
            ? tr("No model that can be opened is in the cache yet.")
            : tr("In the cache"));
    m_progress->setVisible(step == Step::Asking);
    m_accept->setText(step == Step::Fetch ? tr("Fetch and open")
            : step == Step::Open          ? tr("Open")
                                          : tr("Look up"));
    m_accept->setEnabled(step != Step::Name && step != Step::Asking);
    m_note->setText(note);
}

void HubDialog::proceed()
{
    if (m_step == Step::Ask) {
        setStep(Step::Asking, tr("Asking %1 which files there are").arg(m_host));
        Q_EMIT lookUpRequested(model());
    } else if (m_step == Step::Fetch || m_step == Step::Open) {
        accept();
    }
}

void HubDialog::fillFiles(const std::vector<HubFile>& files)
{
    m_files->clear();
    for (const HubFile& file : files) {
        auto* row = new QTreeWidgetItem(m_files);
        row->setSizeHint(0, QSize(0, kRowHeight));
        row->setText(0, QString::fromStdString(file.name));
        row->setText(1, file.bytes ? sizeText(*file.bytes) : tr("unknown size"));
        row->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
    }
    fitColumns(*m_files);
}

void HubDialog::showOffer(const QString& model, const HubOffer& offer)
{
    if (m_step != Step::Asking || model != this->model())
        return;
    fillFiles(offer.files);
    const QString all = sizeText(offer.bytes);
    setStep(Step::Fetch,
        offer.missingBytes == offer.bytes
            ? tr("%1 in all. What has arrived stays, if you cancel.").arg(all)
            : tr("%1 in all, %2 of it still to come.").arg(all, sizeText(offer.missingBytes)));
}

void HubDialog::showProblem(const QString& model, const QString& reason)
{
    if (m_step == Step::Asking && model == this->model())
        setStep(Step::Ask, reason);
}

} // namespace espalier
