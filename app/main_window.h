// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/actions.h"
#include "app/engine_bridge.h"
#include "app/lane_controller.h"
#include "app/planner.h"
#include "app/recipe_controller.h"
#include "app/settings.h"
#include "widgets/intents.h"
#include "widgets/theme/theme.h"

#include <QMainWindow>

#include <map>

class QTabWidget;

namespace espalier {

class HintStrip;
class MessageBar;
class StatusStrip;
class View;

/// Puts the parts together: panels and views around one workspace, intents to those who may act on
/// them.
class MainWindow : public QMainWindow
{
    Q_OBJECT
public:
    /// `settings` must outlive the window.
    explicit MainWindow(Settings& settings, QWidget* parent = nullptr);
    ~MainWindow() override;

    /// A folder, hf:ORG/NAME, or a recipe.json, which stands for its destination. False, and told
    /// why, if none can be opened now.
    bool openModel(const QString& model);
    /// Shows what a recipe.json says: its parent, opened if need be, and its destination.
    void openRecipe(const QString& file);
    /// Writes the destination's recipe into `file` and makes the destination the parent.
    void goOnFrom(const QString& file);
    /// Runs are written below this folder; by default the user's data folder.
    void setRunsFolder(const QString& folder)
    {
        m_runs = folder;
    }
    /// Brings a view of the catalog to the front.
    void showView(const QString& id);
    void applyThemeChoice(ThemeChoice choice);

    [[nodiscard]] Workspace& workspace()
    {
        return m_workspace;
    }
    [[nodiscard]] Intents& intents()
    {
        return m_intents;
    }
    [[nodiscard]] RecipeController& recipes()
    {
        return m_recipes;
    }
    [[nodiscard]] EngineBridge& bridge()
    {
        return m_bridge;
    }
    [[nodiscard]] LaneController& lanes()
    {
        return m_lanes;
    }
    [[nodiscard]] View* view(const QString& id) const
    {
        return m_views.value(id);
    }
    [[nodiscard]] QString message() const; ///< what the message bar says, empty if nothing

protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void buildCentre();
    void buildParts();
    void buildMenus();
    QDockWidget* addDock(
        Qt::DockWidgetArea area, const QString& id, const QString& title, QWidget* content);
    void connectIntents();
    void connectWorkspace();
    void run(Command command);
    void startRace();
    void offerInterruptedRun();
    void adopted();
    void askForModel();
    void askForHubModel();
    void askForNearestParent();
    void askForData();
    void askForTraining(int lane);
    [[nodiscard]] QString askForRecipe(const QString& title);
    [[nodiscard]] QString askWhereToSave(const QString& title, const QString& verb);
    void openRecipe();
    void showAwaitedRecipe();
    void showRecipe(const QString& file, const Recipe& recipe); ///< of the parent that is open
    void openRecipeAsParent();
    void saveRecipe();
    bool saveRecipe(const QString& file);
    void goOn();
    void tell(const Error& error);
    void savePlot(bool picture);
    void exportDestination();
    void exportLane(int lane);
    void showHint();
    void about();
    void refreshTitle();
    void refreshActions();
    void refreshRecent();
    [[nodiscard]] View* currentView() const;
    [[nodiscard]] QString destinationTitle() const; ///< "garden-8x96"
    [[nodiscard]] QString freeFolder(const QString& name) const;

    /// A recipe whose parent is being opened; empty file: none.
    struct AwaitedRecipe
    {
        QString file;
        Recipe recipe;
    };

    Settings& m_settings;
    Theme m_systemTheme;
    QString m_runs;
    Workspace m_workspace;
    Intents m_intents;
    Planner m_planner;
    RecipeController m_recipes;
    LaneController m_lanes;
    EngineBridge m_bridge;
    Actions m_actions;
    QHash<QString, View*> m_views;
    QTabWidget* m_tabs = nullptr;
    HintStrip* m_hint = nullptr;
    MessageBar* m_message = nullptr;
    StatusStrip* m_status = nullptr;
    QMenu* m_recent = nullptr;
    QString m_offeredRun;
    AwaitedRecipe m_awaited;
    bool m_closing = false;
};

} // namespace espalier
