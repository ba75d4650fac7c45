// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/gates_file.h"

#include "tests/support/temporary_folder.h"
#include "tests/support/toy_model.h"

#include <gtest/gtest.h>

namespace espalier {
namespace {

TEST(GatesFile, GivesBackWhatItWasGivenAndRefusesWhatAModelHasNot)
{
    const TemporaryFolder folder;
    ModelShape shape = test::toyGpt2().shape; // 2 blocks of 3 heads and 10 units
    const NewMembers members{.channels = {10, 11},
        .blocks = {1},
        .inside = {{.block = 0, .heads = {2}, .units = {8, 9}}}};
    ASSERT_TRUE(writeNewMembers(members, folder.path(), 12));
    EXPECT_EQ(readNewMembers(folder.path(), 12, shape).value(), members);
    shape.mlp = 9;
    const auto found = readNewMembers(folder.path(), 12, shape);
    ASSERT_FALSE(found);
    EXPECT_NE(found.error().message.find("gates-000012.json: inside[0].units[1]: found 9"),
        std::string::npos)
        << found.error().message;
}

} // namespace
} // namespace espalier
