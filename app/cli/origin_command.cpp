// SPDX-License-Identifier: GPL-3.0-or-later
//
// origin: which cell of the first parent a weight of a recipe's destination comes from.

#include "app/cli/command.h"
#include "core/engine/recipe_chain.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>

namespace espalier::cli {

namespace {

struct OriginArguments
{
    std::string recipe;
    std::string parameter;
    std::vector<std::int64_t> index;
};

Status origin(const OriginArguments& arguments, const Console& console)
{
    for (const LineageStep& step : lineageOf(arguments.recipe))
        fmt::print(stderr, "{}\n", describe(step));
    const Result<std::string> cell =
        describeCell(arguments.recipe, arguments.parameter, arguments.index, console.progress);
    if (!cell)
        return cell.error();
    console.clearProgress();
    fmt::print("{}\n", *cell);
    return {};
}

} // namespace

void addOriginCommand(CLI::App& app, Action& action)
{
    auto arguments = std::make_shared<OriginArguments>();
    CLI::App* command = app.add_subcommand(
        "origin", "Says where a weight of a recipe's destination comes from, through all recipes");
    command->add_option("RECIPE", arguments->recipe, "recipe.json")->required();
    command->add_option("--parameter", arguments->parameter, "For example block.0.mlp.up.weight")
        ->required();
    command->add_option("--index", arguments->index, "Row,column (vectors: one number)")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->required();
    command->callback([&action, arguments] {
        action = [arguments](const Console& console) {
            return origin(*arguments, console);
        };
    });
}

} // namespace espalier::cli
