// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/hub/fetch_plan.h"
#include "core/hub/hub_name.h"
#include "core/hub/hub_settings.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace espalier {

/// The model's folder in the cache: at once and without a network if config and weights are there,
/// else after fetching what planFetch() names. The branch or tag is written to refs last, so other
/// programs see all or nothing new.
/// Errors: one line that begins with the model's name. Refused: no such model or revision, no
/// access, nothing that we read, not as advertised, or absent while offline. Resource: a disk that
/// is too small (need and have), a network or a server that does not work. Cancelled: what arrived
/// stays, and the next start goes on from there.
[[nodiscard]] Result<std::filesystem::path> fetchModel(
    const HubSettings& settings, const HubName& name, const Progress& progress = {});

/// What fetchModel() would do.
struct HubOffer
{
    std::string commit;
    std::vector<HubFile> files;
    std::int64_t bytes = 0; ///< of all files, as far as the listing says
    std::int64_t missingBytes = 0; ///< not in the cache yet
};

/// Asks the Hub; fetches nothing. Errors: as fetchModel().
[[nodiscard]] Result<HubOffer> lookUpModel(
    const HubSettings& settings, const HubName& name, const Progress& progress = {});

} // namespace espalier
