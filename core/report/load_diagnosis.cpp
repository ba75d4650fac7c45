// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/report/load_diagnosis.h"

#include "core/architectures/catalog.h"
#include "core/base/untrusted_text.h"
#include "core/report/load_advice.h"
#include "core/report/nearest_family.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace espalier {
namespace {

struct FaultKind
{
    const char* word;
    const TensorFaults* faults;
};

std::vector<FaultKind> kindsOf(const TableFaults& faults)
{
    return {{"missing", &faults.missing}, {"unexpected", &faults.unexpected},
        {"mis-shaped", &faults.misshaped}, {"of a type that is not read", &faults.wrongType}};
}

} // namespace

LoadDiagnosis diagnose(const LoadAttempt& attempt)
{
    LoadDiagnosis diagnosis{.model = attempt.model, .problem = attempt.problem};
    if (attempt.config)
        diagnosis.family = architectureOf(*attempt.config).title;
    if (attempt.tensors) {
        diagnosis.tensors = static_cast<std::int64_t>(attempt.tensors->size());
        diagnosis.nearest =
            nearestFamily(*attempt.tensors, attempt.config ? attempt.config->family : "");
    }
    if (attempt.config && attempt.tensors)
        diagnosis.faults = faultsOf(*attempt.config, *attempt.tensors);
    diagnosis.advice = adviceFor(attempt, diagnosis);
    return diagnosis;
}

std::string faultSummary(const LoadDiagnosis& diagnosis)
{
    if (diagnosis.faults.wantedTensors == 0)
        return {};
    std::vector<std::string> parts;
    for (const FaultKind& kind : kindsOf(diagnosis.faults))
        if (kind.faults->count > 0)
            parts.push_back(fmt::format("{} {}", kind.faults->count, kind.word));
    return fmt::format("{} tensors in the files, {} wanted{}{}", diagnosis.tensors,
        diagnosis.faults.wantedTensors, parts.empty() ? "" : ": ", fmt::join(parts, ", "));
}

std::string nearestSummary(const LoadDiagnosis& diagnosis)
{
    if (!diagnosis.nearest)
        return diagnosis.tensors > 0 ? "No family here knows any of the names" : "";
    const FamilyMatch& nearest = *diagnosis.nearest;
    return nearest.matched == nearest.names
        ? fmt::format("The names are those of {} (all {} known)", nearest.title, nearest.names)
        : fmt::format("The nearest family by names is {} ({} of {} known, {:.0f} %)", nearest.title,
            nearest.matched, nearest.names, 100 * nearest.share());
}

std::string describe(const TensorFault& fault)
{
    std::string text = printable(fault.name);
    if (!fault.found.empty() || !fault.dtype.empty())
        text += fmt::format(
            ": found {} [{}]", printable(fault.dtype, 16), fmt::join(fault.found, ", "));
    if (!fault.wanted.empty() && fault.wanted != fault.found)
        text += fmt::format(
            "{} wanted [{}]", fault.dtype.empty() ? ":" : ",", fmt::join(fault.wanted, ", "));
    return text;
}

std::string textOf(const LoadDiagnosis& diagnosis, std::size_t faultsOfAKind)
{
    std::string text;
    if (!diagnosis.family.empty())
        text += fmt::format("config.json means {}\n", diagnosis.family);
    for (const std::string& line : {faultSummary(diagnosis), nearestSummary(diagnosis)})
        if (!line.empty())
            text += line + '\n';
    for (const FaultKind& kind : kindsOf(diagnosis.faults)) {
        if (kind.faults->count == 0)
            continue;
        text += fmt::format("{}:\n", kind.word);
        const std::size_t shown = std::min(faultsOfAKind, kind.faults->first.size());
        for (std::size_t i = 0; i < shown; ++i)
            text += fmt::format("  {}\n", describe(kind.faults->first[i]));
        if (kind.faults->count > static_cast<std::int64_t>(shown))
            text += fmt::format(
                "  and {} more\n", kind.faults->count - static_cast<std::int64_t>(shown));
    }
    return text + diagnosis.advice + '\n';
}

} // namespace espalier
