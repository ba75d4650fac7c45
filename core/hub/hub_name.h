// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <string>
#include <string_view>

namespace espalier {

/// A model on the Hugging Face Hub, as people write it: hf:ORG/NAME or hf:ORG/NAME@REVISION.
struct HubName
{
    std::string repository; ///< "ORG/NAME"; a bare "NAME" for a few old ones
    std::string revision = "main"; ///< branch, tag or commit

    friend bool operator==(const HubName&, const HubName&) = default;
};

/// Does a MODEL argument mean the Hub (and not a folder)?
[[nodiscard]] bool isHubName(std::string_view model);

/// Both parts become folder names and addresses, so only what the Hub itself allows passes:
/// letters, digits, '-', '_', '.', no "--" or "..", no '.' or '-' at either end, at most 96
/// characters; a revision may also have '/' between such parts. Errors: Usage.
[[nodiscard]] Result<HubName> readHubName(std::string_view model);

/// The argument again; without @main.
[[nodiscard]] std::string textOf(const HubName& name);

/// 40 lower-case hexadecimal digits.
[[nodiscard]] bool isCommit(std::string_view revision);

} // namespace espalier
