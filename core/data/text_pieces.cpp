// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/text_pieces.h"

#include "core/base/untrusted_text.h"
#include "core/formats/strict_json.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>

namespace espalier {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlock = std::size_t{1} << 20;
constexpr std::size_t kMaxLine = std::size_t{64} << 20;
constexpr std::size_t kMaxFiles = 1'000'000;

std::string lowerExtension(const fs::path& file)
{
    std::string extension = file.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
        [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return extension;
}

bool isText(const fs::path& file)
{
    static constexpr std::array<std::string_view, 6> kExtensions = {
        ".txt", ".text", ".md", ".rst", ".raw", ".tokens"};
    const std::string extension = lowerExtension(file);
    return isJsonLines(file)
        || std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

bool isSpace(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/// End of the last character that is complete (UTF-8).
std::size_t lastWholeCharacter(std::string_view text)
{
    std::size_t start = text.size();
    while (start > 1 && (static_cast<unsigned char>(text[start - 1]) & 0xC0U) == 0x80U)
        --start;
    return start > 1 ? start - 1 : text.size(); // before the character that may go on
}

/// Blocks of a file, one after another.
class BlockReader
{
public:
    [[nodiscard]] static Result<BlockReader> open(const fs::path& file)
    {
        std::error_code error;
        std::ifstream stream(file, std::ios::binary);
        if (!fs::is_regular_file(file, error) || !stream)
            return refused(fmt::format("{}: not a file that can be read", file.string()));
        return BlockReader(file, std::move(stream));
    }
    /// Appends the next block; nothing is appended at the end.
    [[nodiscard]] Status next(std::string& text)
    {
        const std::size_t before = text.size();
        text.resize(before + kBlock);
        m_stream.read(text.data() + before, kBlock);
        text.resize(before + static_cast<std::size_t>(m_stream.gcount()));
        if (m_stream.bad())
            return refused(fmt::format("{}: cannot be read", m_file.string()));
        return {};
    }

private:
    BlockReader(fs::path file, std::ifstream stream)
        : m_file(std::move(file))
        , m_stream(std::move(stream))
    {
    }

    fs::path m_file;
    std::ifstream m_stream;
};

Status readPlain(const fs::path& file, const PieceSink& sink)
{
    Result<BlockReader> reader = BlockReader::open(file);
    if (!reader)
        return reader.error();
    std::string text;
    bool first = true;
    for (bool more = true; more;) {
        const std::size_t before = text.size();
        if (const Status read = reader->next(text); !read)
            return read;
        more = text.size() > before;
        std::size_t cut = more ? lastCut(text) : text.size();
        if (cut == 0 && text.size() >= kMaxLine)
            cut = lastWholeCharacter(text);
        if (cut == 0)
            continue;
        std::string rest = text.substr(cut);
        text.resize(cut);
        if (const Status taken = sink({std::move(text), first}); !taken)
            return taken;
        text = std::move(rest);
        first = false;
    }
    return {};
}

Result<std::string> textOfLine(
    std::string_view line, const std::string& where, const std::string& textField)
{
    const Result<nlohmann::json> json = parseStrictJson(line, where, {.maxBytes = kMaxLine});
    if (!json)
        return json.error();
    if (!json->is_object())
        return refused(fmt::format("{}: found {}, wanted an object", where, json->type_name()));
    const auto field = json->find(textField);
    if (field == json->end())
        return refused(
            fmt::format("{}: no field {}, wanted one with the text (--text-field names it)", where,
                inQuotes(textField)));
    if (!field->is_string())
        return refused(fmt::format(
            "{}: {} is {}, wanted a text", where, inQuotes(textField), field->type_name()));
    return field->get<std::string>();
}

Status takeLine(std::string_view line, const std::string& where, const std::string& textField,
    const PieceSink& sink)
{
    if (std::all_of(line.begin(), line.end(), isSpace))
        return {};
    Result<std::string> text = textOfLine(line, where, textField);
    if (!text)
        return text.error();
    return sink({*std::move(text), true});
}

Status readLines(const fs::path& file, const std::string& textField, const PieceSink& sink)
{
    Result<BlockReader> reader = BlockReader::open(file);
    if (!reader)
        return reader.error();
    std::string text;
    std::int64_t number = 0;
    for (bool more = true; more;) {
        const std::size_t before = text.size();
        if (const Status read = reader->next(text); !read)
            return read;
        more = text.size() > before;
        if (!more && !text.empty())
            text += '\n';
        std::size_t begin = 0;
        for (std::size_t end = text.find('\n', before); end != std::string::npos;
             end = text.find('\n', begin)) {
            const std::string where = fmt::format("{}: line {}", file.string(), ++number);
            const std::string_view line = std::string_view(text).substr(begin, end - begin);
            if (const Status taken = takeLine(line, where, textField, sink); !taken)
                return taken;
            begin = end + 1;
        }
        text.erase(0, begin);
        if (text.size() > kMaxLine)
            return refused(fmt::format(
                "{}: line {}: more than {} bytes", file.string(), number + 1, kMaxLine));
    }
    return {};
}

} // namespace

bool isJsonLines(const fs::path& file)
{
    const std::string extension = lowerExtension(file);
    return extension == ".jsonl" || extension == ".ndjson";
}

Result<std::vector<fs::path>> textFilesBelow(const fs::path& folder)
{
    std::vector<fs::path> found;
    std::error_code error;
    for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
        const bool hidden = entry->path().filename().string().starts_with(".");
        std::error_code ignored;
        if (hidden && entry->is_directory(ignored))
            entry.disable_recursion_pending();
        if (!hidden && isText(entry->path()) && entry->is_regular_file(ignored))
            found.push_back(entry->path());
        if (found.size() > kMaxFiles)
            return refused(fmt::format("{}: more than {} texts", folder.string(), kMaxFiles));
    }
    if (error)
        return refused(fmt::format("{}: cannot be listed ({})", folder.string(), error.message()));
    std::sort(found.begin(), found.end());
    return found;
}

std::size_t lastCut(std::string_view text)
{
    for (std::size_t i = text.size(); i-- > 1;)
        if (text[i - 1] == '\n' && !isSpace(text[i]))
            return i;
    for (std::size_t i = text.size(); i-- > 1;)
        if (text[i] == ' ' && !isSpace(text[i - 1]) && i + 1 < text.size() && !isSpace(text[i + 1]))
            return i;
    return 0;
}

Status readPieces(const fs::path& file, const std::string& textField, const PieceSink& sink)
{
    return isJsonLines(file) ? readLines(file, textField, sink) : readPlain(file, sink);
}

} // namespace espalier
