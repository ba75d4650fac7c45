// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/growth_options.h"

#include "app/cli/shape_options.h"
#include "core/base/parse_number.h"
#include "core/base/untrusted_text.h"
#include "core/engine/compare.h"

#include <fmt/format.h>

namespace espalier::cli {

namespace {

std::vector<std::string> splitAt(const std::string& text, char separator)
{
    std::vector<std::string> parts;
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const std::size_t end = std::min(text.find(separator, begin), text.size());
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

bool readCount(std::string_view text, std::int64_t& value)
{
    const auto count = parseNumber<std::int64_t>(text);
    value = count.value_or(value);
    return count && *count >= 0;
}

Result<GrowthStage> stageFrom(const std::string& text, const ModelConfig& before)
{
    constexpr std::string_view kFreeze = "freeze=";
    constexpr std::string_view kGate = "gate=";
    const std::size_t colon = text.find(':');
    const std::vector<std::string> parts = splitAt(text.substr(0, colon), ',');
    GrowthStage stage;
    bool understood = colon != std::string::npos && readCount(parts.front(), stage.atStep);
    std::vector<std::string> sizes;
    for (std::size_t i = 1; i < parts.size(); ++i) {
        if (parts[i] == "moments")
            stage.keepsMoments = true;
        else if (parts[i].starts_with(kFreeze))
            understood =
                understood && readCount(parts[i].substr(kFreeze.size()), stage.frozenSteps);
        else if (parts[i].starts_with(kGate))
            understood = understood && readCount(parts[i].substr(kGate.size()), stage.gateSteps);
        else
            sizes.push_back(parts[i]);
    }
    if (!understood || sizes.empty())
        return refused(fmt::format("--grow: found {}, wanted STEP,SIZE=N:METHOD such as "
                                   "500,layers=8:stackbert",
            inQuotes(text)));
    const Result<ModelShape> shape = shapeFrom(sizes, before, kTrunkSizes);
    if (!shape)
        return shape.error();
    const Result<ComparisonArm> arm = readArm(std::string_view(text).substr(colon + 1));
    if (!arm)
        return arm.error();
    stage.shape = *shape;
    stage.method = arm->method;
    stage.options = arm->options;
    if (stage.frozenSteps > 0)
        stage.frozenLayers = before.shape.layers;
    return stage;
}

} // namespace

void addGrowthOption(CLI::App& command, std::vector<std::string>& texts)
{
    command
        .add_option("--grow", texts,
            "Grow before a step: "
            "STEP,SIZE=N,...[,moments][,freeze=STEPS][,gate=STEPS]:METHOD[:OPTION=VALUE...]; "
            "may be repeated")
        ->group("Training aids");
}

Result<std::vector<GrowthStage>> growthFrom(
    const std::vector<std::string>& texts, const ModelConfig& start)
{
    std::vector<GrowthStage> stages;
    ModelConfig before = start;
    for (const std::string& text : texts) {
        Result<GrowthStage> stage = stageFrom(text, before);
        if (!stage)
            return stage.error();
        before.shape = stage->shape;
        stages.push_back(*std::move(stage));
    }
    return stages;
}

} // namespace espalier::cli
