// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/run_page.h"

#include "core/report/svg_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace espalier {

namespace {

// Okabe-Ito, darkened where white paper needs it, and as it is on a dark page.
constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--bg:#FAFAF7;--text:#1D1F21;--muted:#6B6F73;--line:#E2E2DC;
--c0:#B86E00;--c1:#2C86BD;--c2:#00805E;--c3:#8A7A00;--c4:#0072B2;--c5:#C24F00;--c6:#A8527F;--c7:#1D1F21}
@media(prefers-color-scheme:dark){:root{--bg:#16181A;--text:#E8E8E4;--muted:#9A9EA3;--line:#32363A;
--c0:#E69F00;--c1:#56B4E9;--c2:#1FBF92;--c3:#F0E442;--c4:#5AA9E0;--c5:#F08040;--c6:#D98FB8;--c7:#E8E8E4}}
body{background:var(--bg);color:var(--text);font:15px/1.5 system-ui,sans-serif;max-width:900px;margin:32px auto;padding:0 16px}
h1{font-size:22px}h2{font-size:16px;margin-top:32px}p.note{color:var(--muted)}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:right;padding:4px 8px;border-bottom:1px solid var(--line)}th:first-child,td:first-child{text-align:left}
th{color:var(--muted);font-weight:500}pre{overflow:auto;border-left:2px solid var(--line);padding-left:12px;font-size:13px}
svg{width:100%}svg text{font:12px system-ui,sans-serif}.axis{fill:var(--muted)}.grid{stroke:var(--line);stroke-width:.5}
.reference{stroke:var(--muted);stroke-dasharray:2 4;fill:none}.label{fill:var(--muted)}
)";

constexpr std::string_view kDashes[] = {
    "none", "7 3", "2 3", "9 3 2 3", "none", "7 3", "2 3", "9 3 2 3"};

std::string laneStyles()
{
    std::string css;
    for (std::size_t i = 0; i < std::size(kDashes); ++i)
        css += fmt::format(".lane{0}{{stroke:var(--c{0});stroke-width:1.8;fill:none;"
                           "stroke-dasharray:{1}}}.label.label{0}{{fill:var(--c{0})}}\n",
            i, kDashes[i]);
    return css;
}

std::string cell(const std::optional<double>& value, std::string_view format)
{
    return value ? fmt::format(fmt::runtime(format), *value) : std::string("–");
}

std::string progressOf(const RunLane& lane)
{
    switch (lane.progress) {
    case LaneProgress::Ready:
    case LaneProgress::Waiting:
        return "not started";
    case LaneProgress::Running:
        return "running";
    case LaneProgress::Paused:
        return "paused";
    case LaneProgress::Stopped:
        return "stopped";
    case LaneProgress::Finished:
        return "finished";
    case LaneProgress::Failed:
        return "failed";
    }
    return {};
}

std::string tableOf(const std::vector<RunLane>& lanes)
{
    const std::optional<double> target = commonTarget(lanes);
    std::string rows;
    for (const RunLane& lane : lanes) {
        const LaneFigures figures = laneFigures(lane, target);
        rows += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>"
                            "<td>{}</td><td>{:.1f}</td><td>{}</td></tr>\n",
            escapedForHtml(lane.title), lane.parameters, figures.step,
            cell(figures.trainLoss, "{:.4f}"), cell(figures.validationLoss, "{:.4f}"),
            cell(figures.stepsToTarget, "{:.0f}"), cell(figures.tokensPerSecond, "{:.0f}"),
            figures.seconds, progressOf(lane));
    }
    const std::string goal =
        target ? fmt::format("steps to {:.4f}", *target) : std::string("steps to target");
    return fmt::format("<table><tr><th>lane</th><th>parameters</th><th>step</th>"
                       "<th>training loss</th><th>validation loss</th><th>{}</th><th>tokens/s</th>"
                       "<th>seconds</th><th></th></tr>\n{}</table>",
        goal, rows);
}

std::string chartOf(
    const std::vector<RunLane>& lanes, std::string_view title, bool validation, RunAxis axis)
{
    const LineChart chart = runChart(lanes, {.axis = axis, .validation = validation});
    const bool drawn = std::any_of(chart.series.begin(), chart.series.end(),
        [](const Series& series) { return !series.x.empty(); });
    return drawn ? fmt::format("<h2>{}</h2>\n{}\n", title, svgOf(chart)) : std::string();
}

std::string settingsOf(const RunLane& lane)
{
    const TrainSettings& train = lane.train;
    std::string text = fmt::format(
        "{} steps of {} samples from {}, learning rate {:g} (warm-up {}, cosine to {:g} of it), "
        "weight decay {:g}, seed {}.",
        train.steps, train.batch, train.data.source, train.learningRate, train.warmupSteps,
        train.finalLearningRateShare, train.weightDecay, train.seed.value);
    if (!lane.note.empty())
        text += " " + lane.note;
    const std::string recipe = lane.recipe.method.empty()
        ? std::string("<p class=\"note\">Trained as it was, without a recipe.</p>")
        : fmt::format("<pre>{}</pre>", escapedForHtml(writeRecipe(lane.recipe)));
    return fmt::format(
        "<h2>{}</h2>\n<p>{}</p>\n{}\n", escapedForHtml(lane.title), escapedForHtml(text), recipe);
}

} // namespace

std::string outcomeOf(const std::vector<RunLane>& lanes)
{
    const std::optional<double> target = commonTarget(lanes);
    if (!target)
        return "Not every lane has been evaluated yet, so there is nothing to compare.";
    std::vector<std::pair<double, std::string>> arrivals;
    for (const RunLane& lane : lanes)
        if (const auto steps = laneFigures(lane, target).stepsToTarget)
            arrivals.emplace_back(*steps, lane.title);
    std::stable_sort(arrivals.begin(), arrivals.end(),
        [](const auto& a, const auto& b) { return a.first < b.first; });
    std::string text;
    for (const auto& [steps, title] : arrivals)
        text += text.empty()
            ? fmt::format("{} reached {:.4f} nats at step {:.0f}", title, *target, steps)
            : fmt::format(", {} at step {:.0f}", title, steps);
    return text + ".";
}

std::string runPage(const std::vector<RunLane>& lanes, std::string_view runName)
{
    std::string page = fmt::format(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>{0}</title>\n"
        "<style>{1}{2}</style>\n<h1>{0}</h1>\n<p>{3}</p>\n",
        escapedForHtml(runName), kStyle, laneStyles(), escapedForHtml(outcomeOf(lanes)));
    page += tableOf(lanes);
    page += chartOf(lanes, "Validation loss by step", true, RunAxis::Step);
    page += chartOf(lanes, "Validation loss by training FLOPs", true, RunAxis::Flops);
    page += chartOf(lanes, "Training loss by step", false, RunAxis::Step);
    page += "<p class=\"note\">“Steps to” is the first evaluation at or below the loss that every "
            "lane reached. Learning rates may differ between lanes; see below.</p>\n";
    for (const RunLane& lane : lanes)
        page += settingsOf(lane);
    return page + "</html>\n";
}

} // namespace espalier
