// SPDX-License-Identifier: GPL-3.0-or-later
// The part of MainWindow that reads and writes recipes, and goes on from one to the next.

#include "app/main_window.h"
#include "app/message_bar.h"
#include "app/recipe_files.h"
#include "core/engine/spec_files.h"

#include <QDir>
#include <QFileDialog>
#include <QStatusBar>

namespace espalier {
namespace {

constexpr auto kEnding = QLatin1String("json"); // by which a recipe is told from a model
constexpr int kStatusMs = 8000;

QString recipeFilter()
{
    return MainWindow::tr("Recipes (*.json)");
}

} // namespace

QString MainWindow::askForRecipe(const QString& title)
{
    return QFileDialog::getOpenFileName(this, title, QDir::homePath(), recipeFilter());
}

QString MainWindow::askWhereToSave(const QString& title, const QString& verb)
{
    const QString name = destinationTitle() + QLatin1Char('.') + kEnding;
    QFileDialog dialog(this, title, QDir::home().filePath(name), recipeFilter());
    dialog.setAcceptMode(QFileDialog::AcceptSave);
    dialog.setDefaultSuffix(kEnding);
    dialog.selectFile(name);
    dialog.setLabelText(QFileDialog::Accept, verb);
    return dialog.exec() == QDialog::Accepted ? dialog.selectedFiles().constFirst() : QString();
}

void MainWindow::openRecipe()
{
    if (const QString path = askForRecipe(tr("Open a recipe")); !path.isEmpty())
        openRecipe(path);
}

void MainWindow::openRecipe(const QString& file)
{
    const Result<Recipe> recipe = loadRecipe(file.toStdString());
    if (!recipe)
        return tell(recipe.error());
    const ModelSummary* model = m_workspace.model();
    const bool isOpen = model != nullptr
        && (recipe->parentHash.empty() ? recipe->parentPath == model->path
                                       : recipe->parentHash == model->weightsHash);
    if (isOpen)
        return showRecipe(file, *recipe);
    if (openModel(QString::fromStdString(recipe->parentPath)))
        m_awaited = {file, *recipe};
}

void MainWindow::showAwaitedRecipe()
{
    const auto [file, recipe] = std::exchange(m_awaited, {});
    if (!file.isEmpty())
        showRecipe(file, recipe);
}

void MainWindow::showRecipe(const QString& file, const Recipe& wanted)
{
    const ModelSummary& model = *m_workspace.model();
    if (!wanted.parentHash.empty() && wanted.parentHash != model.weightsHash) {
        m_message->show(MessageBar::Kind::Problem,
            tr("%1 was made from other weights than %2 has now.")
                .arg(file, QString::fromStdString(model.path)));
        return;
    }
    Recipe recipe = wanted;
    recipe.shape = askedSizes(model.config.shape,
        destinationShape(model.config.shape, recipe.shape)); // the file may repeat the parent's
    recipe.parentPath = model.path;
    recipe.parentHash = model.weightsHash;
    m_recipes.load(recipe, tr("Recipe %1").arg(QFileInfo(file).fileName()));
}

void MainWindow::openRecipeAsParent()
{
    if (const QString path = askForRecipe(tr("Open the destination of a recipe as parent"));
        !path.isEmpty())
        openModel(path);
}

bool MainWindow::saveRecipe(const QString& file)
{
    const Status saved = writeRecipeFile(m_bridge.repeatableRecipe(), file.toStdString());
    if (saved)
        statusBar()->showMessage(tr("Wrote %1").arg(file), kStatusMs);
    else
        tell(saved.error());
    return saved.ok();
}

void MainWindow::saveRecipe()
{
    if (const QString file = askWhereToSave(tr("Save the recipe"), tr("Save")); !file.isEmpty())
        saveRecipe(file);
}

void MainWindow::goOn()
{
    const QString file = askWhereToSave(
        tr("Save this destination's recipe and go on from it"), tr("Save and go on"));
    if (!file.isEmpty())
        goOnFrom(file);
}

void MainWindow::goOnFrom(const QString& file)
{
    if (saveRecipe(file))
        openModel(file);
}

} // namespace espalier
