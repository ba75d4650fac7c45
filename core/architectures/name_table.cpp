// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/architectures/name_table.h"

#include "core/architectures/catalog.h"

#include <charconv>

namespace espalier {

std::optional<std::int64_t> blockIn(std::string_view pattern, std::string_view name)
{
    constexpr std::string_view kBlockMark = "{l}";
    const std::size_t mark = pattern.find(kBlockMark);
    if (mark == std::string_view::npos)
        return name == pattern ? std::optional<std::int64_t>(-1) : std::nullopt;
    const std::string_view head = pattern.substr(0, mark);
    const std::string_view tail = pattern.substr(mark + kBlockMark.size());
    if (name.size() <= head.size() + tail.size() || !name.starts_with(head)
        || !name.ends_with(tail))
        return std::nullopt;
    const std::string_view number =
        name.substr(head.size(), name.size() - head.size() - tail.size());
    std::int64_t block = 0;
    const auto [end, failed] = std::from_chars(number.data(), number.data() + number.size(), block);
    const bool isNumber = failed == std::errc{} && end == number.data() + number.size();
    return isNumber && number.front() != '-' ? std::optional(block) : std::nullopt;
}

std::optional<NameMatch> matchName(const Architecture& architecture, std::string_view stored)
{
    const std::string bare = tableName(architecture, stored);
    for (const DiskRow& row : architecture.rows)
        if (const std::optional<std::int64_t> block = blockIn(row.name, bare))
            return NameMatch{.row = &row, .block = *block};
    for (const std::string_view pattern : architecture.ignored)
        if (const std::optional<std::int64_t> block = blockIn(pattern, bare))
            return NameMatch{.row = nullptr, .block = *block};
    return std::nullopt;
}

NameTable::NameTable(const ModelConfig& config)
    : m_architecture(architectureOf(config))
    , m_task(config.flavour.task)
    , m_wanted(diskTensorsOf(m_architecture, config))
{
    std::erase_if(m_wanted, [](const DiskTensor& tensor) { return tensor.twin; });
    for (std::size_t i = 0; i < m_wanted.size(); ++i)
        m_byName.emplace(tableName(m_architecture, m_wanted[i].name), i);
    if (config.flavour.tiedHead)
        for (const DiskRow& row : m_architecture.rows)
            if (row.role == Role::HeadWeight && contains(row.tasks, m_task))
                m_tiedHead = row.name;
    m_embedding = {.name = std::string(m_tiedHead),
        .parameter = {Role::TokenEmbedding, -1},
        .sizes = {config.shape.vocab, config.shape.hidden}};
}

std::optional<std::size_t> NameTable::find(std::string_view stored) const
{
    const auto found = m_byName.find(tableName(m_architecture, stored));
    return found == m_byName.end() ? std::nullopt : std::optional(found->second);
}

std::optional<DiskTensor> NameTable::tiedTo(std::string_view stored) const
{
    return !m_tiedHead.empty() && tableName(m_architecture, stored) == m_tiedHead
        ? std::optional(m_embedding)
        : std::nullopt;
}

bool NameTable::isIgnored(std::string_view stored) const
{
    return isIgnoredTensor(m_architecture, m_task, stored);
}

Spelling NameTable::spellingOf(std::string_view stored) const
{
    for (const NameAlias& alias : m_architecture.aliases)
        if (stored.ends_with(alias.old))
            return alias.counts ? Spelling::Counting : Spelling::Old;
    return Spelling::Table;
}

} // namespace espalier
