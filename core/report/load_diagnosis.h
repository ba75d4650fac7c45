// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Why a folder did not open as a model: its config.json and its tensors, by their headers alone,
// against the families' tables.

#include "core/report/table_faults.h"

#include <optional>
#include <string>
#include <vector>

namespace espalier {

/// What is known of a model that did not open.
struct LoadAttempt
{
    std::string model; ///< as a person named it
    std::string problem; ///< why it did not open, one line
    std::optional<std::string> configText = {}; ///< config.json; nothing: none that can be read
    std::optional<ModelConfig> config = {}; ///< nothing: no family reads it
    std::optional<std::vector<StoredHeader>> tensors = {}; ///< nothing: no weights can be read
    std::vector<std::string> files = {}; ///< names in the folder
    std::vector<std::string> modelFolders = {}; ///< folders in it with a config.json of their own
};

/// A family, by how many of the stored names its table knows.
struct FamilyMatch
{
    std::string id;
    std::string title;
    std::int64_t matched = 0;
    std::int64_t names = 0;

    [[nodiscard]] double share() const
    {
        return names > 0 ? static_cast<double>(matched) / static_cast<double>(names) : 0;
    }
};

struct LoadDiagnosis
{
    std::string model;
    std::string problem;
    std::string advice = {}; ///< the one thing to do, a sentence
    std::string family = {}; ///< title of the one that config.json means; empty: none
    std::int64_t tensors = 0; ///< in the files
    TableFaults faults = {}; ///< none unless both config.json and weights can be read
    std::optional<FamilyMatch> nearest = {}; ///< nothing: no names, or none that any family knows
};

[[nodiscard]] LoadDiagnosis diagnose(const LoadAttempt& attempt);

/// "38 tensors in the files, 39 wanted: 2 missing, 1 unexpected"; empty without a table to compare
/// with.
[[nodiscard]] std::string faultSummary(const LoadDiagnosis& diagnosis);
/// "The names are those of GPT-2 (29 of 29 known)"; empty without names.
[[nodiscard]] std::string nearestSummary(const LoadDiagnosis& diagnosis);
/// "h.0.ln_1.bias: found [8], wanted [12]", with what there is of both.
[[nodiscard]] std::string describe(const TensorFault& fault);

/// Everything but the problem in lines, for a terminal or to send to somebody; at most
/// `faultsOfAKind` tensors of each kind.
[[nodiscard]] std::string textOf(const LoadDiagnosis& diagnosis, std::size_t faultsOfAKind = 5);

} // namespace espalier
