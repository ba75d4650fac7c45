// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/hub/fetch_plan.h"
#include "core/hub/http.h"
#include "core/hub/hub_name.h"
#include "core/hub/hub_settings.h"
#include "core/hub/partial_file.h"

#include <cstdint>
#include <string>

namespace espalier {

/// A file as the Hub advertises it.
struct RemoteFile
{
    std::string name;
    std::string url;
    std::string hash; ///< 64 hexadecimal digits: sha256; 40: git's hash of a blob
    std::int64_t bytes = 0;
};

/// Speaks the Hub's protocol. The token goes to the endpoint and to no other host, and never from
/// https to http. Failures that pass (5xx, 429, broken connections) are tried again after a pause;
/// every error is one line that begins with the model's name.
/// Errors of all: Refused for what is not there or not as advertised, Resource for a network or a
/// server that does not work, Cancelled.
class HubClient
{
public:
    /// `settings` and `name` must outlive it.
    HubClient(const HubSettings& settings, const HubName& name);

    [[nodiscard]] Result<HubListing> listing(const Progress& progress);

    /// Hash and size of one file, from the head of its answer.
    [[nodiscard]] Result<RemoteFile> describe(
        const std::string& commit, const std::string& fileName, const Progress& progress);

    /// Appends what `target` still lacks. More or fewer bytes than advertised is an error.
    [[nodiscard]] Status download(
        const RemoteFile& file, PartialFile& target, const Progress& progress);

private:
    /// Why an attempt came to nothing.
    struct Failure
    {
        Error error;
        bool passing = false; ///< another attempt may do better
        bool advanced = false; ///< bytes arrived: patience starts again
    };
    using Attempt = std::function<std::optional<Failure>()>;

    [[nodiscard]] Status keepTrying(const Attempt& attempt, const Progress& progress) const;
    [[nodiscard]] HttpOutcome send(
        HttpRequest request, const HttpBody& body, const Progress& progress);
    [[nodiscard]] std::optional<Failure> failureOf(
        const HttpOutcome& outcome, std::string_view fileName) const;
    [[nodiscard]] Failure failureOfStatus(const HttpHead& head, std::string_view fileName) const;
    [[nodiscard]] std::optional<Failure> downloadOnce(
        const RemoteFile& file, PartialFile& target, const Progress& progress);
    [[nodiscard]] Error noAccess(const HttpHead& head) const;
    [[nodiscard]] Error problem(
        ErrorCode code, std::string_view fileName, std::string_view what) const;

    const HubSettings& m_settings;
    const HubName& m_name;
    HttpClient m_http;
};

} // namespace espalier
