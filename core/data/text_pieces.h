// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace espalier {

/// True for JSON lines by name: .jsonl, .ndjson.
[[nodiscard]] bool isJsonLines(const std::filesystem::path& file);

/// The texts below a folder, in byte order of their paths, names that begin
/// with a dot left out: .txt, .text, .md, .rst, .raw, .tokens and JSON lines.
/// Errors: Refused, naming the folder: cannot be listed, more than a million files.
[[nodiscard]] Result<std::vector<std::filesystem::path>> textFilesBelow(
    const std::filesystem::path& folder);

/// A stretch of a document. Long documents come in several, cut where no token of the usual
/// tokenizers crosses: after line ends, else before a space.
struct TextPiece
{
    std::string text;
    bool startsDocument = false;
};
using PieceSink = std::function<Status(TextPiece piece)>;

/// Reads a file piece by piece, never holding more than a few MiB of it. A plain text is one
/// document, each line of JSON lines one (its `textField`; empty lines are skipped).
/// Errors: Refused, naming file and line: cannot be read, not an object, no such field or not a
/// text; what the sink returns, which ends the reading.
[[nodiscard]] Status readPieces(
    const std::filesystem::path& file, const std::string& textField, const PieceSink& sink);

/// Bytes at the front of `text` that end where it may be cut; 0: nowhere.
[[nodiscard]] std::size_t lastCut(std::string_view text);

} // namespace espalier
