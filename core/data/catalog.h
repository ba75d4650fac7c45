// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"
#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/recipe/recipe.h"

#include <span>
#include <string_view>

namespace espalier {

class Dataset;
struct DataRequest;

enum class DataKind
{
    Text,
    Images
};

/// What models for a task are fed with.
[[nodiscard]] constexpr DataKind dataKindOf(Task task)
{
    return readsTokens(task) ? DataKind::Text : DataKind::Images;
}
/// "text", "images".
[[nodiscard]] std::string_view nameOf(DataKind kind);

/// A kind of data: one file with an open function and a row in catalog.cpp.
struct DatasetRow
{
    std::string_view id; ///< "demo:garden", "text"; demos are named by it
    std::string_view title;
    std::string_view accepts; ///< what DATA looks like
    DataKind kind;
    bool (*matches)(std::string_view source); ///< asked in the order of the rows
    Result<Dataset> (*open)(const DataRequest& request, const Progress& progress);
};

[[nodiscard]] std::span<const DatasetRow> datasetRows();

/// The row that opens this source for this task. Refused: nothing there, data of the other kind,
/// unknown data, each time with what would do.
[[nodiscard]] Result<const DatasetRow*> datasetRowOf(const DataSpec& spec, Task task);

} // namespace espalier
