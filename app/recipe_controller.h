// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/workspace.h"

#include <QUndoStack>

namespace espalier {

/// The only one that edits the recipe. Every edit is undoable; a drag of one slider is one step.
class RecipeController : public QObject
{
    Q_OBJECT
public:
    explicit RecipeController(Workspace& workspace, QObject* parent = nullptr);

    [[nodiscard]] QUndoStack& undoStack()
    {
        return m_undo;
    }

    /// The first recipe for a newly opened parent: half its width, subcloned. Empties the undo
    /// stack.
    void startFor(const ModelSummary& model);
    /// Takes over a recipe of the same parent as one undoable edit.
    void load(const Recipe& recipe, const QString& what);
    /// All sizes as the parent has them.
    void backToParent();

public Q_SLOTS:
    void setSize(espalier::Size size, std::int64_t value, bool dragging);
    void setMethod(const QString& id);
    void setOption(const QString& key, const espalier::OptionValue& value);

private:
    void push(Recipe after, const QString& text);

    Workspace& m_workspace;
    QUndoStack m_undo;
    int m_drag = 0; ///< number of the drag that is going on; edits of one drag merge
};

} // namespace espalier
