// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <hdf5.h>

#include <utility>

namespace espalier {

/// Owns an HDF5 identifier of any kind; negative ones are failures and own nothing.
class Hdf5Handle
{
public:
    Hdf5Handle() = default;
    explicit Hdf5Handle(hid_t id)
        : m_id(id)
    {
    }
    Hdf5Handle(Hdf5Handle&& other) noexcept
        : m_id(std::exchange(other.m_id, -1))
    {
    }
    Hdf5Handle& operator=(Hdf5Handle&& other) noexcept
    {
        std::swap(m_id, other.m_id);
        return *this;
    }
    ~Hdf5Handle()
    {
        if (m_id >= 0)
            H5Idec_ref(m_id);
    }

    [[nodiscard]] hid_t get() const
    {
        return m_id;
    }
    explicit operator bool() const
    {
        return m_id >= 0;
    }

private:
    hid_t m_id = -1;
};

} // namespace espalier
