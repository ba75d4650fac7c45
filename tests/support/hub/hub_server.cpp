// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/hub/hub_server.h"

#include "core/storage/content_hash.h"

#include <algorithm>
#include <chrono>
#include <sstream>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace espalier {

namespace {

constexpr int kPollMilliseconds = 20;

bool isReadable(int descriptor)
{
    pollfd waiting{descriptor, POLLIN, 0};
    return ::poll(&waiting, 1, kPollMilliseconds) > 0;
}

void sendAll(int connection, std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t sent = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

HubServerRequest parse(const std::string& text)
{
    std::istringstream lines(text);
    HubServerRequest request;
    std::string line;
    std::getline(lines, line);
    std::istringstream(line) >> request.method >> request.path;
    while (std::getline(lines, line) && line != "\r") {
        const std::size_t colon = line.find(": ");
        if (colon == std::string::npos)
            continue;
        std::string name = line.substr(0, colon);
        std::transform(name.begin(), name.end(), name.begin(),
            [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        request.fields[name] = line.substr(colon + 2, line.size() - colon - 3);
    }
    return request;
}

std::string quoted(const std::string& text)
{
    std::string json = "\"";
    for (const char c : text)
        json += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return json + '"';
}

} // namespace

HubServer::HubServer()
{
    ::setenv("no_proxy", "127.0.0.1", 1); // a proxy of this machine knows nothing of us
    m_listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (m_listener < 0 || ::bind(m_listener, reinterpret_cast<const sockaddr*>(&address), size) != 0
        || ::listen(m_listener, 64) != 0
        || ::getsockname(m_listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error("no server on this machine");
    m_port = ntohs(address.sin_port);
    m_acceptor = std::jthread([this](const std::stop_token& stop) { accept(stop); });
}

HubServer::~HubServer()
{
    m_acceptor.request_stop();
    m_acceptor.join();
    m_connections.clear(); // stops and joins each
    ::close(m_listener);
}

std::string HubServer::address() const
{
    return "http://127.0.0.1:" + std::to_string(m_port);
}

std::vector<HubServerRequest> HubServer::requests() const
{
    const std::scoped_lock lock(m_mutex);
    return m_requests;
}

int HubServer::count(const std::string& part, const std::string& method) const
{
    const std::vector<HubServerRequest> all = requests();
    return static_cast<int>(std::count_if(all.begin(), all.end(), [&](const auto& request) {
        return request.method == method && request.path.find(part) != std::string::npos;
    }));
}

void HubServer::accept(const std::stop_token& stop)
{
    while (!stop.stop_requested()) {
        if (!isReadable(m_listener))
            continue;
        const int connection = ::accept(m_listener, nullptr, nullptr);
        if (connection >= 0)
            m_connections.emplace_back(
                [this, connection](const std::stop_token& end) { serve(connection, end); });
    }
}

void HubServer::serve(int connection, const std::stop_token& stop)
{
    std::string text;
    char buffer[4096];
    while (!stop.stop_requested() && text.find("\r\n\r\n") == std::string::npos) {
        if (!isReadable(connection))
            continue;
        const ssize_t got = ::recv(connection, buffer, sizeof buffer, 0);
        if (got <= 0)
            break;
        text.append(buffer, static_cast<std::size_t>(got));
    }
    const HubServerRequest request = parse(text);
    const Answer made = answer(request);
    std::string head = "HTTP/1.1 " + std::to_string(made.status) + " .\r\nConnection: close\r\n";
    for (const auto& [name, value] : made.fields)
        head += name + ": " + value + "\r\n";
    if (!made.fields.contains("Content-Length"))
        head += "Content-Length: " + std::to_string(made.body.size()) + "\r\n";
    sendAll(connection, head + "\r\n");
    if (request.method == "GET")
        sendAll(connection, std::string_view(made.body).substr(0, made.send));
    // A stalled client hangs up; reading then yields its end.
    while (made.stall && !stop.stop_requested())
        if (isReadable(connection) && ::recv(connection, buffer, sizeof buffer, 0) <= 0)
            break;
    ::close(connection);
}

HubServer::Answer HubServer::answer(const HubServerRequest& request)
{
    const std::scoped_lock lock(m_mutex);
    m_requests.push_back(request);
    const std::string path = request.path.substr(0, request.path.find('?'));
    for (auto& [repository, model] : models) {
        if (path.starts_with("/api/models/" + repository + "/revision/"))
            return list(repository, request);
        const std::string files = "/" + repository + "/resolve/";
        if (path.starts_with(files))
            return resolve(repository, path.substr(files.size()), request);
        for (auto& [name, file] : model.files)
            if (path == "/large/" + hashOf(file) || path == "/again/" + name)
                return contents(file, request);
    }
    return {.status = 404, .fields = {{"X-Error-Code", "RepoNotFound"}}, .body = {}};
}

HubServer::Answer HubServer::list(const std::string& repository, const HubServerRequest& request)
{
    const HubServerModel& model = models.at(repository);
    if (const auto failing = apiFailures.find(repository); failing != apiFailures.end())
        return {.status = failing->second, .fields = {}, .body = "<html>broken</html>"};
    if (!model.token.empty() && !model.gated
        && request.field("authorization") != "Bearer " + model.token)
        return {.status = 401, .fields = {{"X-Error-Code", "RepoNotFound"}}, .body = {}};
    std::string json = "{\"id\": " + quoted(repository) + ", \"sha\": " + quoted(model.commit)
        + ", \"gated\": " + (model.gated ? "\"auto\"" : "false") + ", \"siblings\": [";
    std::string separator;
    for (const auto& [name, file] : model.files) {
        json += separator + "{\"rfilename\": " + quoted(name)
            + ", \"size\": " + std::to_string(file.bytes.size()) + "}";
        separator = ", ";
    }
    for (const std::string& name : model.alsoListed) {
        json += separator + "{\"rfilename\": " + quoted(name) + ", \"size\": 5}";
        separator = ", ";
    }
    return {.fields = {{"Content-Type", "application/json"}}, .body = json + "]}"};
}

HubServer::Answer HubServer::resolve(
    const std::string& repository, const std::string& rest, const HubServerRequest& request)
{
    HubServerModel& model = models.at(repository);
    if (!model.token.empty() && request.field("authorization") != "Bearer " + model.token)
        return {.status = 401,
            .fields = {{"X-Error-Code", model.gated ? "GatedRepo" : "RepoNotFound"}},
            .body = {}};
    const std::string name = rest.substr(rest.find('/') + 1);
    const auto found = model.files.find(name);
    if (found == model.files.end())
        return {.status = 404, .fields = {{"X-Error-Code", "EntryNotFound"}}, .body = {}};
    HubServerModel::File& file = found->second;
    if (file.fault.failures > 0) {
        --file.fault.failures;
        return {.status = file.fault.status, .fields = {}, .body = "busy"};
    }
    if (file.large && !largeFilesAt.empty())
        return {.status = 302,
            .fields = {{"Location", largeFilesAt + "/large/" + hashOf(file)},
                {"X-Repo-Commit", model.commit}, {"X-Linked-Etag", '"' + hashOf(file) + '"'},
                {"X-Linked-Size", std::to_string(file.bytes.size())},
                {"ETag", "\"of-the-redirect\""}},
            .body = "elsewhere"};
    if (redirectsAtHome)
        return {.status = 307, .fields = {{"Location", "/again/" + name}}, .body = {}};
    Answer direct = contents(file, request);
    direct.fields["X-Repo-Commit"] = model.commit;
    return direct;
}

HubServer::Answer HubServer::contents(HubServerModel::File& file, const HubServerRequest& request)
{
    HubServerFault& fault = file.fault;
    Answer made{.fields = {}, .body = file.bytes};
    if (fault.spoiled && !made.body.empty())
        made.body.back() = static_cast<char>(made.body.back() ^ 1);
    const std::string range = request.field("range");
    if (!range.empty() && !fault.ignoresRanges) {
        const std::size_t from = std::stoul(range.substr(range.find('=') + 1));
        if (from >= made.body.size())
            return {.status = 416, .fields = {}, .body = {}};
        made.status = 206;
        made.fields["Content-Range"] = fault.contentRange.value_or("bytes " + std::to_string(from)
            + "-" + std::to_string(made.body.size() - 1) + "/" + std::to_string(made.body.size()));
        made.body = made.body.substr(from);
    }
    if (request.method == "GET") {
        made.body += fault.extra;
        made.stall = fault.stalls;
        made.send = fault.stalls ? made.body.size() / 2 : made.body.size();
        if (fault.cuts > 0) {
            --fault.cuts;
            made.send = fault.cutAfter;
        }
    }
    made.fields["ETag"] = fault.tag.value_or('"' + hashOf(file) + '"');
    made.fields["Content-Length"] = std::to_string(request.method == "HEAD" && fault.advertisedBytes
            ? *fault.advertisedBytes
            : static_cast<std::int64_t>(made.body.size()));
    return made;
}

std::string HubServer::hashOf(const HubServerModel::File& file) const
{
    if (file.large)
        return sha256OfBytes(std::as_bytes(std::span(file.bytes)));
    return gitBlobHashOfFile(m_scratch.write("blob", file.bytes)).value();
}

} // namespace espalier
