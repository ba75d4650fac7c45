// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// The one file pair that knows libcurl. Private to core/hub.

#include "core/base/result.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

struct HttpRequest
{
    std::string url;
    bool head = false; ///< HEAD instead of GET
    std::vector<std::string> fields; ///< "Range: bytes=5-"
};

/// What comes before a body. A stranger's text: lengths are capped, contents are not checked.
struct HttpHead
{
    int status = 0;
    std::map<std::string, std::string> fields; ///< by lower-case name; the last of equals

    [[nodiscard]] std::string field(const std::string& name) const; ///< empty if absent
};

/// Takes a body piece by piece. Called for status 200 and 206 alone; an Error ends the exchange.
using HttpBody = std::function<Status(const HttpHead&, std::span<const std::byte>)>;

enum class HttpEnd
{
    Answered, ///< whole, whatever the status
    Broken, ///< begun, then lost or stalled; the next try may do better
    Unreachable, ///< no such host, nobody listens, no trust
    Stopped, ///< by the stop token
    BodyRefused, ///< by the HttpBody
};

struct HttpOutcome
{
    HttpEnd end = HttpEnd::Answered;
    HttpHead head;
    std::string reason; ///< plain words for Broken and Unreachable
    std::optional<Error> refusal; ///< for BodyRefused
};

/// One connection at a time, kept for the next request to the same host. Proxies and trusted
/// certificates are the system's. Follows no redirect: who gets to see the token is decided above.
class HttpClient
{
public:
    /// Gives up on a host that does not answer, or sends nothing, for `patience`.
    explicit HttpClient(std::chrono::seconds patience);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    [[nodiscard]] HttpOutcome perform(
        const HttpRequest& request, const HttpBody& body, const std::stop_token& stop);

private:
    struct Handle;
    std::chrono::seconds m_patience;
    std::unique_ptr<Handle> m_handle;
};

/// Where a Location leads, seen from `base`; nothing if that is no http or https address.
[[nodiscard]] std::optional<std::string> resolveUrl(
    const std::string& base, const std::string& location);

/// "https://host:443", what may share a token; nothing if `url` is no http or https address.
[[nodiscard]] std::optional<std::string> originOf(const std::string& url);

/// One part of a path, '/' included, with everything percent-encoded that is not plain.
[[nodiscard]] std::string urlPart(std::string_view text);

} // namespace espalier
