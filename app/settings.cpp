// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/settings.h"

namespace espalier {
namespace {

constexpr int kRecentLimit = 8;
const auto kGeometry = QLatin1String("window/geometry");
const auto kState = QLatin1String("window/state");
const auto kTheme = QLatin1String("window/theme");
const auto kRecent = QLatin1String("recent");
const auto kHint = QLatin1String("hintDismissed");
const auto kRun = QLatin1String("interruptedRun");

} // namespace

Settings::Settings(const QString& file)
    : m_store(file.isEmpty() ? QSettings().fileName() : file, QSettings::IniFormat)
{
}

QByteArray Settings::geometry() const
{
    return m_store.value(kGeometry).toByteArray();
}

QByteArray Settings::windowState() const
{
    return m_store.value(kState).toByteArray();
}

void Settings::setWindow(const QByteArray& geometry, const QByteArray& state)
{
    m_store.setValue(kGeometry, geometry);
    m_store.setValue(kState, state);
}

ThemeChoice Settings::theme() const
{
    const QString name = m_store.value(kTheme).toString();
    if (name == QLatin1String("light"))
        return ThemeChoice::Light;
    return name == QLatin1String("dark") ? ThemeChoice::Dark : ThemeChoice::System;
}

void Settings::setTheme(ThemeChoice choice)
{
    const char* names[] = {"system", "light", "dark"};
    m_store.setValue(kTheme, QLatin1String(names[static_cast<int>(choice)]));
}

QStringList Settings::recentModels() const
{
    return m_store.value(kRecent).toStringList();
}

void Settings::addRecentModel(const QString& folder)
{
    QStringList recent = recentModels();
    recent.removeAll(folder);
    recent.prepend(folder);
    while (recent.size() > kRecentLimit)
        recent.removeLast();
    m_store.setValue(kRecent, recent);
}

bool Settings::hintDismissed() const
{
    return m_store.value(kHint).toBool();
}

void Settings::dismissHint()
{
    m_store.setValue(kHint, true);
}

QString Settings::interruptedRun() const
{
    return m_store.value(kRun).toString();
}

void Settings::setInterruptedRun(const QString& folder)
{
    m_store.setValue(kRun, folder);
}

} // namespace espalier
