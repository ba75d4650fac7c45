// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <hdf5.h>

#include <filesystem>

namespace espalier {

/// Walks all links of an open file without following any that leads out of it; see hdf5_file.h for
/// what is refused.
[[nodiscard]] Status checkHdf5File(hid_t file, const std::filesystem::path& path);

/// Turns off plug-ins and HDF5's own printing of errors, for this thread and the process.
void tameHdf5();

} // namespace espalier
