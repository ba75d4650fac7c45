// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/model_file.h"

#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

TEST(ModelFile, APlainFileIsFound)
{
    const TemporaryFolder place;
    const auto file = place.write("model/a.safetensors", "x");
    EXPECT_EQ(resolveModelFile(place.path() / "model", "a.safetensors").value(), file);
}

TEST(ModelFile, ALinkInTheHuggingFaceCacheIsFollowed)
{
    const TemporaryFolder place;
    const auto blob = place.write("repo/blobs/0123abcd", "x");
    std::filesystem::create_directories(place.path() / "repo/snapshots/rev");
    std::filesystem::create_symlink(
        "../../blobs/0123abcd", place.path() / "repo/snapshots/rev/a.safetensors");
    EXPECT_EQ(resolveModelFile(place.path() / "repo/snapshots/rev", "a.safetensors").value(), blob);
}

TEST(ModelFile, ABlobMayBeSharedByTheRepositoriesOfACache)
{
    const TemporaryFolder place;
    const std::string hash = "ab" + std::string(62, '1');
    const auto shared = place.write("blobs/ab/" + hash, "x");
    place.write("blobs/ab/secret", "x");
    std::filesystem::create_directories(place.path() / "repo/snapshots/rev");
    std::filesystem::create_directories(place.path() / "repo/blobs");
    std::filesystem::create_symlink("../../blobs/ab/" + hash, place.path() / "repo/blobs/tag");
    std::filesystem::create_symlink("../../blobs/tag", place.path() / "repo/snapshots/rev/a");
    std::filesystem::create_symlink(
        "../../../blobs/ab/secret", place.path() / "repo/snapshots/rev/b");
    EXPECT_EQ(resolveModelFile(place.path() / "repo/snapshots/rev", "a").value(), shared);
    EXPECT_FALSE(resolveModelFile(place.path() / "repo/snapshots/rev", "b"));
}

TEST(ModelFile, ALinkThatLeavesTheFolderIsRefused)
{
    const TemporaryFolder place;
    const auto secret = place.write("secret", "x");
    std::filesystem::create_directories(place.path() / "model");
    std::filesystem::create_symlink("../secret", place.path() / "model/a.safetensors");
    const auto file = resolveModelFile(place.path() / "model", "a.safetensors");
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().message,
        place.path().string() + "/model/a.safetensors: links to " + secret.string()
            + ", outside its folder; copy the file here instead");
}

TEST(ModelFile, AFolderWhoseNameBeginsTheSameIsOutside)
{
    const TemporaryFolder place;
    place.write("model-2/a", "x");
    std::filesystem::create_directories(place.path() / "model");
    std::filesystem::create_symlink("../model-2/a", place.path() / "model/a");
    EXPECT_FALSE(resolveModelFile(place.path() / "model", "a"));
}

TEST(ModelFile, AModelFolderMayItselfBeALink)
{
    const TemporaryFolder place;
    const auto file = place.write("model/a", "x");
    std::filesystem::create_directory_symlink("model", place.path() / "link");
    EXPECT_EQ(resolveModelFile(place.path() / "link", "a").value(), file);
}

TEST(ModelFile, WhatIsNoPlainNameOrNoFileIsRefused)
{
    const TemporaryFolder place;
    place.write("model/sub/a", "x");
    for (const std::string_view name : {"../model", "sub/a", "..", "/etc/passwd", "sub", "missing"})
        EXPECT_FALSE(resolveModelFile(place.path() / "model", name)) << name;
}

} // namespace
} // namespace espalier
