// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/catalog.h"
#include "core/data/glyphs.h"
#include "core/engine/guard.h"
#include "core/engine/model_impl.h"
#include "core/engine/open_data.h"
#include "core/engine/session.h"

namespace espalier {

std::vector<DatasetInfo> datasetCatalog()
{
    std::vector<DatasetInfo> catalog;
    for (const DatasetRow& row : datasetRows())
        catalog.push_back(
            {.id = row.id, .title = row.title, .accepts = row.accepts, .kind = nameOf(row.kind)});
    return catalog;
}

Status openData(const Model& model, const DataSpec& data, const Progress& progress)
{
    return guarded([&]() -> Status {
        const Result<Dataset> opened = model.impl().data->open(data, model.config(), progress);
        return opened ? Status{} : Status{opened.error()};
    });
}

std::optional<DataSpec> builtInData(const ModelConfig& config)
{
    const ModelShape& shape = config.shape;
    if (config.flavour.task == Task::CausalLanguageModel)
        return shape.vocab == 256 && shape.positions >= 2
            ? std::optional(DataSpec{.source = "demo:garden"})
            : std::nullopt;
    if (config.flavour.task != Task::ImageClassification)
        return std::nullopt;
    const bool fits = shape.channels == 3 && shape.imageHeight == kGlyphSize
        && shape.imageWidth == kGlyphSize && shape.classes == kGlyphClasses;
    return fits ? std::optional(DataSpec{.source = "demo:glyphs"}) : std::nullopt;
}

} // namespace espalier
