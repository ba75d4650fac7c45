// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/catalog.h"

#include "core/base/untrusted_text.h"
#include "core/data/dataset.h"
#include "core/data/sources.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>

namespace espalier {

namespace {

bool isDemo(std::string_view source)
{
    return source.starts_with("demo:");
}

bool exists(std::string_view source)
{
    std::error_code error;
    return std::filesystem::exists(std::filesystem::path(source), error);
}

constexpr auto kLanguage = Task::CausalLanguageModel;
constexpr auto kImages = Task::ImageClassification;

// clang-format off
constexpr std::array kRows = {
    DatasetRow{"demo:garden", "Garden: sentences with a known entropy", "demo:garden", kLanguage,
        [](std::string_view source) { return source == "demo:garden"; }, openGarden},
    DatasetRow{"demo:glyphs", "Glyphs: drawn shapes, 20 classes", "demo:glyphs", kImages,
        [](std::string_view source) { return source == "demo:glyphs"; }, openGlyphs},
    DatasetRow{"cifar10", "CIFAR-10, binary version", "a folder with data_batch_1.bin … and test_batch.bin, or one such file",
        kImages, isCifar, openCifar},
    DatasetRow{"image-folder", "Folder of images", "a folder with one folder of JPEG or PNG images per class, or train/ and test/ of that form",
        kImages, isFolder, openImageFolder},
    DatasetRow{"text", "Text file", "a text file, read as bytes", kLanguage, isPlainFile, openText},
};
// clang-format on

std::string_view titleOf(Task task)
{
    return task == kLanguage ? "text" : "images";
}

} // namespace

std::span<const DatasetRow> datasetRows()
{
    return kRows;
}

Result<const DatasetRow*> datasetRowOf(const DataSpec& spec, Task task)
{
    const DatasetRow* other = nullptr;
    for (const DatasetRow& row : kRows) {
        if (!row.matches(spec.source))
            continue;
        if (row.task == task)
            return &row;
        other = &row;
    }
    const std::string found = printable(spec.source);
    if (other)
        return refused(fmt::format("{}: found {} ({}), wanted {} for this model", found,
            titleOf(other->task), other->accepts, titleOf(task)));
    if (!isDemo(spec.source) && !exists(spec.source))
        return refused(fmt::format("{}: no such file or folder", found));
    std::string wanted;
    for (const DatasetRow& row : kRows)
        if (row.task == task)
            wanted += fmt::format("{}{}", wanted.empty() ? "" : "; ", row.accepts);
    return refused(fmt::format("{}: unknown data, wanted {}", found, wanted));
}

} // namespace espalier
