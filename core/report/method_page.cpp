// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/method_page.h"

#include "core/base/expect.h"
#include "core/methods/catalog.h"
#include "core/plan/measurement_facts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

namespace espalier {

namespace {

std::string reachOf(const char* what, const Moves& moves)
{
    if (!moves.shrink && !moves.grow)
        return fmt::format("{} stays", what);
    return fmt::format("{} {}{}", what,
        moves.shrink && moves.grow ? "shrinks and grows"
            : moves.shrink         ? "shrinks"
                                   : "grows",
        moves.multiples ? " in whole multiples" : "");
}

std::string rangeOf(const OptionSpec& option)
{
    if (!option.choices.empty()) {
        std::vector<std::string_view> ids;
        for (const OptionChoice& choice : option.choices)
            ids.push_back(choice.id);
        return fmt::format("{}", fmt::join(ids, ", "));
    }
    if (std::holds_alternative<bool>(option.defaultValue))
        return "true, false";
    if (option.minimum < option.maximum)
        return fmt::format("{:g} to {:g}", option.minimum, option.maximum);
    return "";
}

/// A bar would end the cell.
std::string inTable(std::string_view text)
{
    std::string escaped;
    for (const char letter : text)
        escaped += letter == '|' ? std::string("\\|") : std::string(1, letter);
    return escaped;
}

std::string parametersOf(const Method& method)
{
    if (method.options.empty())
        return "";
    std::string text = "\n| parameter | default | values | what |\n|---|---|---|---|\n";
    for (const OptionSpec& option : method.options)
        text += fmt::format("| `{}` | {} | {} | {} |\n", option.key, toText(option.defaultValue),
            rangeOf(option), inTable(option.help));
    return text;
}

Options defaultsOf(const Method& method)
{
    Result<Options> defaults = completeOptions(method.options, {});
    ESPALIER_EXPECT(defaults.ok(), "a method's defaults are legal");
    return *std::move(defaults);
}

/// Steps that a method learns for before it plans or before its plan is used.
std::int64_t learningStepsOf(const Method& method, const Options& options)
{
    if (method.maskLearning)
        return method.maskLearning(options).steps;
    const std::optional<PlanLearning> learning =
        method.learning ? method.learning(options) : std::nullopt;
    return learning ? learning->steps : 0;
}

} // namespace

std::string_view titleOf(Direction direction)
{
    switch (direction) {
    case Direction::Shrink:
        return "Shrink";
    case Direction::Grow:
        return "Grow";
    case Direction::Control:
        return "Control";
    }
    return "";
}

std::string_view textOf(MeasurementPass pass)
{
    switch (pass) {
    case MeasurementPass::Weights:
        return "one pass over the weights";
    case MeasurementPass::Forward:
        return "one forward pass over the calibration samples";
    case MeasurementPass::Backward:
        return "forward and backward passes over the calibration samples";
    }
    return "";
}

/// Of making these together. Empty without any.
std::string measuringCost(std::span<const std::string_view> measurements)
{
    std::optional<MeasurementPass> most;
    std::string further;
    for (const std::string_view id : measurements)
        if (const MeasurementFacts* const facts = findMeasurement(id)) {
            most = std::max(most, std::optional(facts->pass));
            if (!facts->further.empty())
                further.append(", ").append(facts->further);
        }
    return most ? std::string(textOf(*most)) + further : "";
}

std::string costOf(const Method& method, const Options& options)
{
    const MethodNeeds needs = method.needs(options);
    const std::string measuring = measuringCost(needs.measurements);
    // What a row that learns says is about learning.
    const bool rests =
        learningStepsOf(method, defaultsOf(method)) > 0 && learningStepsOf(method, options) == 0;
    if (rests || method.cost.empty())
        return measuring;
    return measuring.empty() ? std::string(method.cost)
                             : fmt::format("{}, {}", measuring, method.cost);
}

std::string needsAndCost(const Method& method, const Options& options)
{
    std::vector<std::string> needs;
    std::vector<std::string_view> measured;
    for (const std::string_view id : method.needs(options).measurements)
        if (const MeasurementFacts* const facts = findMeasurement(id))
            measured.push_back(facts->words);
    if (!measured.empty())
        needs.push_back(fmt::format("{} (measured automatically)", fmt::join(measured, " and ")));
    if (const std::int64_t steps = learningStepsOf(method, options); steps > 0)
        needs.push_back(fmt::format("data to learn on for {} steps", steps));
    if (method.needs(options).fitting)
        needs.push_back("data to fit the spread of rows on");
    const std::string cost = costOf(method, options);
    if (needs.empty() && cost.empty())
        return "Needs no data and costs no more than the copy.";
    return fmt::format("Needs {}. Costs {}.",
        needs.empty() ? "no data" : fmt::format("{}", fmt::join(needs, ", and ")),
        cost.empty() ? "no more than the copy" : cost);
}

std::string methodPage(const Method& method)
{
    return fmt::format(
        "### {} (`{}`)\n\n{}\n\n* Paper: {}\n* Formula: {}\n* Reach: {}; {}; {}\n* {}\n"
        "* {}\n{}",
        method.title, method.id, method.summary, method.paper, method.formula,
        reachOf("width", method.reach.width), reachOf("depth", method.reach.depth),
        method.reach.keepsHeadDim ? "heads stay whole" : "heads may change their size",
        needsAndCost(method, defaultsOf(method)), method.evidence, parametersOf(method));
}

std::string methodPages()
{
    std::string text =
        "# Methods\n\nMade from the catalog by `espalier-cli list methods --pages`.\n";
    for (const Direction direction : {Direction::Shrink, Direction::Grow, Direction::Control}) {
        text += fmt::format("\n## {}\n", titleOf(direction));
        for (const Method& method : methods())
            if (method.direction == direction)
                text += "\n" + methodPage(method);
    }
    return text;
}

} // namespace espalier
