// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hub/hub_fetch.h"

#include "core/base/untrusted_text.h"
#include "core/hub/blob_store.h"
#include "core/hub/hub_client.h"
#include "core/storage/file_bytes.h"
#include "core/storage/hub_cache.h"
#include "core/storage/model_file.h"
#include "core/storage/room.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <system_error>

namespace espalier {

namespace {

constexpr std::uintmax_t kMaxIndexBytes = std::uintmax_t{64} << 20;
constexpr double kMegabyte = 1e6;

Result<ShardIndex> readIndex(const std::filesystem::path& folder, const std::string& name)
{
    const Result<std::filesystem::path> file = resolveModelFile(folder, name);
    if (!file)
        return file.error();
    const Result<std::vector<std::uint8_t>> bytes = readFileBytes(*file, kMaxIndexBytes);
    if (!bytes)
        return bytes.error();
    return readShardIndex(std::string(bytes->begin(), bytes->end()), (folder / name).string());
}

/// A folder's files in the form of a listing; links that lead nowhere are not files.
HubListing listingOf(const std::filesystem::path& folder)
{
    HubListing listing;
    std::error_code failed;
    for (std::filesystem::directory_iterator entry(folder, failed), end; !failed && entry != end;
         entry.increment(failed))
        if (std::error_code lost; entry->is_regular_file(lost))
            listing.files.push_back({entry->path().filename().string(), std::nullopt});
    return listing;
}

/// Other programs fetch a model's tokenizer alone, or stop half-way; such a snapshot does not do.
bool holdsModel(const std::filesystem::path& snapshot)
{
    const HubListing listing = listingOf(snapshot);
    Result<FetchPlan> plan = planFetch(listing, {});
    if (!plan || !plan->index)
        return plan.ok();
    const Result<ShardIndex> index = readIndex(snapshot, *plan->index);
    return index && withShards(*std::move(plan), listing, *index, {}).ok();
}

Status refuseOffline(const HubSettings& settings, const HubName& name)
{
    if (!settings.offline)
        return {};
    return refused(fmt::format("{}: is not (whole) in {}, and HF_HUB_OFFLINE forbids to fetch it",
        textOf(name), settings.cache.string()));
}

/// One model being fetched.
class Fetch
{
public:
    Fetch(const HubSettings& settings, const HubName& name, const Progress& progress)
        : m_settings(settings)
        , m_name(name)
        , m_progress(progress)
        , m_client(settings, name)
        , m_store(settings.cache, name)
    {
    }

    Result<std::filesystem::path> run()
    {
        const Result<HubListing> listing = m_client.listing(m_progress);
        if (!listing)
            return listing.error();
        m_commit = listing->commit;
        if (const Status made = m_store.prepare(); !made)
            return made.error();
        const Result<FetchPlan> plan = exactPlan(*listing);
        if (!plan)
            return plan.error();
        const Result<std::vector<RemoteFile>> files = describe(*plan);
        if (!files)
            return files.error();
        if (const Status fits = checkDisk(*files); !fits)
            return fits.error();
        if (const Status got = fetchAll(*files); !got)
            return got.error();
        if (const Status written = m_store.writeRef(m_name.revision, m_commit); !written)
            return written.error();
        return m_store.snapshot(m_commit);
    }

private:
    /// Which shards there are is known once their index is here.
    Result<FetchPlan> exactPlan(const HubListing& listing)
    {
        Result<FetchPlan> plan = planFetch(listing, textOf(m_name));
        if (!plan || !plan->index)
            return plan;
        const Result<RemoteFile> file = m_client.describe(m_commit, *plan->index, m_progress);
        if (!file)
            return file.error();
        if (file->bytes > static_cast<std::int64_t>(kMaxIndexBytes))
            return refused(fmt::format("{}: {}: has {} bytes, at most {} are read", textOf(m_name),
                file->name, file->bytes, kMaxIndexBytes));
        if (const Status got = fetchAll({*file}); !got)
            return got.error();
        const Result<ShardIndex> index = readIndex(m_store.snapshot(m_commit), *plan->index);
        if (!index)
            return index.error();
        return withShards(*std::move(plan), listing, *index, textOf(m_name));
    }

    Result<std::vector<RemoteFile>> describe(const FetchPlan& plan)
    {
        std::vector<RemoteFile> files;
        for (const HubFile& wanted : plan.files) {
            m_progress(0, fmt::format("asking for {} of {}", wanted.name, textOf(m_name)));
            Result<RemoteFile> file = m_client.describe(m_commit, wanted.name, m_progress);
            if (!file)
                return file.error();
            files.push_back(*std::move(file));
        }
        return files;
    }

    Status checkDisk(const std::vector<RemoteFile>& files) const
    {
        std::int64_t need = 0;
        for (const RemoteFile& file : files)
            if (__builtin_add_overflow(need, m_store.missingBytes(file), &need))
                need = INT64_MAX;
        return checkRoom({.disk = need}, roomAt(m_store.folder()),
            fmt::format("{} into {}", textOf(m_name), m_settings.cache.string()));
    }

    Status fetchAll(const std::vector<RemoteFile>& files)
    {
        double total = 0;
        for (const RemoteFile& file : files)
            total += static_cast<double>(file.bytes);
        double before = 0;
        for (const RemoteFile& file : files) {
            const auto size = static_cast<double>(file.bytes);
            const Progress part{.report =
                                    [&](double fraction, std::string_view stage) {
                                        report(file, before + fraction * size, total, stage);
                                    },
                .stop = m_progress.stop};
            if (const Status got = m_store.fetch(m_client, file, part); !got)
                return got;
            if (const Status linked = m_store.link(file, m_commit); !linked)
                return linked;
            before += size;
        }
        return {};
    }

    void report(const RemoteFile& file, double done, double total, std::string_view stage) const
    {
        m_progress(total > 0 ? done / total : 0,
            stage.empty() ? fmt::format(
                "fetching {}: {:.1f} of {:.1f} MB", file.name, done / kMegabyte, total / kMegabyte)
                          : std::string(stage));
    }

    const HubSettings& m_settings;
    const HubName& m_name;
    const Progress& m_progress;
    HubClient m_client;
    BlobStore m_store;
    std::string m_commit;
};

} // namespace

Result<std::filesystem::path> fetchModel(
    const HubSettings& settings, const HubName& name, const Progress& progress)
{
    const std::optional<std::filesystem::path> cached =
        hubSnapshot(settings.cache / hubFolderName(name.repository), name.revision);
    if (cached && holdsModel(*cached))
        return *cached;
    if (const Status mayAsk = refuseOffline(settings, name); !mayAsk)
        return mayAsk.error();
    return Fetch(settings, name, progress).run();
}

Result<HubOffer> lookUpModel(
    const HubSettings& settings, const HubName& name, const Progress& progress)
{
    if (const Status mayAsk = refuseOffline(settings, name); !mayAsk)
        return mayAsk.error();
    const Result<HubListing> listing = HubClient(settings, name).listing(progress);
    if (!listing)
        return listing.error();
    Result<FetchPlan> plan = planFetch(*listing, textOf(name));
    if (!plan)
        return plan.error();
    HubOffer offer{.commit = listing->commit, .files = plan->files, .bytes = bytesOf(*plan)};
    const std::filesystem::path snapshot =
        BlobStore(settings.cache, name).snapshot(listing->commit);
    for (const HubFile& file : plan->files)
        if (std::error_code failed; !std::filesystem::exists(snapshot / file.name, failed))
            offer.missingBytes += file.bytes.value_or(0);
    return offer;
}

} // namespace espalier
