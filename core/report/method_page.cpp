// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/method_page.h"

#include "core/base/expect.h"
#include "core/methods/catalog.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

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

std::string needsAndCost(const Method& method, const Options& options)
{
    const MethodNeeds needs = method.needs(options);
    std::vector<std::string> wanted;
    for (const std::string_view id : needs.measurements)
        wanted.emplace_back(id);
    if (needs.gradients)
        wanted.emplace_back("gradients");
    if (needs.training || (method.learning && method.learning(options)))
        wanted.emplace_back("training steps");
    const std::string first =
        wanted.empty() ? "Needs no data." : fmt::format("Needs {}.", fmt::join(wanted, ", "));
    return fmt::format("{} Costs {}.", first, method.cost);
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
