// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/panels/destination_panel.h"

#include "core/architectures/catalog.h"
#include "core/methods/catalog.h"
#include "core/report/method_page.h"
#include "core/report/model_facts.h"
#include "widgets/controls/big_number.h"
#include "widgets/controls/buttons.h"
#include "widgets/controls/size_slider.h"
#include "widgets/controls/task_size_edits.h"
#include "widgets/format/number_format.h"
#include "widgets/forms/method_box.h"
#include "widgets/forms/option_form.h"
#include "widgets/panels/layout.h"
#include "widgets/theme/theme.h"

#include <QScrollArea>

#include <optional>

namespace espalier {
namespace {

constexpr int kLeastOptionsHeight = 32; ///< a row; in a small window the sizes come first

QString text(std::string_view view)
{
    return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size()));
}

const Method* methodOf(const Recipe& recipe)
{
    return findMethod(recipe.method);
}

double ratioOf(double value, double parent)
{
    return parent > 0 ? value / parent : 0;
}

/// Whether the workspace's destination computes what its parent does; nothing while it cannot be
/// made.
std::optional<Preservation> preservationIn(const Workspace& workspace)
{
    const Recipe& recipe = workspace.recipe();
    const Method* method = methodOf(recipe);
    if (method == nullptr || workspace.model() == nullptr)
        return std::nullopt;
    const ModelConfig& parent = workspace.model()->config;
    PlanRequest request{.parent = parent,
        .childShape = destinationShape(parent.shape, recipe.shape),
        .options = recipe.options};
    if (!checkRequest(*method, request))
        return std::nullopt;
    return preservationOf(*method, request);
}

} // namespace

DestinationPanel::DestinationPanel(const ViewContext& context, QWidget* parent)
    : QWidget(parent)
    , m_workspace(context.workspace)
    , m_intents(context.intents)
{
    setMinimumWidth(320);
    QVBoxLayout* column = makeColumn(this, space::kPanel, space::kControl);
    buildSizes(column);
    column->addSpacing(space::kControl);
    buildMethod(column);
    buildNumbers(column);

    for (const auto changed : {&Workspace::modelChanged, &Workspace::recipeChanged})
        connect(&m_workspace, changed, this, [this] {
            refreshMethod();
            refreshSizes();
        });
    connect(&m_workspace, &Workspace::sizeLinksChanged, this, &DestinationPanel::refreshSizes);
    connect(&m_workspace, &Workspace::planChanged, this, &DestinationPanel::refreshProblem);
    connect(&m_workspace, &Workspace::raceStateChanged, this, &DestinationPanel::refreshGoOn);
    connect(&m_workspace, &Workspace::footprintChanged, this, &DestinationPanel::refreshFootprint);
    connect(&m_workspace, &Workspace::untrainedLossChanged, this, &DestinationPanel::refreshLoss);
    connect(&m_workspace, &Workspace::parentLossChanged, this, &DestinationPanel::refreshLoss);
    connect(&m_workspace, &Workspace::workChanged, this, [this](Activity activity) {
        if (activity == Activity::Evaluating)
            refreshLoss();
        refreshProblem();
    });
    refreshMethod();
    refreshSizes();
    refreshFootprint();
    refreshLoss();
    refreshProblem();
}

void DestinationPanel::buildSizes(QVBoxLayout* column)
{
    column->addWidget(makeHead(tr("Destination"), this));
    for (const Size size : kTrunkSizes) {
        auto* slider = new SizeSlider(this);
        connect(slider, &SizeSlider::valueEdited, this,
            [this, size](std::int64_t value, bool dragging) {
                Q_EMIT m_intents.sizeEdited(size, value, dragging);
            });
        connect(slider, &SizeSlider::linkEdited, this,
            [this, size](bool closed) { Q_EMIT m_intents.linkEdited(size, closed); });
        slider->setVisible(false);
        m_sliders.emplace(size, slider);
        column->addWidget(slider);
    }
    m_taskSizes = new TaskSizeEdits(this);
    connect(m_taskSizes, &TaskSizeEdits::valueEdited, this,
        [this](Size size, std::int64_t value) { Q_EMIT m_intents.sizeEdited(size, value, false); });
    column->addWidget(m_taskSizes);
}

void DestinationPanel::buildMethod(QVBoxLayout* column)
{
    column->addWidget(makeHead(tr("Method"), this));
    m_method = new MethodBox(this);
    m_method->setAccessibleName(tr("Method"));
    column->addWidget(m_method);
    connect(m_method, &MethodBox::methodChosen, &m_intents, &Intents::methodEdited);
    m_methodNote = makeMuted({}, this);
    m_methodNote->setWordWrap(true);
    column->addWidget(m_methodNote);
    m_options = new OptionForm;
    auto* scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus); // its controls scroll it
    scroll->setWidgetResizable(true);
    scroll->setMinimumHeight(kLeastOptionsHeight);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(m_options);
    m_options->setContentsMargins(0, 0, space::kGroup, 0); // from the scroll bar
    scroll->viewport()->setAutoFillBackground(false);
    m_options->setAutoFillBackground(false);
    column->addWidget(scroll, 1);
    connect(m_options, &OptionForm::optionEdited, &m_intents, &Intents::optionEdited);
    connect(m_options, &OptionForm::refused, &m_intents, &Intents::messageRaised);
    m_problem = new QLabel(this);
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->setWordWrap(true);
    m_problem->setVisible(false);
    column->addWidget(m_problem);
}

void DestinationPanel::buildNumbers(QVBoxLayout* column)
{
    m_parameters = new BigNumber(tr("Parameters"), this);
    m_flops = new BigNumber(tr("FLOPs per token"), this);
    m_loss = new BigNumber(tr("Untrained loss"), this);
    m_flops->setToolTip(tr("Matrix products of one forward pass, a multiply-add counted as two"));
    m_loss->setToolTip(
        tr("Mean cross-entropy of the destination on held-out data before any training,\n"
           "between the parent's loss and that of the uniform guess"));
    QHBoxLayout* pair = makeRow(space::kSection);
    pair->addWidget(m_parameters, 1);
    pair->addWidget(m_flops, 1);
    column->addLayout(pair);
    column->addWidget(m_loss);
    m_goOn = new QPushButton(tr("Go on…"), this);
    m_export = new PrimaryButton(tr("Export…"), this);
    m_export->setToolTip(
        tr("Writes the destination as a model folder, or its config and recipe alone"));
    QHBoxLayout* row = makeRow(space::kControl);
    row->addWidget(m_goOn);
    row->addWidget(m_export, 1);
    column->addLayout(row);
    connect(m_goOn, &QPushButton::clicked, &m_intents, &Intents::goOnRequested);
    connect(m_export, &QPushButton::clicked, &m_intents, &Intents::exportRequested);
}

SizeSlider* DestinationPanel::slider(Size size) const
{
    return m_sliders.at(size);
}

ShapeBounds DestinationPanel::bounds() const
{
    const Method* method = methodOf(m_workspace.recipe());
    return method == nullptr ? ShapeBounds{&m_workspace.model()->config}
                             : boundsOf(*method, *m_workspace.model());
}

ModelShape DestinationPanel::shape() const
{
    return destinationShape(m_workspace.model()->config.shape, m_workspace.recipe().shape);
}

bool DestinationPanel::isOffered(Size size, const ShapeBounds& bounds) const
{
    const ModelShape& parent = m_workspace.model()->config.shape;
    if (get(parent, size) == 0)
        return false;
    const ShapeRules& rules = architectureOf(m_workspace.model()->config).rules;
    if (size == Size::KvHeads)
        return rules.groupedKeyValues;
    return size != Size::HeadDim || !bounds.reach.keepsHeadDim;
}

void DestinationPanel::refreshSizes()
{
    const bool hasModel = m_workspace.model() != nullptr;
    m_method->setEnabled(hasModel);
    for (const auto& [size, slider] : m_sliders) {
        const bool offered = hasModel && isOffered(size, bounds());
        slider->setVisible(offered);
        if (offered)
            slider->setSpec(specOf(size));
    }
    refreshTaskSizes();
}

void DestinationPanel::refreshTaskSizes()
{
    const QString titles[] = {tr("Vocabulary"), tr("Image"), tr("Positions"), tr("Classes")};
    const QString toolTips[] = {
        tr("Tokens that the destination knows.\nFewer: the first ones; more: new ones start as the "
           "mean of all"),
        tr("Height of the images in pixels; the width follows.\nPositions are resampled"),
        tr("Longest text in tokens.\nMore: a table of positions is repeated from its beginning"),
        tr("Classes to tell apart.\nOf another number the head is drawn anew"),
    };
    std::vector<TaskSizeSpec> specs;
    if (m_workspace.model() != nullptr && m_workspace.recipe().shape.layers > 0) {
        const ModelShape& parent = m_workspace.model()->config.shape;
        for (std::size_t i = 0; i < kTaskSizes.size(); ++i)
            if (const Size size = kTaskSizes[i]; hasOwn(parent, size))
                specs.push_back({.size = size,
                    .title = titles[i],
                    .toolTip = toolTips[i],
                    .value = get(shape(), size),
                    .parentValue = get(parent, size),
                    .explain = [this, size](std::int64_t value) {
                        return explainValue(bounds(), shape(), size, value);
                    }});
    }
    m_taskSizes->setVisible(!specs.empty());
    m_taskSizes->setSpecs(std::move(specs));
    m_taskSizes->followInTabOrder(m_sliders.at(Size::Mlp)->lastInTabOrder());
}

SizeSpec DestinationPanel::specOf(Size size) const
{
    const QString titles[] = {tr("Layers"), tr("Width"), tr("Heads"), tr("Key/value heads"),
        tr("Head size"), tr("MLP units")};
    const QString toolTips[] = {
        tr("Blocks of the destination; which of the parent's stay is the method's choice"),
        tr("Channels of the residual stream, d.\nAttention and MLP weights fall with d²"),
        tr("Attention heads of each block.\nWidth = heads × head size"),
        tr("Heads share keys and values in equal groups.\nThey decide the size of the cache"),
        tr("Channels of one attention head"),
        tr("Hidden units of each MLP.\nTwo weights of width × units per block"),
    };
    const ModelShape shape = this->shape();
    const SizeLinks links = m_workspace.sizeLinks();
    const auto index = static_cast<std::size_t>(size);
    SizeSpec spec;
    spec.title = titles[index];
    spec.toolTip = toolTips[index];
    spec.value = get(shape, size);
    spec.parentValue = get(m_workspace.model()->config.shape, size);
    spec.legalValues = legalValues(bounds(), shape, size, links);
    spec.explain = [this, size, shape, links](std::int64_t value) {
        const auto violation = explainValue(bounds(), shape, size, value, links);
        return violation ? QString::fromStdString(violation->rule) : QString();
    };
    if (spec.legalValues.empty())
        spec.legalValues.push_back(spec.value);
    addLink(spec, size);
    return spec;
}

void DestinationPanel::addLink(SizeSpec& spec, Size size) const
{
    const SizeLinks& links = m_workspace.sizeLinks();
    const ShapeRules rules = architectureOf(m_workspace.model()->config).rules;
    const auto state = [](bool closed) {
        return closed ? SizeLink::Closed : SizeLink::Open;
    };
    if (size == Size::Mlp)
        spec.link = state(links.mlp);
    else if (size == Size::KvHeads)
        spec.link = state(links.keyValues);
    else if (size == Size::Heads)
        spec.link = bounds().reach.keepsHeadDim && rules.hiddenIsHeadsTimesHeadDim
            ? SizeLink::Fixed
            : state(links.heads);
    spec.linkToolTip = spec.link == SizeLink::Fixed
        ? tr("Heads keep their size, so their number and the width move together")
        : spec.link == SizeLink::Closed
        ? tr("Follows the width by the parent's ratio.\nClick to let it stay where it is")
        : tr("Stays where it is when the width moves.\nClick to let it follow");
}

void DestinationPanel::refreshMethod()
{
    const Recipe& recipe = m_workspace.recipe();
    const QString id = QString::fromStdString(recipe.method);
    m_method->setMethod(id);
    const Method* method = methodOf(recipe);
    if (method == nullptr)
        return;
    m_method->setToolTip(text(method->summary) + QLatin1Char('\n') + text(method->paper));
    if (m_formMethod != id) {
        m_formMethod = id;
        m_options->setSpecs(method->options);
        m_options->followInTabOrder(m_method);
    }
    m_options->setOptions(recipe.options);
    refreshMethodNote(*method);
}

/// What the method asks for and costs, and what it promises.
void DestinationPanel::refreshMethodNote(const Method& method)
{
    const Result<Options> options = completeOptions(method.options, m_workspace.recipe().options);
    if (!options || m_workspace.model() == nullptr)
        return m_methodNote->clear();
    QString note = QString::fromStdString(needsAndCost(method, *options));
    if (const auto preserved = preservationIn(m_workspace); preserved && preserved->exact)
        note += QLatin1Char(' ') + tr("Computes what the parent does.");
    const MethodNeeds needs = method.needs(*options);
    if (needs.training)
        note +=
            QLatin1Char(' ') + tr("Shown as it begins; it learns when it races or is exported.");
    else if (needs.fitting)
        note +=
            QLatin1Char(' ') + tr("Shown as it begins; it is fitted when it races or is exported.");
    m_methodNote->setText(note);
}

void DestinationPanel::refreshProblem()
{
    const bool waits = m_workspace.work(Activity::Measuring).running
        || m_workspace.work(Activity::Opening).running;
    QString problem =
        m_workspace.model() == nullptr || waits ? QString() : m_workspace.planProblem();
    if (!problem.isEmpty() && m_workspace.measurements() == nullptr
        && m_workspace.data().source.empty())
        problem = tr("Choose data to measure the parent on, or a method that needs none.");
    if (const Failure scoring = m_workspace.failure(Activity::Evaluating);
        problem.isEmpty() && !scoring.what.isEmpty())
        problem = tr("%1: %2").arg(scoring.what, scoring.why);
    if (const auto preserved = preservationIn(m_workspace);
        problem.isEmpty() && preserved && !preserved->reason.empty())
        problem = tr("Does not compute what the parent does: %1.")
                      .arg(QString::fromStdString(preserved->reason));
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
    QPalette colours = m_problem->palette();
    colours.setColor(QPalette::WindowText, Theme::of(palette()).warn);
    m_problem->setPalette(colours);
    m_export->setEnabled(m_workspace.plan() != nullptr);
    refreshGoOn();
}

void DestinationPanel::refreshGoOn()
{
    const QString obstacle = m_workspace.goOnObstacle();
    m_goOn->setEnabled(obstacle.isEmpty());
    m_goOn->setToolTip(obstacle.isEmpty()
            ? tr("Saves this recipe and makes the destination the parent of a next one:\n"
                 "first narrower, then deeper, or down in steps")
            : obstacle);
}

void DestinationPanel::refreshFootprint()
{
    const auto& child = m_workspace.footprint();
    if (!child || m_workspace.model() == nullptr) {
        m_parameters->setNumber(QStringLiteral("—"));
        m_flops->setNumber(QStringLiteral("—"));
        return;
    }
    const Footprint& parent = m_workspace.parentFootprint();
    const bool isLanguage = readsTokens(m_workspace.model()->config.flavour.task);
    m_parameters->setNumber(formatParameters(static_cast<double>(child->parameters)), {},
        formatRatio(ratioOf(
            static_cast<double>(child->parameters), static_cast<double>(parent.parameters))));
    m_parameters->setToolTip(child->kvCacheBytesPerToken > 0
            ? tr("%1 of weights, %2 of key and value cache per token")
                  .arg(formatBytes(static_cast<double>(child->bytes)),
                      formatBytes(static_cast<double>(child->kvCacheBytesPerToken)))
            : tr("%1 of weights").arg(formatBytes(static_cast<double>(child->bytes))));
    m_flops->setTitle(isLanguage ? tr("FLOPs per token") : tr("FLOPs per image"));
    m_flops->setNumber(formatSi(child->forwardFlops), {},
        formatRatio(ratioOf(child->forwardFlops, parent.forwardFlops)));
}

void DestinationPanel::refreshLoss()
{
    const auto& loss = m_workspace.untrainedLoss();
    const auto& parent = m_workspace.parentLoss();
    m_loss->setPending(m_workspace.work(Activity::Evaluating).running);
    m_loss->reserveScale(m_workspace.destinationHasLoss());
    if (!loss) {
        m_loss->setNumber(QStringLiteral("—"));
        m_loss->clearScale();
        return;
    }
    m_loss->setNumber(formatValue(loss->loss, 3), tr("nats"),
        parent && parent->loss > 0 ? formatRatio(loss->loss / parent->loss) : QString());
    if (parent)
        m_loss->setScale(loss->loss,
            {{parent->loss, tr("parent"), PlotRole::Parent},
                {loss->chance, tr("chance"), PlotRole::Muted}});
}

} // namespace espalier
