// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/views/catalog.h"

#include "widgets/views/importance_view.h"
#include "widgets/views/methods_view.h"
#include "widgets/views/race_view.h"
#include "widgets/views/residual_view.h"
#include "widgets/views/tensors_view.h"
#include "widgets/views/weights_view.h"

#include <QCoreApplication>

namespace espalier {
namespace {

template <typename T> View* make(const ViewContext& context, QWidget* parent)
{
    return new T(context, parent);
}

constexpr ViewRow kRows[] = {
    {"importance", QT_TRANSLATE_NOOP("Views", "Importance"),
        QT_TRANSLATE_NOOP("Views",
            "Which neurons and heads carry the parent, and which of them the destination keeps"),
        ViewArea::Centre, "Ctrl+1", make<ImportanceView>},
    {"residual", QT_TRANSLATE_NOOP("Views", "Residual stream"),
        QT_TRANSLATE_NOOP(
            "Views", "How much each block changes the residual stream, and what its absence costs"),
        ViewArea::Centre, "Ctrl+2", make<ResidualView>},
    {"weights", QT_TRANSLATE_NOOP("Views", "Weights"),
        QT_TRANSLATE_NOOP("Views",
            "Each weight of the destination beside the parent's weight that it comes from"),
        ViewArea::Centre, "Ctrl+3", make<WeightsView>},
    {"tensors", QT_TRANSLATE_NOOP("Views", "Tensors"),
        QT_TRANSLATE_NOOP(
            "Views", "Every tensor of the parent with its axes, and its size in the destination"),
        ViewArea::Centre, "Ctrl+4", make<TensorsView>},
    {"methods", QT_TRANSLATE_NOOP("Views", "Methods"),
        QT_TRANSLATE_NOOP("Views", "The destination beside the same shape made by another method"),
        ViewArea::Centre, "Ctrl+5", make<MethodsView>},
    {"race", QT_TRANSLATE_NOOP("Views", "Race"),
        QT_TRANSLATE_NOOP("Views", "Trains several starts on the same data, side by side"),
        ViewArea::Bottom, "Ctrl+6", make<RaceView>},
};

} // namespace

std::span<const ViewRow> viewCatalog()
{
    return kRows;
}

QString titleOf(const ViewRow& row)
{
    return QCoreApplication::translate("Views", row.title);
}

QString toolTipOf(const ViewRow& row)
{
    return QCoreApplication::translate("Views", row.toolTip);
}

} // namespace espalier
