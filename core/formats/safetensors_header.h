// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// What a safetensors file may contain. The file is
//
//     8 bytes    n, the length of the header: unsigned, little-endian
//     n bytes    the header: one JSON object in UTF-8; blanks around it are allowed
//     the rest   the tensors' values: little-endian, row-major, back to back
//
// and the header maps every tensor's name to what and where it is; offsets count from the end of
// the header:
//
//     {"__metadata__": {"format": "pt"},
//      "h.0.ln_1.weight": {"dtype": "F32", "shape": [768], "data_offsets": [0, 3072]}, …}
//
// "__metadata__", strings only, is optional. Dimensions of 0 and an empty shape (a scalar) are
// legal. Sorted by offset, every tensor begins where the one before ended, the first at 0, the last
// ends with the file: there are no holes, no overlaps and nothing behind. A dtype we do not compute
// with (F8_E4M3, …) is opaque: it can be listed, not read. Values are not looked at: NaN and
// infinities are possible.
//
// Source: the format section of github.com/huggingface/safetensors.

#include "core/base/dtype.h"
#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

struct TensorEntry
{
    std::string name;
    std::optional<Dtype> dtype; ///< nothing: opaque, see dtypeText
    std::string dtypeText; ///< as the file spells it
    std::vector<std::int64_t> shape;
    std::int64_t begin = 0; ///< first byte, counted from the start of the file
    std::int64_t end = 0; ///< one past the last byte, counted from the start of the file

    [[nodiscard]] std::int64_t sizeBytes() const
    {
        return end - begin;
    }
    [[nodiscard]] std::int64_t elementCount() const;
    bool operator==(const TensorEntry&) const = default;
};

struct SafetensorsLimits
{
    std::int64_t maxHeaderBytes = std::int64_t{32}
        << 20; ///< the format itself allows kMaxSafetensorsHeaderBytes
    std::size_t maxRank = 8;
    bool allowTrailingBytes = false; ///< some writers pad files; on a person's word only
};

inline constexpr std::int64_t kMaxSafetensorsHeaderBytes = 100'000'000;

/// A header that passed every check: parse() is the only way to get one.
/// core/formats/safetensors_layout.h writes them.
class SafetensorsHeader
{
public:
    /// `fileStart` is the file from its first byte, at least as far as its header goes (a mapped
    /// file may be passed whole: only the header is touched); `fileSize` is the size of the whole
    /// file; `where` begins the errors. Errors: Refused, naming file, tensor, found and wanted.
    /// Cost: linear in the header.
    [[nodiscard]] static Result<SafetensorsHeader> parse(std::span<const std::byte> fileStart,
        std::int64_t fileSize, std::string_view where, const SafetensorsLimits& limits = {});

    /// In the order of their bytes in the file.
    [[nodiscard]] const std::vector<TensorEntry>& tensors() const
    {
        return m_tensors;
    }
    [[nodiscard]] const std::map<std::string, std::string>& metadata() const
    {
        return m_metadata;
    }
    [[nodiscard]] const TensorEntry* find(std::string_view name) const; ///< null if there is none
    /// Where the first tensor's bytes begin, counted from the start of the file.
    [[nodiscard]] std::int64_t dataBegin() const
    {
        return m_dataBegin;
    }

private:
    SafetensorsHeader() = default;

    std::vector<TensorEntry> m_tensors;
    std::vector<std::size_t> m_byName; ///< positions in m_tensors, sorted by name
    std::map<std::string, std::string> m_metadata;
    std::int64_t m_dataBegin = 0;
};

} // namespace espalier
