// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/report/load_diagnosis.h"

#include <optional>
#include <string_view>

namespace espalier {

/// Why openModel() did not open this MODEL: reads its config.json and the headers of its weights
/// again, no values, and asks no network. Nothing if there is no folder to look into (an .h5, a
/// recipe, a model of the Hub that is not in the cache), or if the error says nothing about it
/// (stopped, too little memory).
[[nodiscard]] std::optional<LoadDiagnosis> diagnoseModel(
    std::string_view model, const Error& error);

} // namespace espalier
