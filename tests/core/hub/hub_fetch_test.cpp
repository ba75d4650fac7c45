// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hub/hub_fetch.h"

#include "core/storage/content_hash.h"
#include "tests/support/hub/hub_server.h"

#include <gtest/gtest.h>

#include <future>

namespace espalier {
namespace {

const std::string kCommit(40, 'c');

/// One model on one server, large files on another, and an empty cache.
class HubFetchTest : public testing::Test
{
protected:
    HubFetchTest()
    {
        hub.models["org/tiny"] = {
            .files = {{"config.json", {R"({"model_type": "gpt2"})"}}, {"tokenizer.json", {"{}"}},
                {"modeling.py", {"evil()"}}, {"model.safetensors", {weights, true}}}};
        settings.cache = scratch.path() / "hub";
        settings.endpoint = hub.address();
        settings.firstPause = std::chrono::milliseconds(1);
        settings.patience = std::chrono::seconds(5);
    }

    Result<std::filesystem::path> fetch(
        const std::string& model = "hf:org/tiny", const Progress& progress = {})
    {
        return fetchModel(settings, *readHubName(model), progress);
    }

    std::string errorOf(const Result<std::filesystem::path>& result)
    {
        return result ? "no error" : result.error().message;
    }

    HubServerModel::File& file(const std::string& name)
    {
        return hub.models.at("org/tiny").files.at(name);
    }

    [[nodiscard]] std::filesystem::path repository() const
    {
        return settings.cache / "models--org--tiny";
    }
    [[nodiscard]] std::filesystem::path blob(const std::string& bytes) const
    {
        return repository() / "blobs" / sha256OfBytes(std::as_bytes(std::span(bytes)));
    }
    [[nodiscard]] std::filesystem::path partial() const
    {
        return blob(weights).string() + ".incomplete";
    }

    const std::string weights = std::string(200'000, 'w') + "end";
    HubServer hub;
    HubServer other;
    TemporaryFolder scratch;
    HubSettings settings;
};

TEST_F(HubFetchTest, LaysTheCacheOutAsHuggingFaceDoes)
{
    const auto folder = fetch();
    ASSERT_TRUE(folder) << errorOf(folder);
    EXPECT_EQ(*folder, repository() / "snapshots" / kCommit);
    EXPECT_EQ(TemporaryFolder::read(*folder / "model.safetensors"), weights);
    EXPECT_EQ(std::filesystem::read_symlink(*folder / "model.safetensors"),
        std::filesystem::path("../../blobs") / blob(weights).filename());
    // git hash-object on these two bytes
    EXPECT_EQ(std::filesystem::read_symlink(*folder / "tokenizer.json"),
        "../../blobs/9e26dfeeb6e641a33dae4961196235bdb965b21b");
    EXPECT_EQ(TemporaryFolder::read(repository() / "refs/main"), kCommit);
    EXPECT_FALSE(std::filesystem::exists(*folder / "modeling.py"));
    EXPECT_EQ(hub.count("modeling.py"), 0);
}

TEST_F(HubFetchTest, ASecondStartAsksNobody)
{
    ASSERT_TRUE(fetch());
    const std::size_t before = hub.requests().size();
    settings.offline = true;
    EXPECT_EQ(*fetch(), repository() / "snapshots" / kCommit);
    EXPECT_EQ(*fetch("hf:org/tiny@" + kCommit), repository() / "snapshots" / kCommit);
    EXPECT_EQ(hub.requests().size(), before);
}

TEST_F(HubFetchTest, FetchesWhatAnotherProgramLeftOut)
{
    ASSERT_TRUE(fetch());
    std::filesystem::remove(repository() / "snapshots" / kCommit / "model.safetensors");
    std::filesystem::remove(blob(weights));
    ASSERT_TRUE(fetch());
    EXPECT_EQ(TemporaryFolder::read(blob(weights)), weights);
    EXPECT_EQ(hub.count("config.json"), 1) << "once, the first time";
}

TEST_F(HubFetchTest, FollowsToAnotherHostWithoutTheToken)
{
    hub.largeFilesAt = other.address();
    other.models = hub.models;
    hub.models["org/tiny"].token = "secret";
    settings.token = "secret";
    const auto folder = fetch();
    ASSERT_TRUE(folder) << errorOf(folder);
    EXPECT_EQ(TemporaryFolder::read(*folder / "model.safetensors"), weights);
    ASSERT_EQ(other.requests().size(), 1U);
    EXPECT_EQ(other.requests()[0].field("authorization"), "");
    for (const HubServerRequest& request : hub.requests())
        EXPECT_EQ(request.field("authorization"), "Bearer secret") << request.path;
}

TEST_F(HubFetchTest, FollowsOnTheSameHost)
{
    hub.redirectsAtHome = true;
    const auto folder = fetch();
    ASSERT_TRUE(folder) << errorOf(folder);
    EXPECT_EQ(TemporaryFolder::read(*folder / "tokenizer.json"), "{}");
}

TEST_F(HubFetchTest, AcceptsWeakAndBareTags)
{
    hub.models["org/tiny"].files.erase("tokenizer.json");
    file("config.json").fault.tag = "W/\"8fbc8f6e4d8ee6fcb5a2aff0ebb9f4ee24d6e1a5\"";
    EXPECT_NE(
        errorOf(fetch()).find("does not have the advertised hash 8fbc8f6e"), std::string::npos);
    file("config.json").fault.tag = "\"an-md5-or-so\"";
    EXPECT_EQ(errorOf(fetch()),
        "hf:org/tiny: config.json: the server advertises hash \"an-md5-or-so\" and size \"22\", "
        "wanted both to check it by");
}

TEST_F(HubFetchTest, GoesOnWhereTheConnectionBroke)
{
    file("model.safetensors").fault = {.cuts = 2, .cutAfter = 50'000};
    const auto folder = fetch();
    ASSERT_TRUE(folder) << errorOf(folder);
    EXPECT_EQ(TemporaryFolder::read(*folder / "model.safetensors"), weights);
    std::vector<std::string> ranges;
    for (const HubServerRequest& request : hub.requests())
        if (request.method == "GET" && request.path.ends_with("model.safetensors"))
            ranges.push_back(request.field("range"));
    EXPECT_EQ(ranges, (std::vector<std::string>{"", "bytes=50000-", "bytes=100000-"}));
}

TEST_F(HubFetchTest, GoesOnWhereAnEarlierProgramStopped)
{
    scratch.write(
        std::filesystem::relative(partial(), scratch.path()).string(), weights.substr(0, 150'000));
    const auto folder = fetch();
    ASSERT_TRUE(folder) << errorOf(folder);
    EXPECT_EQ(TemporaryFolder::read(*folder / "model.safetensors"), weights);
    EXPECT_EQ(hub.requests().back().field("range"), "bytes=150000-");
    EXPECT_FALSE(std::filesystem::exists(partial()));
}

TEST_F(HubFetchTest, StartsAgainIfWhatWasLeftIsSpoiled)
{
    scratch.write(
        std::filesystem::relative(partial(), scratch.path()).string(), std::string(150'000, 'x'));
    EXPECT_EQ(TemporaryFolder::read(*fetch() / "model.safetensors"), weights);
    scratch.write("hub/models--org--tiny/refs/main", std::string(40, 'd')); // not in the cache
    std::filesystem::remove(blob(weights));
    scratch.write(std::filesystem::relative(partial(), scratch.path()).string(), weights + weights);
    EXPECT_EQ(TemporaryFolder::read(*fetch() / "model.safetensors"), weights) << "too long";
}

TEST_F(HubFetchTest, StartsAgainWithAServerThatKnowsNoRanges)
{
    file("model.safetensors").fault = {.cuts = 1, .cutAfter = 50'000, .ignoresRanges = true};
    EXPECT_EQ(TemporaryFolder::read(*fetch() / "model.safetensors"), weights);
}

TEST_F(HubFetchTest, RefusesAnotherRangeThanItAskedFor)
{
    file("model.safetensors").fault = {
        .cuts = 1, .cutAfter = 50'000, .contentRange = "bytes 0-9/10"};
    EXPECT_EQ(errorOf(fetch()),
        "hf:org/tiny: model.safetensors: asked for bytes from 50000 on, the server sends \"bytes "
        "0-9/10\"");
}

TEST_F(HubFetchTest, KeepsNothingThatIsNotAsAdvertised)
{
    file("model.safetensors").fault.spoiled = true;
    const auto folder = fetch();
    EXPECT_EQ(errorOf(folder),
        "hf:org/tiny: model.safetensors: what arrived does not have the advertised hash "
            + blob(weights).filename().string() + "; nothing was kept");
    EXPECT_EQ(folder.error().code, ErrorCode::Refused);
    EXPECT_FALSE(std::filesystem::exists(partial()));
    EXPECT_FALSE(std::filesystem::exists(blob(weights)));
    EXPECT_FALSE(std::filesystem::exists(repository() / "refs/main"));
}

TEST_F(HubFetchTest, RefusesMoreThanAdvertised)
{
    file("model.safetensors").fault.extra = std::string(1000, 'x');
    EXPECT_EQ(errorOf(fetch()),
        "hf:org/tiny: model.safetensors: the server sends more than the 200003 bytes it "
        "advertises");
}

TEST_F(HubFetchTest, GivesUpOnABodyThatAlwaysEndsTooSoon)
{
    file("model.safetensors").fault = {.cuts = 1000, .cutAfter = 0};
    const auto folder = fetch();
    ASSERT_FALSE(folder);
    EXPECT_TRUE(errorOf(folder).starts_with("hf:org/tiny: model.safetensors: the connection broke"))
        << errorOf(folder);
    EXPECT_TRUE(errorOf(folder).ends_with("(5 attempts)")) << errorOf(folder);
    EXPECT_EQ(folder.error().code, ErrorCode::Resource);
}

TEST_F(HubFetchTest, TriesAgainAfterABusyServer)
{
    file("config.json").fault = {.failures = 3, .status = 503};
    EXPECT_TRUE(fetch());
    file("config.json").fault = {.failures = 100, .status = 500};
    settings.cache = scratch.path() / "second";
    EXPECT_EQ(errorOf(fetch()),
        "hf:org/tiny: config.json: " + hub.address() + " answered with status 500 (5 attempts)");
    hub.apiFailures["org/tiny"] = 502;
    EXPECT_EQ(errorOf(fetch()),
        "hf:org/tiny: " + hub.address() + " answered with status 502 (5 attempts)");
}

TEST_F(HubFetchTest, SaysWhichTokenIsMissing)
{
    hub.models["org/tiny"].token = "secret";
    EXPECT_EQ(errorOf(fetch()),
        "hf:org/tiny: there is no such model, or it is private: check the name, or give a token in "
        "HF_TOKEN, found none");
    hub.models["org/tiny"].gated = true;
    const auto folder = fetch();
    EXPECT_EQ(errorOf(folder),
        "hf:org/tiny: is gated: accept its terms at " + hub.address()
            + "/org/tiny and give a token in HF_TOKEN, found none");
    EXPECT_EQ(folder.error().code, ErrorCode::Refused);
    settings.token = "wrong";
    settings.tokenSource = "HF_TOKEN";
    EXPECT_EQ(errorOf(fetch()),
        "hf:org/tiny: is gated, and the token from HF_TOKEN has no access: accept its terms at "
            + hub.address() + "/org/tiny");
}

TEST_F(HubFetchTest, SaysThatThereIsNoSuchModel)
{
    EXPECT_EQ(
        errorOf(fetch("hf:org/absent")), "hf:org/absent: " + hub.address() + " has no such model");
}

TEST_F(HubFetchTest, SaysThatNobodyListens)
{
    settings.endpoint = "http://127.0.0.1:1";
    const auto folder = fetch();
    EXPECT_TRUE(errorOf(folder).starts_with("hf:org/tiny: http://127.0.0.1:1 cannot be reached: "))
        << errorOf(folder);
    EXPECT_EQ(folder.error().code, ErrorCode::Resource);
}

TEST_F(HubFetchTest, AsksNobodyOffline)
{
    settings.offline = true;
    EXPECT_EQ(errorOf(fetch()),
        "hf:org/tiny: is not (whole) in " + settings.cache.string()
            + ", and HF_HUB_OFFLINE forbids to fetch it");
    EXPECT_TRUE(hub.requests().empty());
}

TEST_F(HubFetchTest, FetchesTheShardsThatTheIndexNames)
{
    auto& files = hub.models["org/tiny"].files;
    files.erase("model.safetensors");
    files["model.safetensors.index.json"] = {
        R"({"weight_map": {"a": "part-1.safetensors", "b": "part-2.safetensors"}})"};
    files["part-1.safetensors"] = {"one", true};
    files["part-2.safetensors"] = {"two", true};
    const auto folder = fetch();
    ASSERT_TRUE(folder) << errorOf(folder);
    EXPECT_EQ(TemporaryFolder::read(*folder / "part-2.safetensors"), "two");
    settings.offline = true;
    EXPECT_TRUE(fetch());
    std::filesystem::remove(*folder / "part-2.safetensors");
    EXPECT_FALSE(fetch()) << "a shard is gone";
}

TEST_F(HubFetchTest, HostileNamesLeadNowhere)
{
    hub.models["org/tiny"].alsoListed = {
        "../../../outside", "/etc/passwd", "snapshots/../../x.safetensors", "..\\x", "a\\u0000b"};
    ASSERT_TRUE(fetch());
    auto& files = hub.models["org/tiny"].files;
    files.erase("model.safetensors");
    files["model.safetensors.index.json"] = {
        R"({"weight_map": {"a": "../../../outside.safetensors"}})"};
    hub.models["org/tiny"].alsoListed = {"../../../outside.safetensors"};
    hub.models["org/tiny"].commit = std::string(40, 'd');
    const auto folder = fetch("hf:org/tiny@other");
    ASSERT_FALSE(folder);
    EXPECT_NE(errorOf(folder).find("../../../outside.safetensors"), std::string::npos)
        << errorOf(folder);
    hub.models["org/tiny"].commit = "../../../../x";
    EXPECT_NE(errorOf(fetch("hf:org/tiny@third")).find("a commit of 40 hexadecimal digits"),
        std::string::npos);
    for (const std::string& name : scratch.names())
        EXPECT_TRUE(name.starts_with("hub")) << name;
}

TEST_F(HubFetchTest, RefusesBeforeTheDiskIsFull)
{
    // Hash and size come from one head, so a false size shows before any byte is asked for.
    file("model.safetensors").fault.advertisedBytes = std::int64_t{1} << 60;
    const auto folder = fetch();
    ASSERT_FALSE(folder);
    EXPECT_EQ(folder.error().code, ErrorCode::Resource);
    EXPECT_NE(errorOf(folder).find("not enough disk space: need 1152921504606.8 MB, have "),
        std::string::npos)
        << errorOf(folder);
    EXPECT_EQ(hub.count("/resolve/"), 0);
}

TEST_F(HubFetchTest, StopsWithinASecondAndGoesOnLater)
{
    file("model.safetensors").fault.stalls = true;
    std::stop_source stop;
    double share = 0;
    auto working = std::async(std::launch::async, [&] {
        return fetch("hf:org/tiny",
            {.report = [&](double fraction, std::string_view) { share = fraction; },
                .stop = stop.get_token()});
    });
    while (!std::filesystem::exists(partial())
        || std::filesystem::file_size(partial()) < weights.size() / 2)
        ASSERT_EQ(working.wait_for(std::chrono::milliseconds(5)), std::future_status::timeout);
    stop.request_stop();
    const auto folder = working.get();
    EXPECT_EQ(errorOf(folder), "cancelled");
    EXPECT_EQ(folder.error().code, ErrorCode::Cancelled);
    EXPECT_GT(share, 0.0);
    EXPECT_LT(share, 1.0);
    file("model.safetensors").fault.stalls = false;
    ASSERT_TRUE(fetch());
    EXPECT_EQ(
        hub.requests().back().field("range"), "bytes=" + std::to_string(weights.size() / 2) + "-");
}

TEST_F(HubFetchTest, TwoAtOnceFetchEveryFileOnce)
{
    const std::string large(3'000'000, 'l');
    file("model.safetensors").bytes = large;
    auto first = std::async(std::launch::async, [&] { return fetch(); });
    auto second = std::async(std::launch::async, [&] { return fetch(); });
    const auto one = first.get();
    const auto two = second.get();
    ASSERT_TRUE(one) << errorOf(one);
    ASSERT_TRUE(two) << errorOf(two);
    EXPECT_EQ(TemporaryFolder::read(*one / "model.safetensors"), large);
    EXPECT_EQ(hub.count("/model.safetensors"), 1);
}

TEST_F(HubFetchTest, AnOfferSaysWhatWouldBeFetched)
{
    const auto offer = lookUpModel(settings, *readHubName("hf:org/tiny"));
    ASSERT_TRUE(offer);
    EXPECT_EQ(offer->commit, kCommit);
    ASSERT_EQ(offer->files.size(), 3U);
    EXPECT_EQ(offer->bytes, 22 + 2 + 200'003);
    EXPECT_EQ(offer->missingBytes, offer->bytes);
    EXPECT_FALSE(std::filesystem::exists(settings.cache)) << "asking writes nothing";
    ASSERT_TRUE(fetch());
    EXPECT_EQ(lookUpModel(settings, *readHubName("hf:org/tiny"))->missingBytes, 0);
}

} // namespace
} // namespace espalier
