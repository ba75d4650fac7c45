// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/block_cache.h"

#include <ATen/ops/empty.h>
#include <c10/core/CPUAllocator.h>
#include <gtest/gtest.h>

namespace espalier {
namespace {

constexpr std::int64_t kLarge = 1 << 20; ///< floats

const void* addressOfATensor()
{
    return at::empty({kLarge}, at::kFloat).const_data_ptr();
}

TEST(BlockCache, HandsOutAgainWhatATensorGaveBackWhileHeld)
{
#if defined(__SANITIZE_ADDRESS__)
    GTEST_SKIP() << "the sanitizer watches blocks by never handing them out again";
#endif
    installBlockCache();
    const BlockCacheHold hold;
    const void* const first = addressOfATensor();
    const at::Tensor other = at::empty({2 * kLarge}, at::kFloat);
    EXPECT_NE(other.const_data_ptr(), first); // another size
    EXPECT_EQ(addressOfATensor(), first);
}

TEST(BlockCache, TensorsOutliveTheHold)
{
    installBlockCache();
    at::Tensor tensor;
    {
        const BlockCacheHold hold;
        tensor = at::empty({kLarge}, at::kFloat).fill_(3);
    }
    EXPECT_EQ(tensor.sum().item<float>(), 3.0F * kLarge);
}

/// Tensors made before the cache, small ones and raw memory all find their way back.
TEST(BlockCache, GivesBackWhatIsNotItsOwn)
{
    installBlockCache();
    c10::Allocator* const allocator = c10::GetAllocator(c10::DeviceType::CPU);
    for (const std::size_t bytes : {std::size_t{16}, std::size_t{4 * kLarge}}) {
        void* const memory = allocator->raw_allocate(bytes);
        ASSERT_NE(memory, nullptr);
        allocator->raw_deallocate(memory);
    }
}

} // namespace
} // namespace espalier
