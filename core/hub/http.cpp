// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hub/http.h"

#include "core/base/expect.h"
#include "core/base/untrusted_text.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace espalier {

namespace {

constexpr std::size_t kMaxIgnoredBody = std::size_t{4} << 20;
constexpr std::size_t kMaxFields = 200;
constexpr long kConnectSeconds = 10;

using CurlList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;
using CurlUrl = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

/// libcurl's own state, once per process.
bool startCurl()
{
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    return started == CURLE_OK;
}

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view kSpace = " \t\r\n";
    const std::size_t first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string lowerCase(std::string_view text)
{
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(),
        [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return lower;
}

/// What libcurl's callbacks see of one exchange.
struct Exchange
{
    const HttpBody& body;
    const std::stop_token& stop;
    HttpOutcome& outcome;
    std::size_t ignoredBytes = 0;
};

/// "HTTP/1.1 206 Partial Content" begins a new head: the one before was interim.
void addLine(HttpHead& head, std::string_view line)
{
    if (line.starts_with("HTTP/")) {
        head = {};
        const std::size_t space = std::min(line.find(' '), line.size() - 1);
        std::from_chars(line.data() + space + 1, line.data() + line.size(), head.status);
        return;
    }
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && head.fields.size() < kMaxFields)
        head.fields[lowerCase(line.substr(0, colon))] = trimmed(line.substr(colon + 1));
}

std::size_t onHeader(char* data, std::size_t, std::size_t bytes, void* user)
{
    addLine(static_cast<Exchange*>(user)->outcome.head, {data, bytes});
    return bytes;
}

std::size_t onBody(char* data, std::size_t, std::size_t bytes, void* user)
{
    Exchange& exchange = *static_cast<Exchange*>(user);
    const HttpHead& head = exchange.outcome.head;
    if (head.status != 200 && head.status != 206) {
        exchange.ignoredBytes += bytes;
        return exchange.ignoredBytes <= kMaxIgnoredBody ? bytes : 0;
    }
    const Status taken = exchange.body(head, std::as_bytes(std::span(data, bytes)));
    if (taken)
        return bytes;
    exchange.outcome.refusal = taken.error();
    return 0;
}

int onProgress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t)
{
    return static_cast<Exchange*>(user)->stop.stop_requested() ? 1 : 0;
}

HttpEnd endOf(CURLcode code, CURL* handle, const Exchange& exchange)
{
    if (exchange.outcome.refusal)
        return HttpEnd::BodyRefused;
    curl_off_t untilRequest = 0;
    switch (code) {
    case CURLE_OK:
        return HttpEnd::Answered;
    case CURLE_ABORTED_BY_CALLBACK:
        return HttpEnd::Stopped;
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        curl_easy_getinfo(handle, CURLINFO_PRETRANSFER_TIME_T, &untilRequest);
        return untilRequest > 0 ? HttpEnd::Broken : HttpEnd::Unreachable;
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_WRITE_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return HttpEnd::Broken;
    default:
        return HttpEnd::Unreachable;
    }
}

CurlList listOf(const std::vector<std::string>& lines)
{
    CurlList list(nullptr, &curl_slist_free_all);
    for (const std::string& line : lines) {
        curl_slist* longer = curl_slist_append(list.get(), line.c_str());
        ESPALIER_EXPECT(longer != nullptr, "there is memory for a header line");
        static_cast<void>(list.release()); // the longer list owns it
        list.reset(longer);
    }
    return list;
}

CurlUrl readUrl(const std::string& url)
{
    CurlUrl parsed(curl_url(), &curl_url_cleanup);
    if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
        parsed.reset();
    return parsed;
}

std::string partOf(const CurlUrl& url, CURLUPart part, unsigned flags = 0)
{
    char* text = nullptr;
    if (curl_url_get(url.get(), part, &text, flags) != CURLUE_OK)
        return {};
    std::string copy(text);
    curl_free(text);
    return copy;
}

bool isHttp(const CurlUrl& url)
{
    const std::string scheme = partOf(url, CURLUPART_SCHEME);
    return scheme == "http" || scheme == "https";
}

} // namespace

std::string HttpHead::field(const std::string& name) const
{
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : found->second;
}

struct HttpClient::Handle
{
    std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl{nullptr, &curl_easy_cleanup};
    std::array<char, CURL_ERROR_SIZE> message = {};

    template <typename Value> void set(CURLoption option, Value value)
    {
        const CURLcode known = curl_easy_setopt(curl.get(), option, value);
        ESPALIER_EXPECT(known == CURLE_OK, "libcurl knows the option and has the memory");
    }

    void prepare(const HttpRequest& request, curl_slist* fields, std::chrono::seconds patience,
        Exchange& exchange)
    {
        curl_easy_reset(curl.get()); // connections stay
        message.fill('\0');
        set(CURLOPT_ERRORBUFFER, message.data());
        set(CURLOPT_URL, request.url.c_str());
        set(CURLOPT_PROTOCOLS_STR, "http,https");
        set(CURLOPT_NOBODY, request.head ? 1L : 0L);
        set(CURLOPT_HTTPHEADER, fields);
        set(CURLOPT_USERAGENT, "espalier");
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
        set(CURLOPT_LOW_SPEED_LIMIT, 1L);
        set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(patience.count()));
        set(CURLOPT_HEADERFUNCTION, &onHeader);
        set(CURLOPT_HEADERDATA, static_cast<void*>(&exchange));
        set(CURLOPT_WRITEFUNCTION, &onBody);
        set(CURLOPT_WRITEDATA, static_cast<void*>(&exchange));
        set(CURLOPT_NOPROGRESS, 0L);
        set(CURLOPT_XFERINFOFUNCTION, &onProgress);
        set(CURLOPT_XFERINFODATA, static_cast<void*>(&exchange));
    }
};

HttpClient::HttpClient(std::chrono::seconds patience)
    : m_patience(patience)
    , m_handle(std::make_unique<Handle>())
{
    if (startCurl())
        m_handle->curl.reset(curl_easy_init());
}

HttpClient::~HttpClient() = default;

HttpOutcome HttpClient::perform(
    const HttpRequest& request, const HttpBody& body, const std::stop_token& stop)
{
    HttpOutcome outcome;
    if (!m_handle->curl)
        return {.end = HttpEnd::Unreachable,
            .head = {},
            .reason = "libcurl does not start",
            .refusal = std::nullopt};
    Exchange exchange{body, stop, outcome};
    const CurlList fields = listOf(request.fields);
    m_handle->prepare(request, fields.get(), m_patience, exchange);
    const CURLcode code = curl_easy_perform(m_handle->curl.get());
    outcome.end = endOf(code, m_handle->curl.get(), exchange);
    if (code != CURLE_OK)
        outcome.reason = printable(
            m_handle->message[0] != '\0' ? m_handle->message.data() : curl_easy_strerror(code));
    return outcome;
}

std::optional<std::string> resolveUrl(const std::string& base, const std::string& location)
{
    const CurlUrl url = readUrl(base);
    if (!url || curl_url_set(url.get(), CURLUPART_URL, location.c_str(), 0) != CURLUE_OK
        || !isHttp(url))
        return std::nullopt;
    return partOf(url, CURLUPART_URL);
}

std::optional<std::string> originOf(const std::string& url)
{
    const CurlUrl parsed = readUrl(url);
    if (!parsed || !isHttp(parsed))
        return std::nullopt;
    return fmt::format("{}://{}:{}", partOf(parsed, CURLUPART_SCHEME),
        lowerCase(partOf(parsed, CURLUPART_HOST)),
        partOf(parsed, CURLUPART_PORT, CURLU_DEFAULT_PORT));
}

std::string urlPart(std::string_view text)
{
    std::string encoded;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
            || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
        if (plain)
            encoded += c;
        else
            encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return encoded;
}

} // namespace espalier
