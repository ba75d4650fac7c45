// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace espalier {

/// While one of these lives, large blocks of main memory that tensors give back are kept for the
/// next tensor of that size. A training step or a calibration pass takes and frees the same blocks
/// again and again; without this the system takes them back in between and hands out fresh pages,
/// zeroed one fault at a time: a twentieth of a small model's step. Kept blocks lie on huge pages
/// where the system offers them. When the last holder goes, so does all that is kept.
///
/// Does nothing unless installBlockCache() was called. Any thread.
class BlockCacheHold
{
public:
    BlockCacheHold();
    BlockCacheHold(const BlockCacheHold&) = delete;
    BlockCacheHold& operator=(const BlockCacheHold&) = delete;
    ~BlockCacheHold();
};

/// Makes LibTorch take large blocks from the cache from now on; once per process, before threads
/// make tensors. Not in builds with a memory sanitizer, which could not watch the blocks then.
void installBlockCache();

} // namespace espalier
