// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

namespace espalier {

/// The folder with demo models, recipes, icons and themes.
///
/// The first that exists of: the environment variable ESPALIER_RESOURCES,
/// <program>/../share/espalier (an installed program), and the source tree that the program was
/// built from. Errors: none; if no folder exists the last one is returned, and opening a file in it
/// names it.
[[nodiscard]] std::filesystem::path resourceFolder();

} // namespace espalier
