// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/token_windows.h"

#include <ATen/ops/empty.h>

namespace espalier {

std::int64_t WindowRule::windowsIn(std::int64_t tokens) const
{
    return tokens < body() ? 0 : (tokens - body()) / stride() + 1;
}

Batch tokenBatch(const WindowRule& rule, const TokenSource& tokens, std::span<const Window> windows,
    Seed maskingSeed)
{
    const auto count = static_cast<std::int64_t>(windows.size());
    const auto length = static_cast<std::size_t>(rule.length);
    const auto body = static_cast<std::size_t>(rule.body());
    Batch batch;
    batch.inputIds_BT = at::empty({count, rule.length}, at::kLong);
    if (rule.masking)
        batch.labels = at::empty({count, rule.length}, at::kLong);
    auto* const ids = batch.inputIds_BT.data_ptr<std::int64_t>();
    for (std::size_t i = 0; i < windows.size(); ++i) {
        const std::span<std::int64_t> window(ids + i * length, length);
        if (rule.first)
            window.front() = *rule.first;
        tokens.read(windows[i].start, window.subspan(rule.first ? 1 : 0, body));
        if (rule.last)
            window.back() = *rule.last;
        if (rule.masking)
            maskTokens(*rule.masking, maskingSeed, windows[i].number, window,
                std::span(batch.labels.data_ptr<std::int64_t>() + i * length, length));
    }
    return batch;
}

} // namespace espalier
