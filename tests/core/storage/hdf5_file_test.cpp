// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/storage/hdf5_file.h"

#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>
#include <hdf5.h>

namespace espalier {
namespace {

TEST(Hdf5File, ReadsBackWhatItWrote)
{
    const TemporaryFolder folder;
    const auto path = folder.path() / "a.h5";
    const double values[] = {1, 2, 3, 4, 5, 6};
    const std::int64_t sizes[] = {2, 3};
    ASSERT_TRUE(writeHdf5File(path, [&](Hdf5File& file) -> Status {
        for (const Status& done :
            {file.writeArray("/g/h/values", values, sizes), file.writeText("/g", "name", "größe"),
                file.writeInteger("/", "count", 7), file.writeNumber("/g/h", "ratio", 0.5)})
            if (!done)
                return done;
        return {};
    }));
    const Result<Hdf5File> file = Hdf5File::open(path);
    ASSERT_TRUE(file) << file.error().message;
    const Result<Hdf5Array> array = file->readArray("/g/h/values");
    ASSERT_TRUE(array);
    EXPECT_EQ(array->sizes, (std::vector<std::int64_t>{2, 3}));
    EXPECT_EQ(array->values, (std::vector<double>{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(*file->readText("/g", "name"), "größe");
    EXPECT_EQ(*file->readInteger("/", "count"), 7);
    EXPECT_EQ(*file->readNumber("/g/h", "ratio"), 0.5);
    EXPECT_EQ(*file->names("/"), (std::vector<std::string>{"g"}));
    EXPECT_FALSE(file->has("/g/x/values"));
}

TEST(Hdf5File, RefusesMissingThingsByName)
{
    const TemporaryFolder folder;
    const auto path = folder.path() / "a.h5";
    ASSERT_TRUE(writeHdf5File(path, [](Hdf5File& file) { return file.writeText("/", "a", "b"); }));
    const Result<Hdf5File> file = Hdf5File::open(path);
    ASSERT_TRUE(file);
    EXPECT_NE(
        file->readArray("/x").error().message.find("a.h5: /x: is missing"), std::string::npos);
    EXPECT_NE(file->readInteger("/", "a").error().message.find("another type"), std::string::npos);
    EXPECT_NE(file->readText("/", "c").error().message.find("is missing"), std::string::npos);
    EXPECT_FALSE(Hdf5File::open(folder.write("b.h5", "no")));
    EXPECT_FALSE(Hdf5File::open(folder.path() / "none.h5"));
}

TEST(Hdf5File, LimitsWhatADatasetMayClaim)
{
    const TemporaryFolder folder;
    const auto path = folder.path() / "a.h5";
    const double values[] = {1, 2, 3};
    const std::int64_t sizes[] = {3};
    ASSERT_TRUE(
        writeHdf5File(path, [&](Hdf5File& file) { return file.writeArray("/v", values, sizes); }));
    EXPECT_FALSE(Hdf5File::open(path)->readArray("/v", 2));
}

/// A file made with HDF5's own functions, as a stranger would.
template <typename Fill> Result<Hdf5File> openStrange(const TemporaryFolder& folder, Fill fill)
{
    const auto path = folder.path() / "strange.h5";
    const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    fill(file);
    H5Fclose(file);
    return Hdf5File::open(path);
}

TEST(Hdf5File, RefusesLinksThatLeadOut)
{
    const TemporaryFolder folder;
    const Result<Hdf5File> external = openStrange(folder, [](hid_t file) {
        H5Lcreate_external("/etc/passwd", "/x", file, "link", H5P_DEFAULT, H5P_DEFAULT);
    });
    ASSERT_FALSE(external);
    EXPECT_NE(external.error().message.find("/link: a soft, external"), std::string::npos)
        << external.error().message;
    EXPECT_FALSE(openStrange(folder,
        [](hid_t file) { H5Lcreate_soft("/nowhere", file, "link", H5P_DEFAULT, H5P_DEFAULT); }));
}

TEST(Hdf5File, RefusesValuesInOtherFilesAndOddTypes)
{
    const TemporaryFolder folder;
    const hsize_t size[] = {4};
    const hid_t space = H5Screate_simple(1, size, nullptr);
    const Result<Hdf5File> outside = openStrange(folder, [&](hid_t file) {
        const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
        H5Pset_external(properties, "/etc/hostname", 0, 32);
        H5Dclose(
            H5Dcreate2(file, "d", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, properties, H5P_DEFAULT));
        H5Pclose(properties);
    });
    ASSERT_FALSE(outside);
    EXPECT_NE(outside.error().message.find("/d: values in another file"), std::string::npos);
    const Result<Hdf5File> compound = openStrange(folder, [&](hid_t file) {
        const hid_t type = H5Tcreate(H5T_COMPOUND, 8);
        H5Tinsert(type, "a", 0, H5T_NATIVE_INT64);
        H5Dclose(H5Dcreate2(file, "d", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
        H5Tclose(type);
    });
    EXPECT_FALSE(compound);
    H5Sclose(space);
}

TEST(Hdf5File, RefusesGroupsThatContainThemselves)
{
    const TemporaryFolder folder;
    const Result<Hdf5File> loop = openStrange(folder, [](hid_t file) {
        const hid_t group = H5Gcreate2(file, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        H5Lcreate_hard(file, "g", group, "self", H5P_DEFAULT, H5P_DEFAULT);
        H5Gclose(group);
    });
    ASSERT_FALSE(loop);
    EXPECT_NE(loop.error().message.find("nested deeper"), std::string::npos);
}

} // namespace
} // namespace espalier
