// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/window/bench_window.h"

#include "core/base/resource_path.h"

#include <QApplication>
#include <QCommandLineParser>

namespace {

QString demoModel(const char* name)
{
    return QString::fromStdString((espalier::resourceFolder() / "models" / name).string());
}

} // namespace

int main(int argc, char** argv)
{
    QElapsedTimer sinceStart;
    sinceStart.start();
    QApplication application(argc, argv);
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral(
        "Times what a person at the window waits for; gallery takes pictures of everything."));
    parser.addHelpOption();
    parser.addPositionalArgument(QStringLiteral("what"),
        QStringLiteral("plot, slider [MODEL], start [MODEL] or gallery OUT"));
    parser.process(application);
    const QStringList arguments = parser.positionalArguments();
    const QString what = arguments.value(0);
    const QString garden = demoModel("garden");
    const QString glyphs = demoModel("glyphs");
    if (what == QLatin1String("plot"))
        return espalier::bench::benchPlot();
    if (what == QLatin1String("slider"))
        return espalier::bench::benchSlider(arguments.value(1, garden));
    if (what == QLatin1String("start"))
        return espalier::bench::benchStart(arguments.value(1, garden), sinceStart);
    if (what == QLatin1String("gallery") && arguments.size() > 1)
        return espalier::bench::takeGallery(arguments[1], garden, glyphs);
    parser.showHelp(2);
}
