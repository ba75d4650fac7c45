// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hub/hub_name.h"

#include "core/base/untrusted_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace espalier {

namespace {

constexpr std::string_view kPrefix = "hf:";
constexpr std::size_t kMaxPart = 96;
constexpr std::size_t kMaxRevision = 250;

bool isAlphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// One folder's or file's worth of a name.
bool isPlainPart(std::string_view part)
{
    const auto plain = [](char c) {
        return isAlphanumeric(c) || c == '-' || c == '_' || c == '.';
    };
    const auto edge = [](char c) {
        return c != '-' && c != '.';
    };
    return !part.empty() && part.size() <= kMaxPart && std::all_of(part.begin(), part.end(), plain)
        && edge(part.front()) && edge(part.back()) && part.find("..") == std::string_view::npos;
}

bool isRepository(std::string_view text)
{
    const std::size_t slash = text.find('/');
    const bool plain = slash == std::string_view::npos
        ? isPlainPart(text)
        : isPlainPart(text.substr(0, slash)) && isPlainPart(text.substr(slash + 1));
    // "--" stands for the slash in the cache's folder names.
    return plain && text.find("--") == std::string_view::npos && !text.ends_with(".git");
}

bool isRevision(std::string_view text)
{
    if (text.size() > kMaxRevision)
        return false;
    for (std::size_t slash = text.find('/'); slash != std::string_view::npos;
         slash = text.find('/')) {
        if (!isPlainPart(text.substr(0, slash)))
            return false;
        text.remove_prefix(slash + 1);
    }
    return isPlainPart(text);
}

} // namespace

bool isHubName(std::string_view model)
{
    return model.starts_with(kPrefix);
}

Result<HubName> readHubName(std::string_view model)
{
    HubName name;
    std::string_view text = model.substr(std::min(model.size(), kPrefix.size()));
    const std::size_t at = text.find('@');
    if (at != std::string_view::npos)
        name.revision = text.substr(at + 1);
    name.repository = text.substr(0, at);
    if (!isHubName(model) || !isRepository(name.repository))
        return Error{ErrorCode::Usage,
            fmt::format(
                "{}: wanted hf:ORG/NAME with letters, digits, '-', '_' and '.'", printable(model))};
    if (!isRevision(name.revision))
        return Error{ErrorCode::Usage,
            fmt::format("{}: wanted a branch, tag or commit after '@', found {}", printable(model),
                inQuotes(name.revision))};
    return name;
}

std::string textOf(const HubName& name)
{
    const std::string text = std::string(kPrefix) + name.repository;
    return name.revision == "main" ? text : text + '@' + name.revision;
}

bool isCommit(std::string_view revision)
{
    return revision.size() == 40 && std::all_of(revision.begin(), revision.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
}

} // namespace espalier
