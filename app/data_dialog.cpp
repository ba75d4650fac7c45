// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/data_dialog.h"

#include "core/engine/session.h"
#include "widgets/controls/buttons.h"
#include "widgets/format/number_format.h"
#include "widgets/panels/layout.h"
#include "widgets/theme/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QLineEdit>
#include <QSpinBox>

#include <algorithm>
#include <cmath>

namespace espalier {
namespace {

constexpr int kWidth = 560;
constexpr std::int64_t kByteVocabulary = 256;
constexpr std::int64_t kLongest = 1 << 20; ///< tokens per sample

QString textOf(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

bool isBuiltIn(const DatasetInfo& row)
{
    return row.id.starts_with("demo:");
}

/// The rows of the catalog that suit a task.
std::vector<DatasetInfo> rowsFor(Task task)
{
    std::vector<DatasetInfo> rows = datasetCatalog();
    std::erase_if(rows, [kind = readsTokens(task) ? "text" : "images"](const DatasetInfo& row) {
        return row.kind != kind;
    });
    return rows;
}

/// Why built-in data do not suit a model; empty: they do.
QString misfitOf(const DatasetInfo& data, const ModelConfig& config)
{
    const std::optional<DataSpec> fitting = builtInData(config);
    if (fitting && fitting->source == data.id)
        return {};
    const ModelShape& shape = config.shape;
    if (!readsTokens(config.flavour.task))
        return DataDialog::tr("needs 32 × 32 pixels in 20 classes, the model has %1 × %2 in %3")
            .arg(shape.imageHeight)
            .arg(shape.imageWidth)
            .arg(formatCount(shape.classes));
    if (shape.vocab != kByteVocabulary)
        return DataDialog::tr("needs bytes as tokens, the model has %1 of its own")
            .arg(formatCount(shape.vocab));
    return DataDialog::tr("needs a model that writes text");
}

/// In percent, as the dialog rounds it.
double shownShare(const DataSpec& data)
{
    return std::round(1000 * data.validationShare) / 10;
}

} // namespace

DataDialog::DataDialog(const DataSubject& subject, QWidget* parent)
    : QDialog(parent)
    , m_subject(subject)
    , m_source(new QLineEdit(QString::fromStdString(subject.data.source), this))
    , m_length(new QSpinBox(this))
    , m_field(new QLineEdit(QString::fromStdString(subject.data.textField), this))
    , m_tokenizer(new QLineEdit(QString::fromStdString(subject.data.tokenizer), this))
    , m_skipBroken(new QCheckBox(tr("Leave out pictures that cannot be decoded"), this))
    , m_split(new QComboBox(this))
    , m_share(new QDoubleSpinBox(this))
    , m_problem(makeMuted({}, this))
{
    setWindowTitle(tr("Choose data"));
    setMinimumWidth(kWidth);
    build();
    m_source->selectAll();
    connect(m_source, &QLineEdit::textChanged, this, &DataDialog::check);
    connect(m_tokenizer, &QLineEdit::textChanged, this, &DataDialog::check);
    check();
}

void DataDialog::build()
{
    QVBoxLayout* column = makeColumn(this, space::kSection, space::kControl);
    column->addWidget(makeHead(tr("Data for %1").arg(m_subject.model), this));
    addSource(*column);
    addKinds(*column);
    column->addSpacing(space::kControl);
    addSettings(*column);
    m_problem->setWordWrap(true);
    m_problem->setMinimumHeight(m_problem->fontMetrics().lineSpacing() * 2);
    m_problem->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    column->addWidget(m_problem);
    column->addStretch(1);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_accept = new PrimaryButton(tr("Use these data"), this);
    m_accept->setDefault(true);
    buttons->addButton(m_accept, QDialogButtonBox::AcceptRole);
    column->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

void DataDialog::addSource(QVBoxLayout& column)
{
    QHBoxLayout* row = makeRow(space::kControl);
    m_source->setAccessibleName(tr("Data"));
    m_source->setPlaceholderText(tr("A file, a folder, or something built in"));
    m_source->setClearButtonEnabled(true);
    auto* file = new QPushButton(tr("File…"), this);
    auto* folder = new QPushButton(tr("Folder…"), this);
    for (QWidget* part : std::initializer_list<QWidget*>{m_source, file, folder})
        row->addWidget(part, part == m_source ? 1 : 0);
    column.addLayout(row);
    connect(file, &QPushButton::clicked, this, [this] { browse(false); });
    connect(folder, &QPushButton::clicked, this, [this] { browse(true); });
    QHBoxLayout* builtIn = makeRow(space::kControl);
    builtIn->addWidget(makeMuted(tr("Built in"), this));
    for (const DatasetInfo& data : rowsFor(m_subject.config.flavour.task)) {
        if (!isBuiltIn(data))
            continue;
        auto* chip = new ChipButton(textOf(data.id), this);
        const QString misfit = misfitOf(data, m_subject.config);
        chip->setToolTip(textOf(data.title));
        chip->setEnabled(misfit.isEmpty());
        builtIn->addWidget(chip);
        if (!misfit.isEmpty())
            builtIn->addWidget(makeMuted(misfit, this));
        connect(chip, &ChipButton::clicked, this,
            [this, id = textOf(data.id)] { m_source->setText(id); });
    }
    builtIn->addStretch(1);
    column.addLayout(builtIn);
}

void DataDialog::addKinds(QVBoxLayout& column)
{
    column.addSpacing(space::kControl);
    column.addWidget(makeHead(tr("What can be read"), this));
    for (const DatasetInfo& data : rowsFor(m_subject.config.flavour.task)) {
        if (isBuiltIn(data))
            continue;
        QLabel* kind =
            makeMuted(QStringLiteral("%1: %2").arg(textOf(data.title), textOf(data.accepts)), this);
        kind->setWordWrap(true);
        column.addWidget(kind);
    }
}

void DataDialog::addSettings(QVBoxLayout& column)
{
    auto* form = new QFormLayout;
    form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    form->setHorizontalSpacing(space::kSection);
    form->setVerticalSpacing(space::kControl);
    const bool isText = readsTokens(m_subject.config.flavour.task);
    if (isText)
        addTextSettings(*form);
    else
        form->addRow(m_skipBroken);
    addValidation(*form);
    for (QWidget* part : std::initializer_list<QWidget*>{m_length, m_field, m_tokenizer})
        part->setVisible(isText);
    m_skipBroken->setVisible(!isText);
    m_skipBroken->setChecked(m_subject.data.skipBroken);
    m_skipBroken->setToolTip(
        tr("They are counted and the first is named; otherwise it is refused"));
    column.addLayout(form);
}

void DataDialog::addTextSettings(QFormLayout& form)
{
    m_length->setRange(0, static_cast<int>(std::min(m_subject.config.shape.positions, kLongest)));
    m_length->setSpecialValueText(tr("the model's, at most 128"));
    m_length->setValue(static_cast<int>(m_subject.data.sequenceLength));
    m_length->setToolTip(tr("Length of the windows that a text is cut into"));
    form.addRow(tr("Tokens per sample"), m_length);
    m_field->setToolTip(tr("Which field of JSON lines holds the text"));
    form.addRow(tr("Field of JSON lines"), m_field);
    QHBoxLayout* row = makeRow(space::kControl);
    auto* folder = new QPushButton(tr("Folder…"), this);
    m_tokenizer->setPlaceholderText(m_subject.hasTokenizer ? tr("the model's own")
            : m_subject.config.shape.vocab == kByteVocabulary
            ? tr("none: bytes are tokens")
            : tr("none in the model's folder; choose one"));
    m_tokenizer->setToolTip(tr("A folder with tokenizer.json, vocab.txt or the like, for models "
                               "that come without"));
    row->addWidget(m_tokenizer, 1);
    row->addWidget(folder);
    form.addRow(tr("Tokenizer"), row);
    connect(folder, &QPushButton::clicked, this, &DataDialog::browseTokenizer);
}

/// What losses are measured on: a part that the data come with, or a share set aside.
void DataDialog::addValidation(QFormLayout& form)
{
    m_split->addItem(tr("validation part, else test, else a share"), QString());
    m_split->addItem(tr("validation part, else a share"), QStringLiteral("validation"));
    m_split->addItem(tr("test part"), QStringLiteral("test"));
    m_split->addItem(tr("training part"), QStringLiteral("train"));
    m_split->setCurrentIndex(
        std::max(0, m_split->findData(QString::fromStdString(m_subject.data.split))));
    m_split->setToolTip(tr("The part of the data that losses are measured on.\n"
                           "A share that is set aside is never trained on"));
    m_share->setRange(1, 50);
    m_share->setDecimals(1);
    m_share->setSuffix(tr(" %"));
    m_share->setValue(shownShare(m_subject.data));
    m_share->setAccessibleName(tr("Share set aside"));
    m_share->setToolTip(tr("Set aside of data without a validation or test part:\n"
                           "the end of a text, or every n-th picture"));
    QHBoxLayout* row = makeRow(space::kControl);
    row->addWidget(m_split, 1);
    row->addWidget(m_share);
    form.addRow(tr("Validate on"), row);
    const auto follow = [this] {
        const QString split = m_split->currentData().toString();
        m_share->setEnabled(split.isEmpty() || split == QLatin1String("validation"));
    };
    connect(m_split, &QComboBox::currentIndexChanged, this, follow);
    follow();
}

void DataDialog::browse(bool folder)
{
    const QFileInfo now(m_source->text());
    const QString start = now.exists() ? now.absolutePath() : QDir::homePath();
    const QString picked = folder
        ? QFileDialog::getExistingDirectory(this, tr("Choose a folder of data"), start)
        : QFileDialog::getOpenFileName(this, tr("Choose a file of data"), start);
    if (!picked.isEmpty())
        m_source->setText(picked);
}

void DataDialog::browseTokenizer()
{
    const QString picked =
        QFileDialog::getExistingDirectory(this, tr("Choose a folder with a tokenizer"));
    if (!picked.isEmpty())
        m_tokenizer->setText(picked);
}

void DataDialog::check()
{
    const QString source = m_source->text().trimmed();
    const QString tokenizer = m_tokenizer->text().trimmed();
    QString problem;
    const bool isNamed = !source.isEmpty();
    if (isNamed && !source.startsWith(QLatin1String("demo:")) && !QFileInfo::exists(source))
        problem = tr("There is no file or folder %1.").arg(source);
    else if (!tokenizer.isEmpty() && !QFileInfo(tokenizer).isDir())
        problem = tr("There is no folder %1.").arg(tokenizer);
    m_problem->setText(problem);
    m_accept->setEnabled(isNamed && problem.isEmpty());
}

DataSpec DataDialog::data() const
{
    DataSpec data = m_subject.data;
    data.source = m_source->text().trimmed().toStdString();
    data.sequenceLength = m_length->value();
    data.tokenizer = m_tokenizer->text().trimmed().toStdString();
    data.skipBroken = m_skipBroken->isChecked();
    data.split = m_split->currentData().toString().toStdString();
    if (!qFuzzyCompare(m_share->value(), shownShare(data)))
        data.validationShare = m_share->value() / 100;
    if (const QString field = m_field->text().trimmed(); !field.isEmpty())
        data.textField = field.toStdString();
    return data;
}

} // namespace espalier
