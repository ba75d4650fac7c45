// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace espalier {

/// The candidate a person most likely meant: smallest number of single-character edits, first of
/// equals. Nothing if even that one differs in more than a third of its characters (at least one
/// edit is always allowed). Cost: product of the lengths, per candidate; names over 256 bytes are
/// never suggested.
[[nodiscard]] std::optional<std::string> nearestName(
    std::string_view name, std::span<const std::string> candidates);

/// What to say of a name that is none of the known ones: "did you mean "hidden"?" or, if none is
/// near, "wanted one of hidden, mlp".
[[nodiscard]] std::string correctionOf(std::string_view name, std::span<const std::string> known);

} // namespace espalier
