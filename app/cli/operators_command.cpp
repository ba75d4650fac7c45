// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "app/cli/console.h"
#include "core/engine/session.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace espalier::cli {

namespace {

using Json = nlohmann::ordered_json;

Json jsonOf(const LearnedOperators& learned)
{
    const Operators& operators = learned.operators;
    Json json = {{"method", learned.method}, {"parent_sha256", learned.parentHash},
        {"steps", learned.report.losses.size()}, {"seconds", learned.report.seconds},
        {"flops", learned.report.flops}, {"start_norm", learned.report.startNorm},
        {"distance", learned.report.distance}, {"losses", learned.report.losses},
        {"distances", learned.report.distances}};
    json["width"] = Json::array();
    for (std::size_t i = 0; i < operators.width.size(); ++i)
        json["width"].push_back({{"name", nameOf(operators.width[i])},
            {"free_rows", operators.width[i].free.rows}, {"columns", operators.width[i].free.cols},
            {"norm", normOf(operators.width[i].free)}, {"moved", learned.widthMoved[i]}});
    json["depth"] = Json::array();
    for (std::size_t i = 0; i < operators.depth.size(); ++i)
        json["depth"].push_back({{"name", nameOf(operators.depth[i])},
            {"weights", operators.depth[i].weights.values},
            {"blocks", operators.depth[i].weights.rows},
            {"parent_blocks", operators.depth[i].weights.cols}, {"moved", learned.depthMoved[i]}});
    return json;
}

void printWidth(const LearnedOperators& learned)
{
    std::vector<std::vector<std::string>> rows = {{"operator", "C", "|C|", "|C - C0|"}};
    for (std::size_t i = 0; i < learned.operators.width.size(); ++i) {
        const WidthOperator& width = learned.operators.width[i];
        rows.push_back({nameOf(width), fmt::format("{} x {}", width.free.rows, width.free.cols),
            fmt::format("{:.4g}", normOf(width.free)),
            fmt::format("{:.4g}", learned.widthMoved[i])});
    }
    fmt::print("\n{}", alignedTable(rows));
}

/// Weights of parent blocks, one line per destination block.
void printDepth(const DepthOperator& depth, double moved)
{
    std::vector<std::vector<std::string>> rows = {{"block"}};
    for (std::int64_t source = 0; source < depth.weights.cols; ++source)
        rows[0].push_back(fmt::format("{}", source));
    for (std::int64_t block = 0; block < depth.weights.rows; ++block) {
        rows.push_back({fmt::format("{}", block)});
        for (std::int64_t source = 0; source < depth.weights.cols; ++source)
            rows.back().push_back(fmt::format("{:.3f}", depth.weights.at(block, source)));
    }
    fmt::print("\n{}, |w - w0| {:.4g}\n{}", nameOf(depth), moved, alignedTable(rows));
}

void printForPeople(const LearnedOperators& learned)
{
    const LearningReport& report = learned.report;
    fmt::print("{}: {} x {} to {} x {}; {} steps, {:.1f} s, {}FLOPs\n", learned.method,
        learned.parent.layers, learned.parent.hidden, learned.child.layers, learned.child.hidden,
        report.losses.size(), report.seconds, withPrefix(report.flops));
    if (!report.losses.empty())
        fmt::print("batch loss {:.4f} to {:.4f}\n", report.losses.front(), report.losses.back());
    fmt::print("|M0| {:.4g}, |M - M0| {:.4g}\n", report.startNorm, report.distance);
    if (!learned.operators.width.empty())
        printWidth(learned);
    for (std::size_t i = 0; i < learned.operators.depth.size(); ++i)
        printDepth(learned.operators.depth[i], learned.depthMoved[i]);
}

} // namespace

void addOperatorsCommand(CLI::App& app, Action& action)
{
    struct Arguments
    {
        std::string file;
        bool json = false;
    };
    auto arguments = std::make_shared<Arguments>();
    CLI::App* command = app.add_subcommand("operators", "Shows learned operators");
    command->add_option("FILE", arguments->file, "operators.h5 of a learned destination")
        ->required();
    command->add_flag("--json", arguments->json, "Machine-readable");
    command->callback([&action, arguments] {
        action = [arguments](const Console&) -> Status {
            const auto learned = loadOperators(arguments->file);
            if (!learned)
                return learned.error();
            if (arguments->json)
                fmt::print("{}\n", jsonOf(*learned).dump(2));
            else
                printForPeople(*learned);
            return {};
        };
    });
}

} // namespace espalier::cli
