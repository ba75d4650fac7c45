// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <stop_token>
#include <string_view>

namespace espalier {

/// How a long piece of work reports and is told to stop. Functions that may take more than 0.3 s
/// accept one, ask stopRequested() between pieces, and return Error{Cancelled} when it says so.
/// `report` is called on the working thread with a fraction in [0, 1] and a stage ("measuring block
/// 3 of 8"), `note` with one plain line that a person should read although the work goes on ("3
/// broken images left out").
struct Progress
{
    std::function<void(double fraction, std::string_view stage)> report = {};
    std::stop_token stop = {};
    std::function<void(std::string_view line)> note = {};

    void operator()(double fraction, std::string_view stage) const
    {
        if (report)
            report(fraction, stage);
    }
    void tell(std::string_view line) const
    {
        if (note)
            note(line);
    }
    [[nodiscard]] bool stopRequested() const
    {
        return stop.stop_requested();
    }
};

} // namespace espalier
