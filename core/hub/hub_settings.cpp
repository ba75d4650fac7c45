// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hub/hub_settings.h"

#include "core/base/untrusted_text.h"
#include "core/hub/http.h"
#include "core/storage/file_bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <system_error>

namespace espalier {

namespace {

constexpr std::uintmax_t kMaxTokenFile = 4096;

bool isTrue(const std::optional<std::string>& value)
{
    constexpr std::string_view kYes[] = {"1", "true", "yes", "on"};
    std::string lower = value.value_or("");
    std::transform(lower.begin(), lower.end(), lower.begin(),
        [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return std::find(std::begin(kYes), std::end(kYes), lower) != std::end(kYes);
}

std::string withoutSpace(std::string text)
{
    std::erase_if(text, [](char c) { return c == '\n' || c == '\r' || c == ' ' || c == '\t'; });
    return text;
}

/// A token file that is not there, or not for us, is as good as none.
std::string tokenIn(const std::filesystem::path& file)
{
    std::error_code failed;
    if (!std::filesystem::is_regular_file(file, failed))
        return {};
    const Result<std::vector<std::uint8_t>> bytes = readFileBytes(file, kMaxTokenFile);
    return bytes ? withoutSpace(std::string(bytes->begin(), bytes->end())) : std::string();
}

void readToken(HubSettings& settings, const HubEnvironment& environment)
{
    if (isTrue(environment("HF_HUB_DISABLE_IMPLICIT_TOKEN")))
        return;
    for (const char* name : {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"})
        if (const auto value = environment(name)) {
            settings.token = withoutSpace(*value);
            settings.tokenSource = name;
            return;
        }
    const std::optional<std::string> named = environment("HF_TOKEN_PATH");
    const std::filesystem::path file =
        named ? std::filesystem::path(*named) : hubHome(environment) / "token";
    settings.token = tokenIn(file);
    settings.tokenSource = settings.token.empty() ? "" : file.string();
}

bool fitsHeaderLine(const std::string& token)
{
    return std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

} // namespace

Result<HubSettings> hubSettingsFrom(const HubEnvironment& environment)
{
    HubSettings settings;
    settings.cache = hubCacheRoot(environment);
    settings.endpoint = environment("HF_ENDPOINT").value_or(settings.endpoint);
    while (settings.endpoint.ends_with('/'))
        settings.endpoint.pop_back();
    if (!originOf(settings.endpoint))
        return Error{ErrorCode::Usage,
            fmt::format("HF_ENDPOINT: found {}, wanted an http or https address",
                inQuotes(settings.endpoint))};
    readToken(settings, environment);
    if (!fitsHeaderLine(settings.token))
        return Error{ErrorCode::Usage,
            fmt::format(
                "{}: holds no token: found a character that no token has", settings.tokenSource)};
    settings.offline =
        isTrue(environment("HF_HUB_OFFLINE")) || isTrue(environment("TRANSFORMERS_OFFLINE"));
    return settings;
}

Result<HubSettings> hubSettings()
{
    return hubSettingsFrom(hubEnvironment);
}

} // namespace espalier
