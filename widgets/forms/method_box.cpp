// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/forms/method_box.h"

#include "core/methods/catalog.h"
#include "core/report/method_page.h"

namespace espalier {
namespace {

QString text(std::string_view view)
{
    return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size()));
}

QString toolTipOf(const Method& method)
{
    const Result<Options> defaults = completeOptions(method.options, {});
    const QString note =
        defaults ? QString::fromStdString(needsAndCost(method, *defaults)) : QString();
    return QStringList{text(method.summary), note, text(method.paper)}.join(QLatin1Char('\n'));
}

} // namespace

MethodBox::MethodBox(QWidget* parent)
    : ChoiceBox(parent)
{
    for (const Direction direction : {Direction::Shrink, Direction::Grow, Direction::Control}) {
        addGroup(tr(titleOf(direction).data()));
        for (const Method& method : methods()) {
            if (method.direction != direction)
                continue;
            addItem(text(method.title), text(method.id));
            setItemData(count() - 1, toolTipOf(method), Qt::ToolTipRole);
        }
    }
    connect(this, &QComboBox::activated, this,
        [this](int index) { Q_EMIT methodChosen(itemData(index).toString()); });
}

void MethodBox::setMethod(const QString& id)
{
    setCurrentIndex(findData(id));
}

} // namespace espalier
