// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/export_sidecars.h"

#include "core/architectures/catalog.h"
#include "core/formats/strict_json.h"
#include "core/plan/footprint.h"
#include "core/storage/atomic_file.h"
#include "core/storage/file_bytes.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>

namespace espalier {

namespace {

constexpr std::uintmax_t kMaxFileBytes = std::uintmax_t {256} << 20;
constexpr std::int64_t kBytes = 256;
constexpr const char* kProcessor = "preprocessor_config.json";

constexpr std::array<const char*, 8> kTokenizerFiles = {"tokenizer.json", "tokenizer_config.json",
    "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt", "vocab.txt", "tokenizer.model"};

/// Copies a file if it is there; true if it was.
Result<bool> carryOver(const std::filesystem::path& from, const std::filesystem::path& to, const char* name)
{
    std::error_code error;
    if (from.empty() || !std::filesystem::is_regular_file(from / name, error))
        return false;
    const Result<std::vector<std::uint8_t>> bytes = readFileBytes(from / name, kMaxFileBytes);
    if (!bytes)
        return bytes.error();
    const Status written = writeFileAtomically(to / name, std::string(bytes->begin(), bytes->end()));
    if (!written)
        return written.error();
    return true;
}

/// GPT-2's printable stand-ins for bytes (Radford et al. 2019, bytes_to_unicode): printable Latin-1 bytes stand for
/// themselves, the others follow from U+0100 on.
std::array<char32_t, kBytes> standIns()
{
    std::array<char32_t, kBytes> result = {};
    char32_t next = kBytes;
    for (char32_t byte = 0; byte < kBytes; ++byte) {
        const bool printable = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
        result[byte] = printable ? byte : next++;
    }
    return result;
}

/// UTF-8 of a code point below U+0800.
std::string utf8(char32_t point)
{
    if (point < 0x80)
        return std::string(1, static_cast<char>(point));
    return {static_cast<char>(0xC0 | (point >> 6)), static_cast<char>(0x80 | (point & 0x3F))};
}

std::string tokenizerConfigJson(const ModelConfig& config)
{
    return writeJson(nlohmann::ordered_json {{"tokenizer_class", "PreTrainedTokenizerFast"},
        {"model_max_length", config.shape.positions}, {"clean_up_tokenization_spaces", false}});
}

/// What Dataset does to pixels: resize, x / 255, (x - 0.5) / 0.5.
std::string processorJson(const ModelConfig& config)
{
    const std::vector<double> halves(static_cast<std::size_t>(config.shape.channels), 0.5);
    nlohmann::ordered_json json = {{"image_processor_type", "ViTImageProcessor"}, {"do_resize", true}};
    json["size"] = {{"height", config.shape.imageHeight}, {"width", config.shape.imageWidth}};
    json["resample"] = 2; // bilinear
    json["do_rescale"] = true;
    json["rescale_factor"] = 1.0 / 255;
    json["do_normalize"] = true;
    json["image_mean"] = halves;
    json["image_std"] = halves;
    return writeJson(json);
}

Status writeTokenizer(
    const ModelConfig& config, const std::filesystem::path& parentFolder, const std::filesystem::path& out)
{
    bool carried = false;
    for (const char* name : kTokenizerFiles) {
        const Result<bool> copied = carryOver(parentFolder, out, name);
        if (!copied)
            return copied.error();
        carried = carried || *copied;
    }
    if (carried || config.shape.vocab != kBytes)
        return {};
    if (const Status done = writeFileAtomically(out / "tokenizer.json", byteTokenizerJson()); !done)
        return done;
    return writeFileAtomically(out / "tokenizer_config.json", tokenizerConfigJson(config));
}

} // namespace

std::string byteTokenizerJson()
{
    nlohmann::ordered_json vocab;
    const std::array<char32_t, kBytes> names = standIns();
    for (std::size_t byte = 0; byte < names.size(); ++byte)
        vocab[utf8(names[byte])] = byte;
    nlohmann::ordered_json json = {{"version", "1.0"}, {"truncation", nullptr}, {"padding", nullptr}};
    json["added_tokens"] = nlohmann::ordered_json::array();
    json["normalizer"] = nullptr;
    json["pre_tokenizer"]
        = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", false}};
    json["post_processor"] = nullptr;
    json["decoder"]
        = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", false}};
    json["model"] = {{"type", "BPE"}, {"dropout", nullptr}, {"unk_token", nullptr},
        {"continuing_subword_prefix", nullptr}, {"end_of_word_suffix", nullptr}, {"fuse_unk", false},
        {"byte_fallback", false}, {"ignore_merges", false}};
    json["model"]["vocab"] = std::move(vocab);
    json["model"]["merges"] = nlohmann::ordered_json::array();
    return writeJson(json);
}

Status writeInputFiles(
    const ModelConfig& config, const std::filesystem::path& parentFolder, const std::filesystem::path& out)
{
    if (config.flavour.task == Task::CausalLanguageModel)
        return writeTokenizer(config, parentFolder, out);
    const Result<bool> copied = carryOver(parentFolder, out, kProcessor);
    if (!copied)
        return copied.error();
    return *copied ? Status() : writeFileAtomically(out / kProcessor, processorJson(config));
}

std::string modelCard(const ModelConfig& config, const Recipe* recipe, const std::string& name)
{
    const ModelShape& s = config.shape;
    std::string card = fmt::format("---\nlibrary_name: transformers\ntags:\n- espalier\n---\n\n# {}\n\n", name);
    card += fmt::format("{}, written by Espalier.\n\n", architectureOf(config).title);
    card += fmt::format("| | |\n|---|---|\n| blocks | {} |\n| width | {} |\n| heads | {} of {} |\n| MLP units | {} |\n"
                        "| parameters | {} |\n",
        s.layers, s.hidden, s.heads, s.headDim, s.mlp, footprintOf(config, 4).parameters);
    if (!recipe)
        return card;
    card += fmt::format("\n## How it was made\n\nInitialised from `{}` by the method `{}` (seed {}); `recipe.json` holds "
                        "every setting.\n",
        std::filesystem::path(recipe->parentPath).filename().string(), recipe->method, recipe->seed.value);
    if (recipe->train)
        card += fmt::format("Trained for {} steps of {} samples of {}, learning rate {}.\n", recipe->train->steps,
            recipe->train->batch, std::filesystem::path(recipe->train->data.source).filename().string(),
            recipe->train->learningRate);
    return card;
}

} // namespace espalier
