// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <QMenuBar>

#include <functional>
#include <map>

namespace espalier {

/// Everything that the menus can do.
enum class Command
{
    OpenModel,
    OpenFromHub,
    OpenRecipeAsParent,
    RecommendParent,
    OpenRecipe,
    SaveRecipe,
    GoOn,
    Export,
    SavePicture,
    SaveNumbers,
    Quit,
    Measure,
    ChooseData,
    LinkSizes,
    ParentSize,
    StartRace,
    PauseRace,
    StopRace,
    NewRace,
    AddLane,
    ThemeSystem,
    ThemeLight,
    ThemeDark,
    ShowHint,
    About,
};

/// The menus in their order; those that others fill (recent models, views, undo) are found by name.
class Actions
{
public:
    Actions(QMenuBar& bar, QWidget& window, const std::function<void(Command)>& run);

    [[nodiscard]] QAction* action(Command command) const
    {
        return m_actions.at(command);
    }
    [[nodiscard]] QMenu* menu(
        const char* name) const; ///< "file", "edit", "model", "view", "race", "help"

private:
    std::map<Command, QAction*> m_actions;
    std::map<QString, QMenu*> m_menus;
};

} // namespace espalier
