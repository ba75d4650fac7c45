// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QSettings>
#include <QString>
#include <QStringList>

namespace espalier {

enum class ThemeChoice
{
    System,
    Light,
    Dark
};

/// What the window remembers between starts.
class Settings
{
public:
    /// The user's settings; with a file, those (tests, tours).
    explicit Settings(const QString& file = {});

    [[nodiscard]] QByteArray geometry() const;
    [[nodiscard]] QByteArray windowState() const;
    void setWindow(const QByteArray& geometry, const QByteArray& state);

    [[nodiscard]] ThemeChoice theme() const;
    void setTheme(ThemeChoice choice);

    [[nodiscard]] QStringList recentModels() const; ///< newest first, at most eight
    void addRecentModel(const QString& folder);

    [[nodiscard]] bool hintDismissed() const;
    void dismissHint();

    /// Folder of a run that was stopped by closing the window; empty if there is none.
    [[nodiscard]] QString interruptedRun() const;
    void setInterruptedRun(const QString& folder);

private:
    mutable QSettings m_store;
};

} // namespace espalier
