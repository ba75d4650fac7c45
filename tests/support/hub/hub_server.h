// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/temporary_folder.h"

#include <atomic>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace espalier {

struct HubServerRequest
{
    std::string method;
    std::string path; ///< with its query
    std::map<std::string, std::string> fields; ///< by lower-case name

    [[nodiscard]] std::string field(const std::string& name) const
    {
        const auto found = fields.find(name);
        return found == fields.end() ? std::string() : found->second;
    }
};

/// What a server is to do wrong with one file.
struct HubServerFault
{
    int failures = 0; ///< so many answers with `status` come first
    int status = 500;
    int cuts = 0; ///< so many bodies break off after `cutAfter` bytes
    std::size_t cutAfter = 0;
    bool spoiled = false; ///< other bytes than advertised, as many
    bool ignoresRanges = false;
    bool stalls = false; ///< sends half of the body, then nothing
    std::string extra = {}; ///< bytes beyond the advertised size
    std::optional<std::string> contentRange = {}; ///< instead of the true one
    std::optional<std::string> tag = {}; ///< instead of the true ETag
    std::optional<std::int64_t> advertisedBytes = {}; ///< instead of the true size, in heads
};

/// A repository of one commit.
struct HubServerModel
{
    struct File
    {
        std::string bytes;
        bool large = false; ///< advertised by sha256 and kept on the other host, if there is one
        HubServerFault fault = {};
    };
    std::string commit = std::string(40, 'c');
    std::map<std::string, File> files = {};
    std::vector<std::string> alsoListed = {}; ///< names without a file behind them
    std::string token = {}; ///< if set, only with it
    bool gated = false; ///< the list is public, the files are not
};

/// A small server on this machine that speaks the Hub's protocol as its clients see it, one
/// connection per request. Everything may be changed between requests.
class HubServer
{
public:
    HubServer();
    ~HubServer();
    HubServer(const HubServer&) = delete;
    HubServer& operator=(const HubServer&) = delete;

    [[nodiscard]] std::string address() const; ///< "http://127.0.0.1:40213"
    [[nodiscard]] std::vector<HubServerRequest> requests() const;
    /// Requests whose path contains `part`.
    [[nodiscard]] int count(const std::string& part, const std::string& method = "GET") const;

    std::map<std::string, HubServerModel> models; ///< by "ORG/NAME"
    std::map<std::string, int> apiFailures; ///< status of the list instead of the list
    std::string largeFilesAt; ///< address of the other host
    bool redirectsAtHome = false; ///< small files are answered after one more step on this host

private:
    struct Answer
    {
        int status = 200;
        std::map<std::string, std::string> fields;
        std::string body;
        std::size_t send = SIZE_MAX; ///< bytes of the body that really leave
        bool stall = false;
    };

    void accept(const std::stop_token& stop);
    void serve(int connection, const std::stop_token& stop);
    [[nodiscard]] Answer answer(const HubServerRequest& request);
    [[nodiscard]] Answer list(const std::string& repository, const HubServerRequest& request);
    [[nodiscard]] Answer resolve(
        const std::string& repository, const std::string& rest, const HubServerRequest& request);
    [[nodiscard]] Answer contents(HubServerModel::File& file, const HubServerRequest& request);
    [[nodiscard]] std::string hashOf(const HubServerModel::File& file) const;

    TemporaryFolder m_scratch;
    int m_listener = -1;
    int m_port = 0;
    mutable std::mutex m_mutex;
    std::vector<HubServerRequest> m_requests;
    std::list<std::jthread> m_connections;
    std::jthread m_acceptor; ///< last: it uses the others
};

} // namespace espalier
