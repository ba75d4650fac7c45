// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace espalier {

enum class Alignment
{
    Left,
    Right
};

struct TableColumn
{
    std::string title = {};
    std::string unit = {}; ///< empty for text and pure numbers
    Alignment alignment = Alignment::Left;

    bool operator==(const TableColumn&) const = default;
};

/// A cell is empty, a whole number, a real number (NaN is shown as NaN) or text.
using TableCell = std::variant<std::monostate, std::int64_t, double, std::string>;

/// Rows have one cell per column.
struct Table
{
    std::string title = {};
    std::vector<TableColumn> columns = {};
    std::vector<std::vector<TableCell>> rows = {};

    bool operator==(const Table&) const = default;
};

} // namespace espalier
