// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/temporary_folder.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace espalier::test {

/// A tiny model of a family and what transformers or timm makes of it: a folder of
/// tests/data/reference, whose README.md explains it.
struct Reference
{
    std::map<std::string, at::Tensor> weights; ///< by the names that the stock tool writes
    std::map<std::string, at::Tensor> inputs; ///< as forwardFile names them
    std::string outputName; ///< "logits", "last_hidden_state"
    at::Tensor output;
    at::Tensor hiddenStates_SD; ///< of the first sample's last token: before the first block (S =
                                ///< 0) and after each
};

/// Names of all folders, in byte order.
[[nodiscard]] std::vector<std::string> referenceNames();
[[nodiscard]] Reference readReference(const std::string& name);

/// The model as the stock tool would have saved it, config.json and model.safetensors, while the
/// object lives.
class ReferenceFolder
{
public:
    explicit ReferenceFolder(const std::string& name);
    [[nodiscard]] const std::filesystem::path& path() const
    {
        return m_place.path();
    }

private:
    TemporaryFolder m_place;
};

/// fp32 tensors as a safetensors file; integers stay what they are.
void writeTensors(
    const std::filesystem::path& file, const std::map<std::string, at::Tensor>& tensors);

} // namespace espalier::test
