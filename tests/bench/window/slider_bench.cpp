// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/window/bench_window.h"

#include "app/main_window.h"

#include <QFile>
#include <QFileInfo>

#include <cstdio>

namespace espalier::bench {
namespace {

constexpr double kOverlayGoalMs = 50;
constexpr double kPreviewGoalMs = 100;
constexpr double kLossGoalMs = 1000;
constexpr double kStartGoalMs = 2000;

/// Widths of the destination from the narrowest to the parent's and back.
std::vector<std::int64_t> widths(const ModelShape& parent)
{
    std::vector<std::int64_t> result;
    for (std::int64_t heads = 1; heads <= parent.heads; ++heads)
        result.push_back(heads * parent.headDim);
    for (std::int64_t heads = parent.heads - 1; heads >= 1; --heads)
        result.push_back(heads * parent.headDim);
    return result;
}

double residentMegabytes()
{
    QFile status(QStringLiteral("/proc/self/status"));
    if (!status.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray& line : status.readAll().split('\n'))
        if (line.startsWith("VmRSS:"))
            return line.mid(6).trimmed().split(' ').constFirst().toDouble() / 1e3 * 1.024;
    return 0;
}

} // namespace

int benchSlider(const QString& model)
{
    OpenWindow open;
    if (!open.fill(model))
        return 1;
    MainWindow& window = *open.window;
    const Workspace& workspace = window.workspace();
    const std::string name = QFileInfo(model).fileName().toStdString();
    bool hasPreview = false;
    QObject::connect(&workspace, &Workspace::previewChanged, [&hasPreview] { hasPreview = true; });
    std::vector<double> overlay;
    std::vector<double> preview;
    std::vector<double> loss;
    const auto isScored = [&workspace] {
        return !workspace.work(Activity::Evaluating).running && workspace.untrainedLoss();
    };
    for (const std::int64_t width : widths(workspace.model()->config.shape)) {
        if (width == workspace.recipe().shape.hidden)
            continue;
        window.showView(QStringLiteral("importance"));
        paintAll();
        QElapsedTimer clock;
        clock.start();
        Q_EMIT window.intents().sizeEdited(Size::Hidden, width, false);
        paintAll();
        overlay.push_back(milliseconds(clock));
        if (!waitFor(isScored))
            return 1;
        paintAll();
        loss.push_back(milliseconds(clock));
    }
    window.showView(QStringLiteral("weights"));
    for (const std::int64_t width : widths(workspace.model()->config.shape)) {
        if (width == workspace.recipe().shape.hidden)
            continue;
        hasPreview = false;
        QElapsedTimer clock;
        clock.start();
        Q_EMIT window.intents().sizeEdited(Size::Hidden, width, false);
        if (!waitFor([&hasPreview] { return hasPreview; }))
            return 1;
        paintAll();
        preview.push_back(milliseconds(clock));
        if (!waitFor(isScored))
            return 1;
    }
    printTimes(name + ": slider to overlay and footprint", overlay, kOverlayGoalMs);
    printTimes(name + ": slider to weight preview", preview, kPreviewGoalMs);
    printTimes(name + ": slider to untrained loss", loss, kLossGoalMs);
    return 0;
}

int benchStart(const QString& model, const QElapsedTimer& sinceProcessStart)
{
    OpenWindow open;
    if (!open.fill(model))
        return 1;
    printTimes("start to filled window", {milliseconds(sinceProcessStart)}, kStartGoalMs);
    std::printf("{\"name\": \"idle memory\", \"megabytes\": %.0f, \"goal_megabytes\": 350}\n",
        residentMegabytes());
    return 0;
}

} // namespace espalier::bench
