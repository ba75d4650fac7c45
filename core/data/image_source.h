// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace espalier {

/// Labelled images of one size, 8 bits per channel. Safe to read from several threads.
class ImageSource
{
public:
    virtual ~ImageSource() = default;
    [[nodiscard]] virtual std::int64_t count() const = 0;
    /// Writes image `index`, [channels, height, width], and returns its class.
    [[nodiscard]] virtual std::int64_t read(
        std::int64_t index, std::span<std::uint8_t> chw) const = 0;
};

/// Images that lie decoded in memory.
class StoredImages : public ImageSource
{
public:
    /// pixels: [count, channels, height, width].
    StoredImages(std::vector<std::uint8_t> pixels, std::vector<std::int32_t> labels)
        : m_pixels(std::move(pixels))
        , m_labels(std::move(labels))
    {
    }

    [[nodiscard]] std::int64_t count() const override
    {
        return static_cast<std::int64_t>(m_labels.size());
    }
    [[nodiscard]] std::int64_t read(std::int64_t index, std::span<std::uint8_t> chw) const override;

private:
    std::vector<std::uint8_t> m_pixels;
    std::vector<std::int32_t> m_labels;
};

} // namespace espalier
