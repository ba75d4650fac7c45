// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hub/hub_client.h"

#include "core/base/parse_number.h"
#include "core/base/untrusted_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace espalier {

namespace {

constexpr int kMaxRedirects = 10;
constexpr std::size_t kMaxListingBytes = std::size_t{32} << 20;
constexpr auto kNap = std::chrono::milliseconds(20);

bool isRedirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::optional<std::int64_t> numberIn(std::string_view text)
{
    const auto number = parseNumber<std::int64_t>(text);
    return number && *number >= 0 ? number : std::nullopt;
}

/// W/"abc" and "abc" as abc.
std::string withoutQuotes(std::string_view etag)
{
    if (etag.starts_with("W/"))
        etag.remove_prefix(2);
    if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"')
        etag = etag.substr(1, etag.size() - 2);
    return std::string(etag);
}

bool isHash(std::string_view text)
{
    return (text.size() == 40 || text.size() == 64)
        && std::all_of(text.begin(), text.end(),
            [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// False if the stop token ended it.
bool sleepFor(std::chrono::milliseconds pause, const std::stop_token& stop)
{
    const auto end = std::chrono::steady_clock::now() + pause;
    while (std::chrono::steady_clock::now() < end) {
        if (stop.stop_requested())
            return false;
        std::this_thread::sleep_for(std::min<std::chrono::milliseconds>(kNap, pause));
    }
    return !stop.stop_requested();
}

} // namespace

HubClient::HubClient(const HubSettings& settings, const HubName& name)
    : m_settings(settings)
    , m_name(name)
    , m_http(settings.patience)
{
}

Error HubClient::problem(ErrorCode code, std::string_view fileName, std::string_view what) const
{
    return {code,
        fileName.empty() ? fmt::format("{}: {}", textOf(m_name), what)
                         : fmt::format("{}: {}: {}", textOf(m_name), printable(fileName), what)};
}

Status HubClient::keepTrying(const Attempt& attempt, const Progress& progress) const
{
    std::chrono::milliseconds pause = m_settings.firstPause;
    for (int number = 1;; ++number) {
        std::optional<Failure> failure = attempt();
        if (!failure)
            return {};
        if (failure->advanced) {
            number = 1;
            pause = m_settings.firstPause;
        }
        if (!failure->passing)
            return failure->error;
        if (number >= m_settings.attempts)
            return Error{failure->error.code,
                fmt::format("{} ({} attempts)", failure->error.message, number)};
        if (!sleepFor(pause, progress.stop))
            return cancelled();
        pause *= 2;
    }
}

HttpOutcome HubClient::send(HttpRequest request, const HttpBody& body, const Progress& progress)
{
    const std::optional<std::string> home = originOf(m_settings.endpoint);
    request.fields.push_back("Accept-Encoding: identity"); // lengths and hashes of the files
    for (int hop = 0; hop <= kMaxRedirects; ++hop) {
        HttpRequest asked = request;
        if (originOf(request.url) == home && !m_settings.token.empty())
            asked.fields.push_back("Authorization: Bearer " + m_settings.token);
        HttpOutcome outcome = m_http.perform(asked, body, progress.stop);
        const std::string location = outcome.head.field("location");
        if (outcome.end != HttpEnd::Answered || !isRedirect(outcome.head.status)
            || location.empty())
            return outcome;
        const std::optional<std::string> next = resolveUrl(request.url, location);
        if (!next || (request.url.starts_with("https:") && !next->starts_with("https:"))) {
            outcome.end = HttpEnd::Unreachable;
            outcome.reason = fmt::format("redirects to {}", inQuotes(location));
            return outcome;
        }
        // What the Hub says about a file stands in its own answer; the other host knows less.
        if (request.head && originOf(*next) != originOf(request.url))
            return outcome;
        request.url = *next;
    }
    return {.end = HttpEnd::Unreachable,
        .head = {},
        .reason = "redirects in a circle",
        .refusal = std::nullopt};
}

Error HubClient::noAccess(const HttpHead& head) const
{
    const bool gated = head.field("x-error-code") == "GatedRepo";
    const std::string page = fmt::format("{}/{}", m_settings.endpoint, m_name.repository);
    if (m_settings.token.empty())
        return problem(ErrorCode::Refused, {},
            gated ? fmt::format("is gated: accept its terms at {} and give a token in HF_TOKEN, "
                                "found none",
                page)
                  : "there is no such model, or it is private: check the name, or give a token in "
                    "HF_TOKEN, found none");
    return problem(ErrorCode::Refused, {},
        gated ? fmt::format("is gated, and the token from {} has no access: accept its terms at {}",
            m_settings.tokenSource, page)
              : fmt::format("there is no such model, or the token from {} is not accepted for it",
                  m_settings.tokenSource));
}

HubClient::Failure HubClient::failureOfStatus(const HttpHead& head, std::string_view fileName) const
{
    const std::string code = head.field("x-error-code");
    if (head.status == 401 || head.status == 403)
        return {noAccess(head)};
    if (code == "RevisionNotFound")
        return {problem(ErrorCode::Refused, {},
            fmt::format("the model has no revision {}", inQuotes(m_name.revision)))};
    if (head.status == 404)
        return {problem(ErrorCode::Refused, fileName,
            fileName.empty() ? fmt::format("{} has no such model", m_settings.endpoint)
                             : "is not in the repository")};
    const bool passing = head.status >= 500 || head.status == 429 || head.status == 408;
    return {.error = problem(ErrorCode::Resource, fileName,
                fmt::format("{} answered with status {}", m_settings.endpoint, head.status)),
        .passing = passing};
}

std::optional<HubClient::Failure> HubClient::failureOf(
    const HttpOutcome& outcome, std::string_view fileName) const
{
    switch (outcome.end) {
    case HttpEnd::Answered:
        if (outcome.head.status == 200 || outcome.head.status == 206)
            return std::nullopt;
        return failureOfStatus(outcome.head, fileName);
    case HttpEnd::Broken:
        return Failure{.error = problem(ErrorCode::Resource, fileName,
                           fmt::format("the connection broke: {}", outcome.reason)),
            .passing = true};
    case HttpEnd::Unreachable:
        return Failure{problem(ErrorCode::Resource, {},
            fmt::format("{} cannot be reached: {}", m_settings.endpoint, outcome.reason))};
    case HttpEnd::Stopped:
        return Failure{cancelled()};
    case HttpEnd::BodyRefused:
        return Failure{outcome.refusal.value_or(cancelled())};
    }
    return std::nullopt;
}

Result<HubListing> HubClient::listing(const Progress& progress)
{
    progress(0, "asking for " + textOf(m_name));
    const std::string url = fmt::format("{}/api/models/{}/revision/{}?blobs=true",
        m_settings.endpoint, m_name.repository, urlPart(m_name.revision));
    std::string text;
    const Status answered = keepTrying(
        [&]() -> std::optional<Failure> {
            text.clear();
            const HttpBody collect = [&](const HttpHead&, std::span<const std::byte> bytes) {
                if (text.size() + bytes.size() > kMaxListingBytes)
                    return Status(problem(ErrorCode::Refused, {}, "its list of files is too long"));
                text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
                return Status();
            };
            return failureOf(send({.url = url, .fields = {}}, collect, progress), {});
        },
        progress);
    if (!answered)
        return answered.error();
    return readHubListing(text, textOf(m_name));
}

Result<RemoteFile> HubClient::describe(
    const std::string& commit, const std::string& fileName, const Progress& progress)
{
    RemoteFile file{.name = fileName,
        .url = fmt::format("{}/{}/resolve/{}/{}", m_settings.endpoint, m_name.repository, commit,
            urlPart(fileName)),
        .hash = {}};
    HttpHead head;
    const Status answered = keepTrying(
        [&]() -> std::optional<Failure> {
            HttpOutcome outcome = send(
                {.url = file.url, .head = true, .fields = {}},
                [](const HttpHead&, std::span<const std::byte>) { return Status(); }, progress);
            head = outcome.head;
            if (outcome.end == HttpEnd::Answered && isRedirect(head.status))
                return std::nullopt; // to where the bytes are
            return failureOf(outcome, fileName);
        },
        progress);
    if (!answered)
        return answered.error();
    const auto firstOf = [&](const char* linked, const char* own) {
        const std::string value = head.field(linked);
        return value.empty() && !isRedirect(head.status) ? head.field(own) : value;
    };
    file.hash = withoutQuotes(firstOf("x-linked-etag", "etag"));
    const std::optional<std::int64_t> bytes = numberIn(firstOf("x-linked-size", "content-length"));
    if (const std::string found = head.field("x-repo-commit"); !found.empty() && found != commit)
        return problem(ErrorCode::Refused, fileName,
            fmt::format("comes from commit {}, wanted {}", inQuotes(found), commit));
    if (!isHash(file.hash) || !bytes)
        return problem(ErrorCode::Refused, fileName,
            fmt::format("the server advertises hash {} and size {}, wanted both to check it by",
                inQuotes(file.hash), inQuotes(firstOf("x-linked-size", "content-length"))));
    file.bytes = *bytes;
    return file;
}

namespace {

/// Does "bytes 5-9/10" continue `file` after `from` bytes?
bool continues(const HttpHead& head, const RemoteFile& file, std::int64_t from)
{
    return head.field("content-range")
        == fmt::format("bytes {}-{}/{}", from, file.bytes - 1, file.bytes);
}

} // namespace

std::optional<HubClient::Failure> HubClient::downloadOnce(
    const RemoteFile& file, PartialFile& target, const Progress& progress)
{
    const std::int64_t from = target.length();
    HttpRequest request{.url = file.url, .fields = {}};
    if (from > 0)
        request.fields.push_back(fmt::format("Range: bytes={}-", from));
    bool isFirst = true;
    const HttpBody append = [&](const HttpHead& head, std::span<const std::byte> bytes) -> Status {
        if (std::exchange(isFirst, false) && from > 0) {
            if (head.status == 206 && !continues(head, file, from))
                return problem(ErrorCode::Refused, file.name,
                    fmt::format("asked for bytes from {} on, the server sends {}", from,
                        inQuotes(head.field("content-range"))));
            const Status again = head.status == 200 ? target.restart() : Status();
            if (!again)
                return again;
        }
        if (static_cast<std::int64_t>(bytes.size()) > file.bytes - target.length())
            return problem(ErrorCode::Refused, file.name,
                fmt::format("the server sends more than the {} bytes it advertises", file.bytes));
        progress(static_cast<double>(target.length()) / static_cast<double>(file.bytes), {});
        return target.append(bytes);
    };
    const HttpOutcome outcome = send(std::move(request), append, progress);
    std::optional<Failure> failure = failureOf(outcome, file.name);
    if (outcome.end == HttpEnd::Answered && outcome.head.status == 416 && from > 0) {
        if (const Status again = target.restart(); !again)
            return Failure{again.error()};
        failure->passing = true;
    }
    if (!failure && target.length() < file.bytes)
        failure =
            Failure{.error = problem(ErrorCode::Resource, file.name,
                        fmt::format("ended after {} of {} bytes", target.length(), file.bytes)),
                .passing = true};
    if (failure)
        failure->advanced = target.length() > from;
    return failure;
}

Status HubClient::download(const RemoteFile& file, PartialFile& target, const Progress& progress)
{
    if (target.length() > file.bytes)
        if (const Status again = target.restart(); !again)
            return again;
    return keepTrying(
        [&]() -> std::optional<Failure> {
            if (target.length() == file.bytes)
                return std::nullopt;
            return downloadOnce(file, target, progress);
        },
        progress);
}

} // namespace espalier
