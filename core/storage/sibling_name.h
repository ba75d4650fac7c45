// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

namespace espalier {

/// Names tried before giving up; each that is taken is the leftover of a program that was killed.
inline constexpr int kSiblingAttempts = 1000;

/// A hidden name beside `target`, on the same file system so that it can be renamed to it:
/// ".out.partial-4711-0". Process number and attempt keep programs and attempts apart; the caller
/// creates it exclusively.
[[nodiscard]] std::filesystem::path siblingName(const std::filesystem::path& target, int attempt);

/// Is this such a name beside `target`, of whatever program?
[[nodiscard]] bool isSiblingOf(
    const std::filesystem::path& target, const std::filesystem::path& path);

} // namespace espalier
