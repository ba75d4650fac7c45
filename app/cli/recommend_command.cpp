// SPDX-License-Identifier: GPL-3.0-or-later
//
// recommend: which of several parents is nearest to a wanted shape.

#include "app/cli/command.h"
#include "app/cli/console.h"
#include "app/cli/data_options.h"
#include "app/cli/shape_options.h"
#include "core/engine/recommend.h"

#include <fmt/format.h>

#include <memory>

namespace espalier::cli {

namespace {

struct RecommendArguments
{
    std::vector<std::string> parents;
    std::vector<std::string> shape;
    DataSpec data;
    std::int64_t samples = 64;
};

Status recommend(const RecommendArguments& arguments, const Console& console)
{
    RecommendSettings settings{
        .parents = arguments.parents, .sizes = {}, .data = {}, .samples = arguments.samples};
    const auto sizes = sizesFrom(arguments.shape);
    if (!sizes)
        return sizes.error();
    settings.sizes = *sizes;
    if (!arguments.data.source.empty())
        settings.data = arguments.data;
    const auto fits = recommendParents(settings, console.progress);
    if (!fits)
        return fits.error();
    console.clearProgress();
    fmt::print("{}", alignedTable(rowsOf(parentTable(*fits))));
    return {};
}

} // namespace

void addRecommendCommand(CLI::App& app, Action& action)
{
    auto arguments = std::make_shared<RecommendArguments>();
    CLI::App* command =
        app.add_subcommand("recommend", "Ranks parents by how near they are to a wanted shape");
    command->add_option("PARENTS", arguments->parents, kModelHelp)->required();
    command->add_option("--shape", arguments->shape, "Sizes: layers=4,hidden=96 (others follow)")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->required();
    addDataOptions(*command, arguments->data, "Measuring");
    command->add_option("--samples", arguments->samples, "Samples to measure on")
        ->capture_default_str();
    command->callback([&action, arguments] {
        action = [arguments](const Console& console) {
            return recommend(*arguments, console);
        };
    });
}

} // namespace espalier::cli
