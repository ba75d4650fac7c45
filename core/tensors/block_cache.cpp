// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/block_cache.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>

#include <cstddef>
#include <cstdint>
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
constexpr std::size_t kLargestPage = std::size_t{1} << 16; ///< that Linux has on any machine

constexpr std::size_t roundedUp(std::size_t bytes, std::size_t unit)
{
    return (bytes + unit - 1) / unit * unit;
}

/// Begins on a huge page. Not of the system's heap, which large blocks that come and go leave full
/// of holes: a model that is read block by block took twice the memory that it held.
void* mappedBlock(std::size_t bytes)
{
    const std::size_t length = roundedUp(bytes, kLargestPage);
    void* const all = ::mmap(
        nullptr, length + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED)
        throw std::bad_alloc();
    const std::size_t before =
        (kHugePage - reinterpret_cast<std::uintptr_t>(all) % kHugePage) % kHugePage;
    auto* const block = static_cast<std::byte*>(all) + before;
    if (before > 0)
        (void)::munmap(all, before);
    (void)::munmap(block + length, kHugePage - before);
    (void)::madvise(block, length, MADV_HUGEPAGE); // advice: without it all works too
    return block;
}

/// Throws std::bad_alloc, as LibTorch's own allocator would.
void* freshBlock(std::size_t bytes)
{
    if (bytes >= kHugePage)
        return mappedBlock(bytes);
    void* block = nullptr;
    if (::posix_memalign(&block, kPage, bytes) != 0)
        throw std::bad_alloc();
    return block;
}

void freeBlock(void* block, std::size_t bytes)
{
    if (bytes >= kHugePage)
        (void)::munmap(block, roundedUp(bytes, kLargestPage));
    else
        std::free(block);
}

/// Large blocks by address while in use, by size while kept.
class BlockCache final : public c10::Allocator
{
public:
    c10::DataPtr allocate(std::size_t bytes) override
    {
        if (bytes < kLeastBytes)
            return c10::GetDefaultCPUAllocator()->allocate(bytes);
        void* const block = take(roundedUp(bytes, kPage));
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
            freeBlock(block, bytes);
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
            freeBlock(block, used->second);
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
