// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/model_source.h"

#include <QMenu>

namespace espalier {

/// File → Open cached: the models in Hugging Face's cache that can be opened, newest first. Looks
/// into the cache each time it is shown.
class CachedMenu : public QMenu
{
    Q_OBJECT
public:
    explicit CachedMenu(QWidget* parent);

    /// What the menu offers; seen by tests and called when it is about to show.
    void fill(std::vector<CachedChoice> models);

Q_SIGNALS:
    void chosen(const QString& model); ///< hf:ORG/NAME
    void hubRequested(); ///< all of them, and the Hub

private:
    void look();
};

} // namespace espalier
