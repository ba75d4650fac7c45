// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/actions.h"

#include <QActionGroup>
#include <QCoreApplication>
#include <QKeySequence>
#include <QWidget>

namespace espalier {
namespace {

struct MenuRow
{
    const char* name;
    const char* title;
};

constexpr MenuRow kMenus[] = {
    {"file", QT_TRANSLATE_NOOP("Actions", "&File")},
    {"edit", QT_TRANSLATE_NOOP("Actions", "&Edit")},
    {"model", QT_TRANSLATE_NOOP("Actions", "&Model")},
    {"race", QT_TRANSLATE_NOOP("Actions", "&Race")},
    {"view", QT_TRANSLATE_NOOP("Actions", "&View")},
    {"help", QT_TRANSLATE_NOOP("Actions", "&Help")},
};

struct ActionRow
{
    Command command;
    const char* menu;
    const char* text;
    const char* shortcut;
    const char* statusTip;
    bool separatorBefore = false;
};

constexpr ActionRow kActions[] = {
    {Command::OpenModel, "file", QT_TRANSLATE_NOOP("Actions", "&Open model…"), "Ctrl+O",
        QT_TRANSLATE_NOOP("Actions", "Open a folder with config.json and weights")},
    {Command::OpenFromHub, "file", QT_TRANSLATE_NOOP("Actions", "Open from &Hub…"), "Ctrl+H",
        QT_TRANSLATE_NOOP(
            "Actions", "Open a model of the Hugging Face Hub, fetching it if need be")},
    {Command::OpenRecipeAsParent, "file", QT_TRANSLATE_NOOP("Actions", "Open recipe &as parent…"),
        "",
        QT_TRANSLATE_NOOP("Actions",
            "The destination of a recipe.json becomes the parent, to be shaped further")},
    {Command::RecommendParent, "file", QT_TRANSLATE_NOOP("Actions", "Recommend a &parent…"),
        "Ctrl+Shift+R",
        QT_TRANSLATE_NOOP(
            "Actions", "Rank models by how near they are to the destination's sizes")},
    {Command::OpenRecipe, "file", QT_TRANSLATE_NOOP("Actions", "Open &recipe…"), "Ctrl+Shift+O",
        QT_TRANSLATE_NOOP("Actions", "Show a recipe.json again: its parent and the destination"),
        true},
    {Command::SaveRecipe, "file", QT_TRANSLATE_NOOP("Actions", "&Save recipe…"), "Ctrl+S",
        QT_TRANSLATE_NOOP(
            "Actions", "Write what makes this destination, for the command line or for later")},
    {Command::GoOn, "file", QT_TRANSLATE_NOOP("Actions", "&Go on from this destination…"), "Ctrl+G",
        QT_TRANSLATE_NOOP(
            "Actions", "Save its recipe and make the destination the parent of a next one")},
    {Command::Export, "file", QT_TRANSLATE_NOOP("Actions", "&Export destination…"), "Ctrl+E",
        QT_TRANSLATE_NOOP("Actions", "Write the destination as a model that other tools load")},
    {Command::SavePicture, "file", QT_TRANSLATE_NOOP("Actions", "Save &picture…"), "Ctrl+Shift+P",
        QT_TRANSLATE_NOOP("Actions", "Write the plot of the current view as PNG, SVG or PDF"),
        true},
    {Command::SaveNumbers, "file", QT_TRANSLATE_NOOP("Actions", "Save &numbers…"), "Ctrl+Shift+N",
        QT_TRANSLATE_NOOP(
            "Actions", "Write the numbers behind the plot of the current view as CSV")},
    {Command::Quit, "file", QT_TRANSLATE_NOOP("Actions", "&Quit"), "Ctrl+Q", "", true},
    {Command::Measure, "model", QT_TRANSLATE_NOOP("Actions", "&Measure again"), "Ctrl+M",
        QT_TRANSLATE_NOOP("Actions", "Score neurons, heads and blocks of the parent on the data")},
    {Command::ChooseData, "model", QT_TRANSLATE_NOOP("Actions", "Choose &data…"), "Ctrl+D",
        QT_TRANSLATE_NOOP("Actions",
            "A text, JSON lines, a folder of texts or images, CIFAR, MNIST, or what is built in")},
    {Command::LinkSizes, "model", QT_TRANSLATE_NOOP("Actions", "&Link sizes"), "Ctrl+L",
        QT_TRANSLATE_NOOP("Actions", "Width moves heads and MLP units by the parent's ratios"),
        true},
    {Command::ParentSize, "model", QT_TRANSLATE_NOOP("Actions", "&Back to the parent's sizes"),
        "Ctrl+0", ""},
    {Command::StartRace, "race", QT_TRANSLATE_NOOP("Actions", "&Start or continue"), "F5",
        QT_TRANSLATE_NOOP(
            "Actions", "Train all lanes in turns, on the same data in the same order")},
    {Command::PauseRace, "race", QT_TRANSLATE_NOOP("Actions", "&Pause"), "F6", ""},
    {Command::StopRace, "race", QT_TRANSLATE_NOOP("Actions", "S&top"), "F7",
        QT_TRANSLATE_NOOP("Actions", "Stop and save a checkpoint of every lane")},
    {Command::AddLane, "race", QT_TRANSLATE_NOOP("Actions", "&Add lane"), "Ctrl+Shift+A",
        QT_TRANSLATE_NOOP("Actions", "Add a lane that starts from the destination as it is now"),
        true},
    {Command::NewRace, "race", QT_TRANSLATE_NOOP("Actions", "&New race"), "Ctrl+N",
        QT_TRANSLATE_NOOP("Actions", "Back to planned lanes; the finished run stays on disk")},
    {Command::ThemeSystem, "view", QT_TRANSLATE_NOOP("Actions", "Theme of the &system"), "", "",
        true},
    {Command::ThemeLight, "view", QT_TRANSLATE_NOOP("Actions", "&Light theme"), "", ""},
    {Command::ThemeDark, "view", QT_TRANSLATE_NOOP("Actions", "&Dark theme"), "", ""},
    {Command::ShowHint, "help", QT_TRANSLATE_NOOP("Actions", "What to try &first"), "F1", ""},
    {Command::About, "help", QT_TRANSLATE_NOOP("Actions", "&About Espalier"), "", ""},
};

QString translated(const char* text)
{
    return QCoreApplication::translate("Actions", text);
}

} // namespace

Actions::Actions(QMenuBar& bar, QWidget& window, const std::function<void(Command)>& run)
{
    for (const MenuRow& row : kMenus)
        m_menus.emplace(QString::fromLatin1(row.name), bar.addMenu(translated(row.title)))
            .first->second->setToolTipsVisible(true); // why an action is disabled
    auto* themes = new QActionGroup(&window);
    for (const ActionRow& row : kActions) {
        QMenu* owner = menu(row.menu);
        if (row.separatorBefore)
            owner->addSeparator();
        QAction* added = owner->addAction(translated(row.text));
        added->setShortcut(QKeySequence(QString::fromLatin1(row.shortcut)));
        if (row.statusTip[0] != '\0')
            added->setStatusTip(translated(row.statusTip));
        QObject::connect(
            added, &QAction::triggered, &window, [run, command = row.command] { run(command); });
        m_actions.emplace(row.command, added);
    }
    for (const Command command : {Command::ThemeSystem, Command::ThemeLight, Command::ThemeDark}) {
        action(command)->setCheckable(true);
        themes->addAction(action(command));
    }
    action(Command::LinkSizes)->setCheckable(true);
}

QMenu* Actions::menu(const char* name) const
{
    return m_menus.at(QString::fromLatin1(name));
}

} // namespace espalier
