// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/export_files.h"

#include "core/architectures/catalog.h"
#include "core/data/image_processor.h"
#include "core/engine/byte_tokenizer.h"
#include "core/engine/model_files.h"
#include "core/formats/strict_json.h"
#include "core/storage/atomic_file.h"
#include "core/storage/file_bytes.h"
#include "core/storage/model_file.h"

#include <nlohmann/json.hpp>

#include <functional>
#include <string_view>
#include <system_error>
#include <vector>

namespace espalier {

namespace {

/// Tokenizers of large vocabularies take some 30 MB.
constexpr std::uintmax_t kMaxFileBytes = std::uintmax_t{256} << 20;
constexpr std::int64_t kByteVocabulary = 256;
constexpr int kBilinear = 2; ///< as PIL numbers it

constexpr std::string_view kTokenizerConfig = "tokenizer_config.json";
constexpr std::string_view kTokenizerFiles[] = {"tokenizer.json", kTokenizerConfig,
    "special_tokens_map.json", "vocab.json", "merges.txt", "vocab.txt", "tokenizer.model",
    "added_tokens.json"};
constexpr std::string_view kImageProcessor = "preprocessor_config.json";
constexpr std::string_view kGeneration = "generation_config.json";

std::string_view torchNameOf(Dtype dtype)
{
    switch (dtype) {
    case Dtype::F16:
        return "float16";
    case Dtype::BF16:
        return "bfloat16";
    default:
        return "float32";
    }
}

/// What is to be changed in a file of JSON on its way; nothing: it goes byte by byte.
using Edit = std::function<void(nlohmann::json& document)>;

/// False if the parent has no such file.
Result<bool> carry(std::string_view name, const std::filesystem::path& from,
    const std::filesystem::path& folder, const Edit& edit = {})
{
    std::error_code failed;
    if (from.empty()
        || !std::filesystem::exists(std::filesystem::symlink_status(from / name, failed)))
        return false;
    const Result<std::filesystem::path> file = resolveModelFile(from, name);
    if (!file)
        return file.error();
    if (edit) {
        Result<nlohmann::json> document = readJsonFile(*file, kMaxFileBytes);
        if (!document)
            return document.error();
        edit(*document);
        const Status written = writeFileAtomically(folder / name, writeJson(*document));
        return written ? Result<bool>(true) : written.error();
    }
    const Result<std::vector<std::uint8_t>> bytes = readFileBytes(*file, kMaxFileBytes);
    if (!bytes)
        return bytes.error();
    if (const Status written = writeFileAtomically(folder / name,
            std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size()));
        !written)
        return written.error();
    return true;
}

/// Longest input of the tokenizer: at most the model's, and the model's if it was the parent's.
Edit editOfTokenizer(const ModelShape& own, const ModelShape& shape)
{
    if (own.positions == shape.positions)
        return {};
    return [from = own.positions, to = shape.positions](nlohmann::json& document) {
        constexpr const char* kLongest = "model_max_length";
        if (!document.is_object() || !document.contains(kLongest)
            || !document[kLongest].is_number())
            return;
        const auto longest = document[kLongest].get<double>(); // "no limit" is 1e30
        if (longest == static_cast<double>(from) || longest > static_cast<double>(to))
            document[kLongest] = to;
    };
}

Edit editOfProcessor(const ModelShape& own, const ModelShape& shape)
{
    const ImageSize from = {.height = own.imageHeight, .width = own.imageWidth};
    const ImageSize to = {.height = shape.imageHeight, .width = shape.imageWidth};
    if (from == to || from.height == 0)
        return {};
    return [from, to](nlohmann::json& document) {
        resizeProcessor(document, from, to);
    };
}

std::string imageProcessorJson(std::string_view className, const ModelShape& shape)
{
    const std::vector<double> half(static_cast<std::size_t>(shape.channels), 0.5);
    return writeJson(nlohmann::ordered_json{{"image_processor_type", className},
        {"do_resize", true}, {"size", {{"height", shape.imageHeight}, {"width", shape.imageWidth}}},
        {"resample", kBilinear}, {"do_rescale", true}, {"rescale_factor", 1.0 / 255},
        {"do_normalize", true}, {"image_mean", half}, {"image_std", half}});
}

Status writeByteTokenizer(const ModelShape& shape, const std::filesystem::path& folder)
{
    if (Status written = writeFileAtomically(folder / "tokenizer.json", byteTokenizerJson());
        !written)
        return written;
    return writeFileAtomically(
        folder / "tokenizer_config.json", byteTokenizerConfigJson(shape.positions));
}

} // namespace

Status writeConfigFile(const ModelConfig& config, Dtype dtype, const std::filesystem::path& folder)
{
    const Architecture& architecture = architectureOf(config);
    nlohmann::ordered_json json = architecture.writeConfig(config);
    if (architecture.format == ConfigFormat::Transformers) {
        json.erase("dtype"); // the newer name; both are read, the older one by every version
        json["torch_dtype"] = torchNameOf(dtype);
    }
    return writeFileAtomically(folder / "config.json", writeJson(json));
}

Result<bool> writeProcessorFiles(const ModelConfig& config,
    const std::filesystem::path& parentFolder, const std::filesystem::path& folder)
{
    const ModelShape own = ownShapeOf(parentFolder).value_or(config.shape);
    bool tokenizer = false;
    for (const std::string_view name : kTokenizerFiles) {
        const Result<bool> carried = carry(name, parentFolder, folder,
            name == kTokenizerConfig ? editOfTokenizer(own, config.shape) : Edit());
        if (!carried)
            return carried.error();
        tokenizer = tokenizer || *carried;
    }
    if (const Result<bool> carried = carry(kGeneration, parentFolder, folder); !carried)
        return carried.error();
    const Result<bool> processor =
        carry(kImageProcessor, parentFolder, folder, editOfProcessor(own, config.shape));
    if (!processor)
        return processor.error();
    Status written;
    const std::string_view className = architectureOf(config).imageProcessor;
    if (!className.empty() && !*processor)
        written = writeFileAtomically(
            folder / kImageProcessor, imageProcessorJson(className, config.shape));
    const bool isByteModel = readsTokens(config.flavour.task) && own.vocab == kByteVocabulary;
    if (isByteModel && !tokenizer)
        written = writeByteTokenizer(config.shape, folder);
    if (!written)
        return written.error();
    return tokenizer || isByteModel;
}

std::int64_t bytesIn(const std::filesystem::path& folder)
{
    std::int64_t bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        bytes += static_cast<std::int64_t>(entry.file_size());
    return bytes;
}

} // namespace espalier
