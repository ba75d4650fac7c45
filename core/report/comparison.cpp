// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/comparison.h"

#include "core/base/expect.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

namespace espalier {

namespace {

using RunsByRate = std::map<double, std::vector<ComparisonRun>>;

/// 97.5 % quantile of Student's t with n - 1 degrees of freedom, n from 2 to 31; 1.96 beyond.
double studentQuantile(std::size_t n)
{
    constexpr std::array<double, 30> kQuantiles = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365,
        2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
        2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
    return n - 2 < kQuantiles.size() ? kQuantiles[n - 2] : 1.96;
}

template <typename Field>
std::vector<double> valuesOf(const std::vector<ComparisonRun>& runs, Field field)
{
    std::vector<double> values;
    values.reserve(runs.size());
    for (const ComparisonRun& run : runs)
        values.push_back(field(run));
    return values;
}

std::vector<double> trainedLosses(const std::vector<ComparisonRun>& runs)
{
    return valuesOf(runs, [](const ComparisonRun& run) { return run.trainedLoss; });
}

/// The mean that rates compete with; anything that is no number loses to everything.
double rank(const std::vector<ComparisonRun>& runs)
{
    const double mean = estimateOf(trainedLosses(runs)).mean;
    return std::isfinite(mean) ? mean : std::numeric_limits<double>::infinity();
}

std::optional<Estimate> accuracyOf(const std::vector<ComparisonRun>& runs)
{
    const bool all = std::all_of(runs.begin(), runs.end(),
        [](const ComparisonRun& run) { return run.trainedAccuracy.has_value(); });
    if (!all)
        return std::nullopt;
    return estimateOf(
        valuesOf(runs, [](const ComparisonRun& run) { return *run.trainedAccuracy; }));
}

ArmSummary summaryOf(const std::string& arm, const RunsByRate& rates)
{
    const auto best = std::min_element(rates.begin(), rates.end(),
        [](const auto& a, const auto& b) { return rank(a.second) < rank(b.second); });
    const std::vector<ComparisonRun>& runs = best->second;
    const double stepSeconds =
        estimateOf(valuesOf(runs, [](const ComparisonRun& run) { return run.stepSeconds; })).mean;
    const double startSeconds =
        estimateOf(valuesOf(runs, [](const ComparisonRun& run) { return run.startSeconds; })).mean;
    return {.arm = arm,
        .untrainedLoss =
            estimateOf(valuesOf(runs, [](const ComparisonRun& run) { return run.untrainedLoss; })),
        .trainedLoss = estimateOf(trainedLosses(runs)),
        .trainedAccuracy = accuracyOf(runs),
        .learningRate = best->first,
        .atEdge = best == rates.begin() || std::next(best) == rates.end(),
        .seeds = static_cast<std::int64_t>(runs.size()),
        .startInSteps = stepSeconds > 0 ? startSeconds / stepSeconds : 0};
}

std::string textOf(const Estimate& estimate, double factor, int digits)
{
    if (!std::isfinite(estimate.mean))
        return "diverged";
    const std::string mean = fmt::format("{:.{}f}", factor * estimate.mean, digits);
    return estimate.halfWidth
        ? fmt::format("{} ± {:.{}f}", mean, factor * *estimate.halfWidth, digits)
        : mean;
}

} // namespace

Estimate estimateOf(const std::vector<double>& values)
{
    ESPALIER_EXPECT(!values.empty(), "a mean of something");
    const auto n = static_cast<double>(values.size());
    double sum = 0;
    for (const double value : values)
        sum += value;
    const double mean = sum / n;
    if (values.size() == 1)
        return {.mean = mean};
    double squares = 0;
    for (const double value : values)
        squares += (value - mean) * (value - mean);
    return {.mean = mean,
        .halfWidth = studentQuantile(values.size()) * std::sqrt(squares / (n - 1) / n)};
}

std::vector<ArmSummary> summarise(const std::vector<ComparisonRun>& runs)
{
    std::vector<std::string> order;
    std::map<std::string, RunsByRate> arms;
    for (const ComparisonRun& run : runs) {
        if (!arms.contains(run.arm))
            order.push_back(run.arm);
        arms[run.arm][run.learningRate].push_back(run);
    }
    std::vector<ArmSummary> summaries;
    for (const std::string& arm : order)
        summaries.push_back(summaryOf(arm, arms.at(arm)));
    const auto key = [](const ArmSummary& summary) {
        const double mean = summary.trainedLoss.mean;
        return std::isfinite(mean) ? mean : std::numeric_limits<double>::infinity();
    };
    std::stable_sort(summaries.begin(), summaries.end(),
        [&](const ArmSummary& a, const ArmSummary& b) { return key(a) < key(b); });
    return summaries;
}

Table comparisonTable(const std::vector<ArmSummary>& summaries)
{
    const bool images = std::any_of(summaries.begin(), summaries.end(),
        [](const ArmSummary& summary) { return summary.trainedAccuracy.has_value(); });
    const auto number = [](std::string title, std::string unit) {
        return TableColumn{std::move(title), std::move(unit), Alignment::Right};
    };
    Table table{.columns = {{.title = "start"}, number("untrained loss", "nats"),
                    number("loss after training", "nats")}};
    if (images)
        table.columns.push_back(number("accuracy", "%"));
    table.columns.push_back(number("learning rate", ""));
    table.columns.push_back(number("cost of the start", "steps"));
    table.columns.push_back(number("seeds", ""));
    for (const ArmSummary& summary : summaries) {
        std::vector<TableCell> row = {
            summary.arm, textOf(summary.untrainedLoss, 1, 3), textOf(summary.trainedLoss, 1, 3)};
        if (images)
            row.emplace_back(summary.trainedAccuracy ? textOf(*summary.trainedAccuracy, 100, 1) : "");
        row.emplace_back(fmt::format("{:g}{}", summary.learningRate, summary.atEdge ? " (edge)" : ""));
        row.emplace_back(fmt::format("{:.1f}", summary.startInSteps));
        row.emplace_back(summary.seeds);
        table.rows.push_back(std::move(row));
    }
    return table;
}

std::string toMarkdown(const Table& table)
{
    std::string head = "|";
    std::string line = "|";
    for (const TableColumn& column : table.columns) {
        head += fmt::format(
            " {}{} |", column.title, column.unit.empty() ? "" : fmt::format(" ({})", column.unit));
        line += column.alignment == Alignment::Right ? "---:|" : "---|";
    }
    std::string text = head + "\n" + line + "\n";
    for (const auto& row : table.rows) {
        text += "|";
        for (const TableCell& cell : row) {
            text += ' ';
            if (const auto* words = std::get_if<std::string>(&cell))
                text += *words;
            else if (const auto* whole = std::get_if<std::int64_t>(&cell))
                text += fmt::format("{}", *whole);
            else if (const auto* real = std::get_if<double>(&cell))
                text += fmt::format("{:g}", *real);
            text += " |";
        }
        text += '\n';
    }
    return text;
}

} // namespace espalier
