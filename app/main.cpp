// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main_window.h"
#include "app/tour.h"
#include "core/base/resource_path.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QIcon>
#include <QTemporaryDir>
#include <QTextStream>

namespace {

using namespace espalier;

QString resource(const char* path)
{
    return QString::fromStdString((resourceFolder() / path).string());
}

struct Arguments
{
    QString model;
    QString tour;
    QString theme;
};

Arguments parse(const QApplication& application)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QApplication::tr("Scales pretrained transformers and shows how."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument(QStringLiteral("MODEL"),
        QApplication::tr(
            "A folder with config.json and weights, hf:ORG/NAME, or a recipe.json, which "
            "stands for its destination; without it the built-in garden opens."),
        QStringLiteral("[MODEL]"));
    const QCommandLineOption tour(QStringLiteral("tour"),
        QApplication::tr(
            "Plays the whole thread by itself; leaves a picture per step and report.html in OUT."),
        QStringLiteral("OUT"));
    const QCommandLineOption theme(QStringLiteral("theme"),
        QApplication::tr("light, dark or system."), QStringLiteral("NAME"));
    parser.addOption(tour);
    parser.addOption(theme);
    parser.process(application);
    const QStringList positional = parser.positionalArguments();
    return {
        positional.value(0, resource("models/garden")), parser.value(tour), parser.value(theme)};
}

int play(const Arguments& arguments)
{
    // A tour neither reads nor changes what the user's window remembers.
    QTemporaryDir scratch;
    Settings settings(scratch.filePath(QStringLiteral("tour.ini")));
    settings.setTheme(
        arguments.theme == QLatin1String("dark") ? ThemeChoice::Dark : ThemeChoice::Light);
    MainWindow window(settings);
    window.setRunsFolder(scratch.filePath(QStringLiteral("runs")));
    window.show();
    Tour tour(window, arguments.model, arguments.tour);
    QObject::connect(&tour, &Tour::finished, qApp, [](bool complete, const QString& report) {
        QTextStream(complete ? stdout : stderr) << report << Qt::endl;
        QApplication::exit(complete ? 0 : 1);
    });
    tour.start();
    return QApplication::exec();
}

} // namespace

int main(int argc, char** argv)
{
    QApplication application(argc, argv);
    QApplication::setOrganizationName(QStringLiteral("espalier"));
    QApplication::setApplicationName(QStringLiteral("espalier"));
    QApplication::setApplicationVersion(QStringLiteral(ESPALIER_VERSION));
    QApplication::setWindowIcon(QIcon(resource("icons/espalier.svg")));
    const Arguments arguments = parse(application);
    if (!arguments.tour.isEmpty())
        return play(arguments);
    Settings settings;
    MainWindow window(settings);
    if (arguments.theme == QLatin1String("dark"))
        window.applyThemeChoice(ThemeChoice::Dark);
    else if (arguments.theme == QLatin1String("light"))
        window.applyThemeChoice(ThemeChoice::Light);
    window.show();
    window.openModel(arguments.model);
    return QApplication::exec();
}
