// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/block_cache.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <sys/mman.h>
#include <unordered_map>

namespace espalier {

namespace {

constexpr std::size_t kLeastBytes = std::size_t{1} << 18; ///< smaller ones the system's heap keeps
constexpr std::size_t kHugePage = std::size_t{1} << 21;
constexpr std::size_t kPage = 4096;

/// Throws std::bad_alloc, as LibTorch's own allocator would.
void* freshBlock(std::size_t bytes)
{
    void* block = nullptr;
    if (::posix_memalign(&block, bytes < kHugePage ? kPage : kHugePage, bytes) != 0)
        throw std::bad_alloc();
    if (bytes >= kHugePage)
        (void)::madvise(block, bytes, MADV_HUGEPAGE); // advice: without it all works too
    return block;
}

/// Large blocks by address while in use, by size while kept.
class BlockCache final : public c10::Allocator
{
public:
    c10::DataPtr allocate(std::size_t bytes) override
    {
        if (bytes < kLeastBytes)
            return c10::GetDefaultCPUAllocator()->allocate(bytes);
        void* const block = take((bytes + kPage - 1) / kPage * kPage);
        return {block, block, &BlockCache::giveBack, c10::Device(c10::DeviceType::CPU)};
    }

    [[nodiscard]] c10::DeleterFnPtr raw_deleter() const override
    {
        return &BlockCache::giveBack;
    }

    void copy_data(void* to, const void* from, std::size_t count) const override
    {
        std::memcpy(to, from, count);
    }

    void hold()
    {
        const std::lock_guard lock(m_mutex);
        ++m_holders;
    }

    void release()
    {
        const std::lock_guard lock(m_mutex);
        if (--m_holders > 0)
            return;
        for (const auto& [bytes, block] : m_kept)
            std::free(block);
        m_kept.clear();
    }

private:
    void* take(std::size_t bytes)
    {
        const std::lock_guard lock(m_mutex);
        void* block = nullptr;
        if (const auto found = m_kept.find(bytes); found != m_kept.end()) {
            block = found->second;
            m_kept.erase(found);
        } else {
            block = freshBlock(bytes);
        }
        m_used.emplace(block, bytes);
        return block;
    }

    void put(void* block)
    {
        const std::lock_guard lock(m_mutex);
        const auto used = m_used.find(block);
        if (used == m_used.end()) { // a small one, from the default allocator
            c10::GetDefaultCPUAllocator()->raw_deallocate(block);
            return;
        }
        if (m_holders > 0)
            m_kept.emplace(used->second, block);
        else
            std::free(block);
        m_used.erase(used);
    }

    static void giveBack(void* block);

    std::mutex m_mutex;
    int m_holders = 0;
    std::unordered_map<void*, std::size_t> m_used;
    std::multimap<std::size_t, void*> m_kept;
};

/// Never destroyed: tensors with static storage may outlive every other static.
BlockCache& cache()
{
    static auto* const instance = new BlockCache;
    return *instance;
}

void BlockCache::giveBack(void* block)
{
    cache().put(block);
}

} // namespace

BlockCacheHold::BlockCacheHold()
{
    cache().hold();
}

BlockCacheHold::~BlockCacheHold()
{
    cache().release();
}

void installBlockCache()
{
#if !defined(__SANITIZE_ADDRESS__)
    c10::SetCPUAllocator(&cache(), 1);
#endif
}

} // namespace espalier
