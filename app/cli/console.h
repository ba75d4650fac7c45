// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/progress.h"
#include "core/report/table.h"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace espalier::cli {

/// Progress on stderr: a bar that redraws itself on a terminal, nothing when stderr goes to a file
/// or a pipe. The result must not outlive the program's console; finish() clears the line.
class ProgressBar
{
public:
    ProgressBar();
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    [[nodiscard]] Progress progress(std::stop_token stop);
    void draw(double fraction, std::string_view stage);
    void finish();

private:
    bool m_terminal = false;
    bool m_drawn = false;
    int m_lastPermille = -1;
    std::string m_lastStage;
};

/// Aligned columns for people: the first row is the header; numbers should come formatted. Ends
/// with a newline.
[[nodiscard]] std::string alignedTable(const std::vector<std::vector<std::string>>& rows);

/// A report's table as such rows.
[[nodiscard]] std::vector<std::vector<std::string>> rowsOf(const Table& table);

/// 12 400 000 as "12.4 M", 5300 as "5.3 k", 950 as "950".
[[nodiscard]] std::string withPrefix(double value);

} // namespace espalier::cli
