// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "app/cli/console.h"
#include "core/architectures/catalog.h"
#include "core/base/untrusted_text.h"
#include "core/engine/model_source.h"
#include "core/engine/session.h"
#include "core/formats/strict_json.h"
#include "core/methods/catalog.h"
#include "core/plan/measurement_facts.h"
#include "core/report/method_page.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace espalier::cli {

namespace {

using Json = nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;

struct Listing
{
    Json json = Json::array();
    Rows rows;
};

std::string nameOf(Direction direction)
{
    std::string name(titleOf(direction));
    name.front() = static_cast<char>(std::tolower(name.front()));
    return name;
}

std::string_view typeOf(const OptionSpec& option)
{
    constexpr std::string_view kTypes[] = {
        "bool", "integer", "number", "choice", "list of integers"};
    return kTypes[option.defaultValue.index()];
}

Json toJson(const OptionSpec& option)
{
    Json json = {{"key", option.key}, {"title", option.title}, {"help", option.help},
        {"type", typeOf(option)}};
    std::visit([&](const auto& value) { json["default"] = value; }, option.defaultValue);
    if (option.minimum < option.maximum)
        json["range"] = {option.minimum, option.maximum};
    for (const OptionChoice& choice : option.choices)
        json["choices"].push_back({{"id", choice.id}, {"title", choice.title}});
    if (!option.onlyWhenKey.empty())
        json["only_when"] = {{option.onlyWhenKey, option.onlyWhenValue}};
    return json;
}

Json toJson(const Moves& moves)
{
    return {{"shrink", moves.shrink}, {"grow", moves.grow}, {"multiples", moves.multiples}};
}

/// What a family is known by in config.json.
std::string modelTypeOf(const Architecture& row)
{
    return row.format == ConfigFormat::Timm ? fmt::format("timm {}*", row.modelType)
                                            : std::string(row.modelType);
}

Result<Listing> listArchitectures()
{
    Listing listing{.rows = {{"id", "title", "model_type", "paper"}}};
    for (const Architecture& row : architectures()) {
        listing.rows.push_back({std::string(row.id), std::string(row.title), modelTypeOf(row),
            std::string(row.paper)});
        listing.json.push_back({{"id", row.id}, {"title", row.title},
            {"model_type", modelTypeOf(row)}, {"paper", row.paper}});
    }
    return listing;
}

Result<Listing> listMethods()
{
    Listing listing{.rows = {{"id", "kind", "parameter", "default", "what"}}};
    for (const Method& method : methods()) {
        const Options defaults = *completeOptions(method.options, {});
        const MethodNeeds needs = method.needs(defaults);
        Json json = {{"id", method.id}, {"title", method.title}, {"summary", method.summary},
            {"paper", method.paper}, {"direction", nameOf(method.direction)},
            {"formula", method.formula}, {"evidence", method.evidence},
            {"cost", costOf(method, defaults)},
            {"reach",
                {{"width", toJson(method.reach.width)}, {"depth", toJson(method.reach.depth)},
                    {"keeps_head_dim", method.reach.keepsHeadDim}}},
            {"needs_by_default",
                {{"measurements", needs.measurements}, {"gradients", needs.gradients},
                    {"training", needs.training}, {"fitting", needs.fitting}}},
            {"parameters", Json::array()}};
        listing.rows.push_back({std::string(method.id), nameOf(method.direction), "", "",
            fmt::format("{} ({})", method.summary, method.paper)});
        for (const OptionSpec& option : method.options) {
            json["parameters"].push_back(toJson(option));
            listing.rows.push_back({"", "", std::string(option.key), toText(option.defaultValue),
                std::string(option.title)});
        }
        listing.json.push_back(std::move(json));
    }
    return listing;
}

/// "labels, gradients", "(default)".
std::string needsOf(const MeasurementFacts& row)
{
    std::vector<std::string_view> needs;
    for (const auto& [wanted, what] :
        {std::pair(row.labels, "labels"), std::pair(row.needsGradients(), "gradients"),
            std::pair(row.expensive, "time or memory"), std::pair(row.byDefault, "(default)")})
        if (wanted)
            needs.emplace_back(what);
    return fmt::format("{}", fmt::join(needs, ", "));
}

Result<Listing> listMeasurements()
{
    Listing listing{.rows = {{"id", "needs", "formula", "paper"}}};
    for (const MeasurementFacts& row : measurementFacts()) {
        listing.rows.push_back(
            {std::string(row.id), needsOf(row), std::string(row.formula), std::string(row.paper)});
        listing.json.push_back({{"id", row.id}, {"title", row.title}, {"formula", row.formula},
            {"paper", row.paper}, {"default", row.byDefault},
            {"needs",
                {{"labels", row.labels}, {"gradients", row.needsGradients()},
                    {"expensive", row.expensive}}}});
    }
    return listing;
}

Result<Listing> listDatasets()
{
    Listing listing{.rows = {{"id", "kind", "title", "DATA"}}};
    for (const DatasetInfo& row : datasetCatalog()) {
        listing.rows.push_back({std::string(row.id), std::string(row.kind), std::string(row.title),
            std::string(row.accepts)});
        listing.json.push_back(
            {{"id", row.id}, {"kind", row.kind}, {"title", row.title}, {"accepts", row.accepts}});
    }
    return listing;
}

/// `hf:` and the name is what takes a MODEL, and so is the path.
Result<Listing> listCached()
{
    const Result<std::vector<CachedChoice>> models = modelsInHubCache();
    if (!models)
        return models.error();
    Listing listing{.rows = {{"model", "model_type", "opens as", "bytes", "path"}}};
    for (const auto& [model, family] : *models) {
        listing.rows.push_back({printable("hf:" + model.repository), printable(model.modelType),
            family.empty() ? "-" : family, withPrefix(static_cast<double>(model.bytes)),
            model.path.string()});
        listing.json.push_back({{"model", "hf:" + model.repository},
            {"model_type", model.modelType}, {"family", family}, {"bytes", model.bytes},
            {"fetched", model.fetched}, {"path", model.path.string()}});
    }
    return listing;
}

struct Catalog
{
    const char* name;
    const char* what;
    Result<Listing> (*list)();
    std::string (*pages)() = nullptr; ///< Markdown, where rows carry documentation
};
constexpr Catalog kCatalogs[] = {
    {"architectures", "Model families that can be opened and exported", listArchitectures},
    {"methods", "Ways to initialise a destination, with their parameters", listMethods,
        methodPages},
    {"measurements", "What a calibration pass finds out about a parent", listMeasurements},
    {"datasets", "What DATA may be", listDatasets},
    {"cached", "Models in Hugging Face's cache", listCached},
};

} // namespace

void addListCommand(CLI::App& app, Action& action)
{
    CLI::App* command =
        app.add_subcommand("list", "Lists what is built in, and what is in Hugging Face's cache");
    command->require_subcommand(1);
    for (const Catalog& catalog : kCatalogs) {
        CLI::App* sub = command->add_subcommand(catalog.name, catalog.what);
        auto asJson = std::make_shared<bool>(false); // lives as long as the parser that fills it in
        sub->add_flag("--json", *asJson, "Machine-readable");
        auto asPages = std::make_shared<bool>(false);
        if (catalog.pages)
            sub->add_flag("--pages", *asPages, "Documentation in Markdown");
        sub->callback([&action, list = catalog.list, pages = catalog.pages, asJson, asPages] {
            action = [list, pages, asJson, asPages](const Console&) -> Status {
                if (*asPages) {
                    fmt::print("{}", pages());
                    return {};
                }
                const Result<Listing> listing = list();
                if (!listing)
                    return listing.error();
                fmt::print("{}", *asJson ? writeJson(listing->json) : alignedTable(listing->rows));
                return {};
            };
        });
    }
}

} // namespace espalier::cli
