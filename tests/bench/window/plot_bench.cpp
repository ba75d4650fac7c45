// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/window/bench_window.h"

#include "widgets/plot/line_plot.h"

#include <cstdint>
#include <cstdio>
#include <ctime>

namespace espalier::bench {
namespace {

constexpr int kPoints = 1'000'000;
constexpr int kFrames = 60;
constexpr double kFrameGoalMs = 1000.0 / 60;

Series noisyLoss(int lane)
{
    Series series{.id = std::to_string(lane), .title = "lane " + std::to_string(lane)};
    std::uint32_t state = 2654435769U + static_cast<std::uint32_t>(lane);
    for (int step = 0; step < kPoints; ++step) {
        state = state * 1664525U + 1013904223U;
        const double noise = static_cast<double>(state >> 8U) / (1U << 24U) - 0.5;
        series.x.push_back(step);
        series.y.push_back(5 / (1 + step / 5e4) + 0.1 * lane + noise);
    }
    return series;
}

void pan(int lanes)
{
    LinePlot plot;
    plot.resize(1600, 500);
    LineChart chart{.xTitle = "step", .yTitle = "training loss", .yUnit = "nats"};
    for (int lane = 0; lane < lanes; ++lane)
        chart.series.push_back(noisyLoss(lane));
    plot.setChart(std::move(chart));
    plot.show();
    paintAll();
    std::vector<double> times;
    const std::clock_t before = std::clock();
    for (int frame = 0; frame < kFrames; ++frame) {
        QElapsedTimer clock;
        clock.start();
        plot.setXRange(frame * 5e3, 5e5 + frame * 5e3);
        paintAll();
        times.push_back(milliseconds(clock));
    }
    // Processor time says more than the clock on a busy machine.
    const double processor =
        static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC * 1e3 / kFrames;
    std::printf("{\"name\": \"pan %d x 1e6 points, processor time per frame\", \"mean_ms\": "
                "%.2f}\n",
        lanes, processor);
    printTimes("pan " + std::to_string(lanes) + " x 1e6 points at 1600 px", times, kFrameGoalMs);
}

} // namespace

int benchPlot()
{
    pan(1);
    pan(10);
    return 0;
}

} // namespace espalier::bench
