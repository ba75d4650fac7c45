// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/console.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unistd.h>

namespace espalier::cli {

ProgressBar::ProgressBar()
    : m_terminal(isatty(STDERR_FILENO) == 1)
{
}

ProgressBar::~ProgressBar()
{
    finish();
}

Progress ProgressBar::progress(std::stop_token stop)
{
    return {.report = [this](double fraction, std::string_view stage) { draw(fraction, stage); },
        .stop = std::move(stop),
        .note =
            [this](std::string_view line) {
                finish();
                fmt::print(stderr, "espalier-cli: {}\n", line);
            }};
}

void ProgressBar::draw(double fraction, std::string_view stage)
{
    const int permille = static_cast<int>(std::clamp(fraction, 0.0, 1.0) * 1000);
    if (!m_terminal || (permille == m_lastPermille && stage == m_lastStage))
        return;
    m_lastPermille = permille;
    m_lastStage = stage;
    constexpr int kWidth = 30;
    const auto full = static_cast<std::size_t>(permille * kWidth / 1000);
    const std::string bar = std::string(full, '=') + std::string(kWidth - full, ' ');
    fmt::print(stderr, "\r\033[K[{}] {:3}% {}", bar, permille / 10, stage);
    std::fflush(stderr);
    m_drawn = true;
}

void ProgressBar::finish()
{
    if (m_drawn)
        fmt::print(stderr, "\r\033[K");
    m_drawn = false;
}

std::string alignedTable(const std::vector<std::vector<std::string>>& rows)
{
    std::vector<std::size_t> widths;
    for (const auto& row : rows)
        for (std::size_t c = 0; c < row.size(); ++c) {
            widths.resize(std::max(widths.size(), c + 1));
            widths[c] = std::max(widths[c], row[c].size());
        }
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t c = 0; c < row.size(); ++c)
            line += fmt::format("{:<{}}  ", row[c], widths[c]);
        text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
    }
    return text;
}

namespace {

std::string textOf(const TableCell& cell)
{
    if (const auto* words = std::get_if<std::string>(&cell))
        return *words;
    if (const auto* whole = std::get_if<std::int64_t>(&cell))
        return fmt::format("{}", *whole);
    if (const auto* real = std::get_if<double>(&cell))
        return fmt::format("{:g}", *real);
    return {};
}

} // namespace

std::vector<std::vector<std::string>> rowsOf(const Table& table)
{
    std::vector<std::vector<std::string>> rows(1);
    for (const TableColumn& column : table.columns)
        rows[0].push_back(column.title);
    for (const auto& cells : table.rows) {
        std::vector<std::string>& row = rows.emplace_back();
        for (const TableCell& cell : cells)
            row.push_back(textOf(cell));
    }
    return rows;
}

std::string withPrefix(double value)
{
    constexpr const char* kPrefixes[] = {"", " k", " M", " G", " T", " P"};
    std::size_t step = 0;
    while (std::abs(value) >= 1000 && step + 1 < std::size(kPrefixes)) {
        value /= 1000;
        ++step;
    }
    return fmt::format("{:.{}g}{}", value, step == 0 ? 4 : 3, kPrefixes[step]);
}

} // namespace espalier::cli
