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

constexpr auto kText = DataKind::Text;
constexpr auto kImages = DataKind::Images;

// clang-format off
constexpr std::array kRows = {
    DatasetRow{"demo:garden", "Garden: sentences with a known entropy", "demo:garden", kText,
        [](std::string_view source) { return source == "demo:garden"; }, openGarden},
    DatasetRow{"demo:glyphs", "Glyphs: drawn shapes, 20 classes", "demo:glyphs", kImages,
        [](std::string_view source) { return source == "demo:glyphs"; }, openGlyphs},
    DatasetRow{"cifar100", "CIFAR-100, binary version", "a folder with train.bin and test.bin, or one such file",
        kImages, isCifar100, openCifar100},
    DatasetRow{"cifar10", "CIFAR-10, binary version", "a folder with data_batch_1.bin … and test_batch.bin, or one such file",
        kImages, isCifar10, openCifar10},
    DatasetRow{"mnist", "MNIST, Fashion-MNIST and their kin", "a folder with train- and t10k-images-idx3-ubyte and -labels-idx1-ubyte, or these as .gz",
        kImages, isMnist, openMnist},
    DatasetRow{"image-folder", "Folder of images", "a folder with one folder of JPEG or PNG images per class, or train/ and test/ or validation/ of that form; images alone can be measured on",
        kImages, isFolder, openImageFolder},
    DatasetRow{"text-folder", "Folder of texts", "a folder with .txt, .md, .rst, .raw, .tokens or .jsonl files in it or below, in parts if these or their folders are named train, validation, test",
        kText, isFolder, openTextFolder},
    DatasetRow{"json-lines", "JSON lines", "a .jsonl or .ndjson file, each line an object with the text in one of its fields (usually \"text\")",
        kText, isJsonLinesFile, openText},
    DatasetRow{"text", "Text file", "any other file, read as text", kText, isPlainFile, openText},
};
// clang-format on

/// What may be named for models of a kind.
std::string wantedFor(DataKind kind)
{
    std::string wanted;
    for (const DatasetRow& row : kRows)
        if (row.kind == kind)
            wanted += fmt::format("{}{}", wanted.empty() ? "" : "; ", row.accepts);
    return wanted;
}

} // namespace

std::string_view nameOf(DataKind kind)
{
    return kind == kText ? "text" : "images";
}

std::span<const DatasetRow> datasetRows()
{
    return kRows;
}

Result<const DatasetRow*> datasetRowOf(const DataSpec& spec, Task task)
{
    const DataKind kind = dataKindOf(task);
    bool isOther = false;
    for (const DatasetRow& row : kRows) {
        if (!row.matches(spec.source))
            continue;
        if (row.kind == kind)
            return &row;
        isOther = true;
    }
    const std::string source = printable(spec.source);
    if (!isOther && !isDemo(spec.source) && !exists(spec.source))
        return refused(fmt::format("{}: no such file or folder", source));
    return refused(fmt::format("{}: found {}, wanted {} for this model: {}", source,
        isOther ? nameOf(kind == kText ? kImages : kText) : "unknown data", nameOf(kind),
        wantedFor(kind)));
}

} // namespace espalier
