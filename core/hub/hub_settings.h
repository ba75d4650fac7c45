// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/storage/hub_cache.h"

#include <chrono>
#include <filesystem>
#include <string>

namespace espalier {

/// Where models come from and go to. The variables are those of Hugging Face's own tools, so that
/// both share one cache and one login.
struct HubSettings
{
    std::filesystem::path cache; ///< HF_HUB_CACHE, $HF_HOME/hub, …: core/storage/hub_cache.h
    std::string endpoint = "https://huggingface.co"; ///< HF_ENDPOINT
    std::string token; ///< HF_TOKEN, else what HF_TOKEN_PATH or $HF_HOME/token holds; may be empty
    std::string tokenSource; ///< "HF_TOKEN", or the file; for messages
    bool offline = false; ///< HF_HUB_OFFLINE (or TRANSFORMERS_OFFLINE) is 1, true, yes or on

    int attempts = 5; ///< per request, while nothing arrives
    std::chrono::milliseconds firstPause{500}; ///< before the second attempt; doubles each time
    std::chrono::seconds patience{30}; ///< with a server that sends nothing
};

/// Errors: Usage, naming the variable, if the endpoint is no http or https address or the token
/// could not be sent in a header line.
[[nodiscard]] Result<HubSettings> hubSettingsFrom(const HubEnvironment& environment);

/// This process's.
[[nodiscard]] Result<HubSettings> hubSettings();

} // namespace espalier
