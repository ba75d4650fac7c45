// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/recipe_controller.h"

#include "core/methods/catalog.h"
#include "core/report/model_facts.h"

#include <QUndoCommand>

#include <algorithm>

namespace espalier {
namespace {

/// What an edit says in the Undo menu; sizes name both ends, also after a drag has merged many
/// steps.
struct EditText
{
    QString title;
    std::optional<std::int64_t> from = std::nullopt;
    std::int64_t to = 0;

    [[nodiscard]] QString text() const
    {
        return from ? QStringLiteral("%1 %2 → %3").arg(title).arg(*from).arg(to) : title;
    }
};

class RecipeEdit : public QUndoCommand
{
public:
    RecipeEdit(Workspace& workspace, Recipe after, EditText text, int mergeId)
        : QUndoCommand(text.text())
        , m_workspace(workspace)
        , m_before(workspace.recipe())
        , m_after(std::move(after))
        , m_text(std::move(text))
        , m_mergeId(mergeId)
    {
    }

    void undo() override
    {
        m_workspace.setRecipe(m_before);
    }
    void redo() override
    {
        m_workspace.setRecipe(m_after);
    }
    [[nodiscard]] int id() const override
    {
        return m_mergeId;
    }

    bool mergeWith(const QUndoCommand* other) override
    {
        const auto* next = static_cast<const RecipeEdit*>(other);
        m_after = next->m_after;
        m_text.to = next->m_text.to;
        setText(m_text.text());
        setObsolete(m_after == m_before);
        return true;
    }

private:
    Workspace& m_workspace;
    Recipe m_before;
    Recipe m_after;
    EditText m_text;
    int m_mergeId;
};

QString titleOf(Size size)
{
    switch (size) {
    case Size::Layers:
        return RecipeController::tr("Layers");
    case Size::Hidden:
        return RecipeController::tr("Width");
    case Size::Heads:
        return RecipeController::tr("Heads");
    case Size::KvHeads:
        return RecipeController::tr("Key/value heads");
    case Size::HeadDim:
        return RecipeController::tr("Head size");
    case Size::Mlp:
        return RecipeController::tr("MLP units");
    case Size::Vocab:
        return RecipeController::tr("Vocabulary");
    case Size::Image:
        return RecipeController::tr("Image");
    case Size::Positions:
        return RecipeController::tr("Positions");
    case Size::Classes:
        return RecipeController::tr("Classes");
    }
    return {};
}

std::int64_t nearest(const std::vector<std::int64_t>& legal, std::int64_t value)
{
    const auto distance = [value](std::int64_t x) {
        return x > value ? x - value : value - x;
    };
    return legal.empty()
        ? value
        : *std::min_element(legal.begin(), legal.end(),
            [&](std::int64_t a, std::int64_t b) { return distance(a) < distance(b); });
}

/// The shape as near as this method can make it.
ModelShape fitted(const ShapeBounds& bounds, ModelShape shape)
{
    for (const Size size : kTrunkSizes)
        if (!checkShape(bounds, shape).ok())
            shape = withSize(
                bounds, shape, size, nearest(legalValues(bounds, shape, size), get(shape, size)));
    return shape;
}

QString asText(std::string_view view)
{
    return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size()));
}

} // namespace

RecipeController::RecipeController(Workspace& workspace, QObject* parent)
    : QObject(parent)
    , m_workspace(workspace)
    , m_undo(this)
{
    m_undo.setUndoLimit(500);
}

void RecipeController::startFor(const ModelSummary& model)
{
    Recipe recipe;
    recipe.parentPath = model.path;
    recipe.parentHash = model.weightsHash;
    const Method& method = methods().front();
    recipe.method = method.id;
    const ShapeBounds bounds = boundsOf(method, model.config);
    const ModelShape& parent = model.config.shape;
    const std::int64_t half = nearest(legalValues(bounds, parent, Size::Hidden), parent.hidden / 2);
    recipe.shape = askedSizes(parent, withSize(bounds, parent, Size::Hidden, half));
    m_undo.clear();
    m_workspace.setRecipe(std::move(recipe));
}

void RecipeController::load(const Recipe& recipe, const QString& what)
{
    push(recipe, what);
}

void RecipeController::backToParent()
{
    if (m_workspace.model() == nullptr)
        return;
    Recipe after = m_workspace.recipe();
    const ModelShape& parent = m_workspace.model()->config.shape;
    after.shape = askedSizes(parent, parent);
    push(std::move(after), tr("The parent's sizes"));
}

void RecipeController::setSize(Size size, std::int64_t value, bool dragging)
{
    const Method* method = findMethod(m_workspace.recipe().method);
    if (m_workspace.model() == nullptr || method == nullptr)
        return;
    Recipe after = m_workspace.recipe();
    const ModelShape& parent = m_workspace.model()->config.shape;
    const ModelShape shape = destinationShape(parent, after.shape);
    const std::int64_t before = get(shape, size);
    const ShapeBounds bounds = boundsOf(*method, *m_workspace.model());
    after.shape = askedSizes(parent, withSize(bounds, shape, size, value, m_workspace.sizeLinks()));
    const int mergeId = 1 + m_drag * static_cast<int>(kAllSizes.size()) + static_cast<int>(size);
    if (after != m_workspace.recipe())
        m_undo.push(
            new RecipeEdit(m_workspace, std::move(after), {titleOf(size), before, value}, mergeId));
    if (!dragging)
        ++m_drag;
}

void RecipeController::setMethod(const QString& id)
{
    const Method* method = findMethod(id.toStdString());
    if (method == nullptr || m_workspace.model() == nullptr)
        return;
    Recipe after = m_workspace.recipe();
    after.method = id.toStdString();
    after.options.clear();
    const ModelShape& parent = m_workspace.model()->config.shape;
    after.shape = askedSizes(parent,
        fitted(boundsOf(*method, *m_workspace.model()), destinationShape(parent, after.shape)));
    push(std::move(after), tr("Method %1").arg(asText(method->title)));
}

void RecipeController::setOption(const QString& key, const OptionValue& value)
{
    const Method* method = findMethod(m_workspace.recipe().method);
    if (method == nullptr)
        return;
    Recipe after = m_workspace.recipe();
    QString title = key;
    for (const OptionSpec& spec : method->options) {
        if (asText(spec.key) != key)
            continue;
        title = asText(spec.title);
        if (spec.defaultValue == value)
            after.options.erase(key.toStdString());
        else
            after.options.insert_or_assign(key.toStdString(), value);
    }
    push(std::move(after), tr("%1: %2").arg(title, QString::fromStdString(toText(value))));
}

void RecipeController::push(Recipe after, const QString& text)
{
    if (after != m_workspace.recipe())
        m_undo.push(new RecipeEdit(m_workspace, std::move(after), {text}, -1));
}

} // namespace espalier
