// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// A pytorch_model.bin as torch.save has written it since torch 1.6: a zip archive (zip_file.h) with
//
//     <name>/data.pkl      which tensors there are (core/formats/torch_pickle.h)
//     <name>/data/<key>    one storage: values, little-endian
//     <name>/byteorder     "little", if there
//
// Nothing in it is executed.

#include "core/base/result.h"
#include "core/formats/torch_pickle.h"
#include "core/storage/mapped_file.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace espalier {

class TorchFile
{
public:
    struct Tensor
    {
        PickledTensor pickled;
        std::int64_t begin = 0; ///< first byte in the file
        std::int64_t sizeBytes = 0; ///< of the tensor, row-major
    };

    /// Reads the list of tensors and no values. Errors: Refused, naming file and tensor: as
    /// readStoredZip and readTorchPickle, and storages that are not there or of another size.
    [[nodiscard]] static Result<TorchFile> open(const std::filesystem::path& path);

    [[nodiscard]] const std::vector<Tensor>& tensors() const
    {
        return m_tensors;
    }
    /// Some of a tensor's bytes as they lie row-major; whole elements if the file has another
    /// order. Errors: those of MappedFile::read, naming file and tensor.
    [[nodiscard]] Status read(
        const Tensor& tensor, std::int64_t begin, std::span<std::byte> target) const;
    [[nodiscard]] const std::filesystem::path& path() const
    {
        return m_path;
    }
    /// MappedFile::state().
    [[nodiscard]] const std::string& state() const
    {
        return m_file.state();
    }

private:
    TorchFile(std::filesystem::path path, MappedFile file, std::vector<Tensor> tensors);

    std::filesystem::path m_path;
    MappedFile m_file;
    std::vector<Tensor> m_tensors;
};

} // namespace espalier
