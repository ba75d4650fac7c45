// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/architecture.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace espalier {

/// The number that stands for {l} where `name` is a row's `pattern` with one, -1 where the pattern
/// has no {l}; nothing for other names.
[[nodiscard]] std::optional<std::int64_t> blockIn(std::string_view pattern, std::string_view name);

/// What a stored name stands for in files of a family, whatever their task and sizes.
struct NameMatch
{
    const DiskRow* row = nullptr; ///< null: an ignored buffer
    std::int64_t block = -1; ///< of the row's stage; -1: none
};
/// Nothing: no file of the family has such a name, in any spelling.
[[nodiscard]] std::optional<NameMatch> matchName(
    const Architecture& architecture, std::string_view stored);

/// How a stored name is written, the one that counts first.
enum class Spelling
{
    Counting, ///< an alias with NameAlias::counts
    Table,
    Old ///< another alias
};

/// What a model's tensors may be called, in all spellings that the family knows.
class NameTable
{
public:
    explicit NameTable(const ModelConfig& config);

    /// The tensors that the model needs, twins left out.
    [[nodiscard]] const std::vector<DiskTensor>& wanted() const
    {
        return m_wanted;
    }
    /// Which of them a stored name means.
    [[nodiscard]] std::optional<std::size_t> find(std::string_view stored) const;

    /// The embedding, for the head of a tied model: some tools store it twice.
    [[nodiscard]] std::optional<DiskTensor> tiedTo(std::string_view stored) const;
    /// A buffer, or a tensor of other tasks.
    [[nodiscard]] bool isIgnored(std::string_view stored) const;
    [[nodiscard]] Spelling spellingOf(std::string_view stored) const;

private:
    const Architecture& m_architecture;
    Task m_task;
    std::vector<DiskTensor> m_wanted;
    std::unordered_map<std::string, std::size_t> m_byName;
    std::string_view m_tiedHead;
    DiskTensor m_embedding;
};

} // namespace espalier
