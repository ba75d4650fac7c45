// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/recipe_files.h"

#include "core/engine/recipe_chain.h"
#include "core/engine/spec_files.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>

namespace espalier {
namespace {

bool isSameFile(const std::filesystem::path& one, const std::filesystem::path& other)
{
    std::error_code ignored; // what is not there is no other file
    return std::filesystem::equivalent(one, other, ignored);
}

bool comesFrom(const std::string& model, const std::filesystem::path& file)
{
    if (!isRecipeFile(model))
        return false;
    if (isSameFile(model, file))
        return true;
    const Result<std::vector<Recipe>> chain = recipeChain(model);
    for (const Recipe& recipe : chain ? *chain : std::vector<Recipe>{})
        if (isSameFile(recipe.parentPath, file))
            return true;
    return false;
}

} // namespace

QString modelAt(const QFileInfo& dropped)
{
    if (dropped.isDir())
        return dropped.filePath();
    const std::string file = dropped.filePath().toStdString();
    const bool besideModel = dropped.dir().exists(QStringLiteral("config.json"));
    return isRecipeFile(file) && (!besideModel || loadRecipe(file)) ? dropped.filePath()
                                                                    : dropped.path();
}

QString destinationName(const std::filesystem::path& recipe)
{
    const bool usual = recipe.filename() == "recipe.json" && recipe.has_parent_path();
    return QString::fromStdString(
        (usual ? recipe.parent_path().filename() : recipe.stem()).string());
}

Status writeRecipeFile(const Recipe& recipe, const std::filesystem::path& file)
{
    if (comesFrom(recipe.parentPath, file))
        return refused(QCoreApplication::translate(
            "RecipeFiles", "%1 is what this parent came from; choose another name.")
                           .arg(QString::fromStdString(file.string()))
                           .toStdString());
    return saveRecipe(recipe, file);
}

} // namespace espalier
