// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/forms/growth_form.h"

#include "core/architectures/shape_request.h"
#include "core/methods/catalog.h"
#include "widgets/forms/choice_box.h"
#include "widgets/forms/number_edit.h"
#include "widgets/panels/layout.h"
#include "widgets/theme/theme.h"

#include <QCheckBox>
#include <QGridLayout>
#include <QPushButton>

#include <algorithm>
#include <array>

namespace espalier {
namespace {

/// Sizes that a row asks for; the others follow from them.
constexpr auto kSizes = std::to_array({Size::Layers, Size::Hidden, Size::Mlp});

QString text(std::string_view view)
{
    return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size()));
}

/// Methods that need neither data nor learning can grow a model on its way.
bool growsOnTheWay(const Method& method)
{
    const Result<Options> defaults = completeOptions(method.options, {});
    return method.direction == Direction::Grow && defaults && !method.needs(*defaults).data();
}

} // namespace

struct GrowthForm::Row
{
    GrowthStage stage; ///< what is not shown stays
    NumberEdit* step = nullptr;
    std::array<NumberEdit*, kSizes.size()> sizes = {};
    ChoiceBox* method = nullptr;
    QCheckBox* moments = nullptr;
    NumberEdit* frozen = nullptr;
    NumberEdit* gate = nullptr;
    QPushButton* remove = nullptr;

    [[nodiscard]] std::vector<QWidget*> widgets() const
    {
        return {step, sizes[0], sizes[1], sizes[2], method, moments, frozen, gate, remove};
    }
};

GrowthForm::GrowthForm(QWidget* parent)
    : QWidget(parent)
    , m_grid(new QGridLayout(this))
{
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(space::kControl);
    m_grid->setVerticalSpacing(space::kGroup);
    m_grid->setColumnStretch(4, 1);
    for (const QString& title : {tr("Before step"), tr("Layers"), tr("Width"), tr("MLP units"),
             tr("By"), tr("Moments"), tr("Old frozen, steps"), tr("New gated, steps"), QString()})
        m_heads.push_back(makeMuted(title, this));
    place();
}

GrowthForm::~GrowthForm() = default;

void GrowthForm::setStages(const ModelConfig& start, const std::vector<GrowthStage>& stages)
{
    while (!m_rows.empty())
        remove(m_rows.back().get());
    m_start = start;
    ModelConfig before = start;
    for (const GrowthStage& stage : stages) {
        addRow(stage, before);
        before.shape = resized(before.shape, stage.shape);
    }
}

void GrowthForm::add(std::int64_t steps)
{
    const Result<std::vector<GrowthStage>> typed = stages();
    ModelConfig before = m_start;
    GrowthStage stage;
    stage.atStep = steps / 2;
    if (typed && !typed->empty()) {
        before.shape = typed->back().shape;
        stage.atStep = (typed->back().atStep + steps) / 2;
    }
    stage.shape = before.shape;
    stage.shape.layers *= 2;
    stage.method = "stackbert";
    addRow(stage, before);
    Q_EMIT edited();
}

void GrowthForm::addRow(const GrowthStage& stage, const ModelConfig& before)
{
    auto made = std::make_unique<Row>();
    Row& row = *made;
    row.stage = stage;
    row.step = new NumberEdit(
        tr("Before step"), tr("The model grows before this update; the first is number 0"), this);
    row.step->setNumber(&row.stage.atStep);
    makeSizes(row, before);
    makeMethod(row);
    row.frozen = new NumberEdit(tr("Old frozen, steps"),
        tr("So many steps after growing, embeddings and the old blocks stay as they are.\n"
           "MSLT, arXiv 2011.13635"),
        this);
    row.frozen->setNumber(&row.stage.frozenSteps);
    row.gate = new NumberEdit(tr("New gated, steps"),
        tr("Over so many steps after growing, what is new rises from nothing.\n"
           "Masked structural growth, arXiv 2305.02869"),
        this);
    row.gate->setNumber(&row.stage.gateSteps);
    row.remove = new QPushButton(tr("Remove"), this);
    for (NumberEdit* edit :
        {row.step, row.sizes[0], row.sizes[1], row.sizes[2], row.frozen, row.gate})
        connect(edit, &QLineEdit::textChanged, this, &GrowthForm::edited);
    connect(row.remove, &QPushButton::clicked, this, [this, &row] {
        remove(&row);
        Q_EMIT edited();
    });
    m_rows.push_back(std::move(made));
    place();
}

void GrowthForm::makeSizes(Row& row, const ModelConfig& before)
{
    const SizesGiven given = sizesBetween(before, row.stage.shape);
    const QStringList names = {tr("Layers"), tr("Width"), tr("MLP units")};
    for (std::size_t i = 0; i < kSizes.size(); ++i) {
        const auto& size = given[static_cast<std::size_t>(kSizes[i])];
        row.sizes[i] = new NumberEdit(names[static_cast<int>(i)],
            tr("After growing; empty: as before, and MLP units follow the width"), this);
        row.sizes[i]->setPlaceholderText(
            kSizes[i] == Size::Mlp ? tr("follow") : QString::number(get(before.shape, kSizes[i])));
        row.sizes[i]->setText(size ? QString::number(*size) : QString());
    }
}

void GrowthForm::makeMethod(Row& row)
{
    row.method = new ChoiceBox(this);
    row.method->setAccessibleName(tr("Method"));
    for (const Method& method : methods())
        if (growsOnTheWay(method))
            row.method->addItem(text(method.title), text(method.id));
    row.method->setCurrentIndex(
        std::max(0, row.method->findData(QString::fromStdString(row.stage.method))));
    row.moments = new QCheckBox(tr("keep"), this);
    row.moments->setChecked(row.stage.keepsMoments);
    row.moments->setToolTip(tr("AdamW's moments grow with the weights instead of starting anew.\n"
                               "Staged training, arXiv 2203.06211"));
    connect(row.method, &QComboBox::currentIndexChanged, this, &GrowthForm::edited);
    connect(row.moments, &QCheckBox::toggled, this, &GrowthForm::edited);
}

void GrowthForm::remove(const Row* row)
{
    for (QWidget* widget : row->widgets()) {
        widget->hide();
        widget->deleteLater(); // it may be what was clicked
    }
    std::erase_if(m_rows, [row](const auto& own) { return own.get() == row; });
    place();
}

void GrowthForm::place()
{
    for (std::size_t column = 0; column < m_heads.size(); ++column) {
        m_grid->addWidget(m_heads[column], 0, static_cast<int>(column));
        m_heads[column]->setVisible(!m_rows.empty());
    }
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const std::vector<QWidget*> widgets = m_rows[i]->widgets();
        for (std::size_t column = 0; column < widgets.size(); ++column) {
            m_grid->addWidget(widgets[column], static_cast<int>(i) + 1, static_cast<int>(column));
            widgets[column]->show();
        }
    }
}

Result<GrowthStage> GrowthForm::stageOf(const Row& row, const ModelConfig& before)
{
    GrowthStage stage = row.stage;
    for (const Status& read : {row.step->readInto(&stage.atStep),
             row.frozen->readInto(&stage.frozenSteps), row.gate->readInto(&stage.gateSteps)})
        if (!read)
            return read.error();
    SizesGiven given;
    for (std::size_t i = 0; i < kSizes.size(); ++i) {
        if (row.sizes[i]->isEmpty())
            continue;
        auto& size = given[static_cast<std::size_t>(kSizes[i])].emplace();
        if (const Status read = row.sizes[i]->readInto(&size); !read)
            return read.error();
    }
    stage.shape = shapeWith(anyShapeOf(before), given);
    stage.method = row.method->currentData().toString().toStdString();
    if (stage.method != row.stage.method)
        stage.options.clear();
    stage.keepsMoments = row.moments->isChecked();
    stage.frozenLayers = stage.frozenSteps > 0 ? before.shape.layers : 0;
    return stage;
}

Result<std::vector<GrowthStage>> GrowthForm::stages() const
{
    std::vector<GrowthStage> stages;
    ModelConfig before = m_start;
    for (const auto& row : m_rows) {
        Result<GrowthStage> stage = stageOf(*row, before);
        if (!stage)
            return stage.error();
        before.shape = stage->shape;
        stages.push_back(*std::move(stage));
    }
    return stages;
}

} // namespace espalier
