// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace espalier {

/// Small makers, so that every panel has the same distances and type.

[[nodiscard]] QLabel* makeHead(
    const QString& text, QWidget* parent); ///< section head, 10 pt semibold
[[nodiscard]] QLabel* makeMuted(
    const QString& text, QWidget* parent); ///< secondary, plain text, follows the theme
/// As makeMuted, as an ElidedLabel.
[[nodiscard]] QLabel* makeNote(QWidget* parent);
[[nodiscard]] QVBoxLayout* makeColumn(QWidget* owner, int margin, int spacing);
[[nodiscard]] QHBoxLayout* makeRow(int spacing);

} // namespace espalier
