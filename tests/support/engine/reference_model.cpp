// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/engine/reference_model.h"

#include "core/storage/tensor_source.h"
#include "core/tensors/tensor_bytes.h"

#include <ATen/ops/empty.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <stdexcept>

namespace espalier::test {
namespace {

using Json = nlohmann::json;

const std::filesystem::path kReferences = std::filesystem::path(ESPALIER_TEST_DATA) / "reference";

/// FNV-1a.
std::uint32_t hashOf(std::string_view name)
{
    std::uint32_t hash = 0x811C9DC5;
    for (const char c : name)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x01000193;
    return hash;
}

/// MurmurHash3's finaliser.
std::uint32_t mixed(std::uint32_t bits)
{
    bits = (bits ^ (bits >> 16)) * 0x85EBCA6B;
    bits = (bits ^ (bits >> 13)) * 0xC2B2AE35;
    return bits ^ (bits >> 16);
}

/// As tests/peers/write_references.py makes them, to the bit: every step but the last is exact.
at::Tensor valuesBy(
    std::string_view name, const std::vector<std::int64_t>& sizes, double center, double scale)
{
    at::Tensor made = at::empty(sizes);
    float* const values = made.mutable_data_ptr<float>();
    const std::uint32_t seed = hashOf(name);
    for (std::int64_t index = 0; index < made.numel(); ++index) {
        const std::uint32_t bits = mixed(seed + static_cast<std::uint32_t>(index) * 0x9E3779B1);
        values[index] = static_cast<float>(center + scale * ((bits >> 8) * 0x1p-23 - 1));
    }
    return made;
}

at::Tensor integersOf(const Json& rows)
{
    at::Tensor made =
        at::empty({std::ssize(rows), std::ssize(rows.at(0))}, at::TensorOptions(at::kLong));
    std::int64_t* next = made.mutable_data_ptr<std::int64_t>();
    for (const Json& row : rows)
        next = std::transform(row.begin(), row.end(), next,
            [](const Json& value) { return value.get<std::int64_t>(); });
    return made;
}

at::Tensor floatsOf(const Json& values, const std::vector<std::int64_t>& sizes)
{
    at::Tensor made = at::empty(sizes);
    if (made.numel() != std::ssize(values))
        throw std::runtime_error("a reference has other sizes than it states");
    std::transform(values.begin(), values.end(), made.mutable_data_ptr<float>(),
        [](const Json& value) { return value.get<float>(); });
    return made;
}

at::Tensor rowsOf(const Json& rows)
{
    Json flat = Json::array();
    for (const Json& row : rows)
        flat.insert(flat.end(), row.begin(), row.end());
    return floatsOf(flat, {std::ssize(rows), std::ssize(rows.at(0))});
}

} // namespace

std::vector<std::string> referenceNames()
{
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(kReferences))
        if (entry.is_directory())
            names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

Reference readReference(const std::string& name)
{
    const Json json = Json::parse(TemporaryFolder::read(kReferences / name / "reference.json"));
    Reference reference;
    for (const auto& [tensor, row] : json.at("tensors").items())
        reference.weights[tensor] = valuesBy(tensor, row.at(0), row.at(1), row.at(2));
    for (const auto& [input, given] : json.at("inputs").items())
        reference.inputs[input] =
            input == "pixel_values" ? valuesBy(input, given, 0, 1) : integersOf(given);
    reference.outputName = json.at("output");
    reference.output = floatsOf(json.at("values"), json.at("sizes"));
    reference.hiddenStates_SD = rowsOf(json.at("hidden_states"));
    return reference;
}

ReferenceFolder::ReferenceFolder(const std::string& name)
{
    std::filesystem::copy_file(kReferences / name / "config.json", path() / "config.json");
    writeTensors(path() / "model.safetensors", readReference(name).weights);
}

void writeTensors(
    const std::filesystem::path& file, const std::map<std::string, at::Tensor>& tensors)
{
    std::vector<TensorSource> sources;
    for (const auto& [name, tensor] : tensors)
        sources.push_back({.spec = {.name = name,
                               .dtype = dtypeOf(tensor.scalar_type()),
                               .shape = tensor.sizes().vec()},
            .bytes = [values = tensor.contiguous()]() -> Result<SourceBytes> {
                return sourceBytesOf(values);
            }});
    if (const Status written = writeSafetensors(file, sources, {{"format", "pt"}}); !written)
        throw std::runtime_error(written.error().message);
}

} // namespace espalier::test
