// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/views/view.h"

#include <QString>

#include <span>

namespace espalier {

enum class ViewArea
{
    Centre,
    Bottom
};

/// A view's row: menus, tabs and docks are built from it.
struct ViewRow
{
    const char* id;
    const char* title; ///< to be translated in context "Views"
    const char* toolTip;
    ViewArea area;
    const char* shortcut;
    View* (*make)(const ViewContext& context, QWidget* parent);
};

[[nodiscard]] std::span<const ViewRow> viewCatalog();
[[nodiscard]] QString titleOf(const ViewRow& row);
[[nodiscard]] QString toolTipOf(const ViewRow& row);

} // namespace espalier
