// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cached_menu.h"

#include "widgets/format/number_format.h"

#include <QDateTime>
#include <QLocale>

#include <algorithm>

namespace espalier {
namespace {

constexpr std::size_t kMostEntries = 15; ///< the dialog lists all

QString entryOf(const CachedChoice& choice)
{
    const QDateTime date = QDateTime::fromSecsSinceEpoch(choice.model.fetched);
    QString name = QString::fromStdString(choice.model.repository);
    name.replace(QLatin1Char('&'), QLatin1String("&&"));
    const QStringList facts = {QString::fromStdString(choice.family),
        formatBytes(static_cast<double>(choice.model.bytes)),
        QLocale().toString(date.date(), QLocale::ShortFormat)};
    // What follows a tab stands in the column of shortcuts.
    return name + QLatin1Char('\t') + facts.join(QStringLiteral(" · "));
}

} // namespace

CachedMenu::CachedMenu(QWidget* parent)
    : QMenu(tr("Open c&ached"), parent)
{
    setToolTip(tr("Models that Hugging Face's tools, or Open from Hub, have fetched"));
    connect(this, &QMenu::aboutToShow, this, &CachedMenu::look);
}

void CachedMenu::look()
{
    Result<std::vector<CachedChoice>> models = modelsInHubCache();
    // A wrong variable is named where a model is asked for, in the dialog.
    fill(models ? *std::move(models) : std::vector<CachedChoice>{});
}

void CachedMenu::fill(std::vector<CachedChoice> models)
{
    clear();
    std::erase_if(models, [](const CachedChoice& choice) { return choice.family.empty(); });
    std::stable_sort(
        models.begin(), models.end(), [](const CachedChoice& a, const CachedChoice& b) {
            return a.model.fetched > b.model.fetched;
        });
    if (models.empty())
        addAction(tr("No model that can be opened is in the cache"))->setEnabled(false);
    for (std::size_t i = 0; i < std::min(models.size(), kMostEntries); ++i) {
        const QString name =
            QStringLiteral("hf:") + QString::fromStdString(models[i].model.repository);
        addAction(entryOf(models[i]), this, [this, name] { Q_EMIT chosen(name); });
    }
    addSeparator();
    addAction(models.size() > kMostEntries ? tr("All %1, and the Hub…").arg(models.size())
                                           : tr("The Hub…"),
        this, &CachedMenu::hubRequested);
}

} // namespace espalier
