// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cached_menu.h"

#include "widgets/format/number_format.h"

#include <QSignalSpy>
#include <QTest>

using namespace espalier;

namespace {

CachedChoice choice(const std::string& name, const std::string& family, std::int64_t fetched)
{
    return {
        {.repository = name, .path = {}, .modelType = {}, .bytes = 7'276'206, .fetched = fetched},
        family};
}

} // namespace

class TestCachedMenu : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void offersWhatCanBeOpenedNewestFirst()
    {
        CachedMenu menu(nullptr);
        QSignalSpy chosen(&menu, &CachedMenu::chosen);
        QSignalSpy hub(&menu, &CachedMenu::hubRequested);
        menu.fill({choice("plants/garden", "GPT-2", 1'000'000),
            choice("plants/algae", "", 9'000'000), choice("plants/rose", "BERT", 2'000'000)});
        QCOMPARE(menu.actions().size(), 4); // two models, a line, the Hub
        QVERIFY(menu.actions()[0]->text().startsWith(
            QStringLiteral("plants/rose\tBERT · ") + formatBytes(7'276'206.0)));
        menu.actions()[1]->trigger();
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen[0][0].toString(), QStringLiteral("hf:plants/garden"));
        menu.actions()[3]->trigger();
        QCOMPARE(hub.count(), 1);
    }

    void saysThatNothingIsThere()
    {
        CachedMenu menu(nullptr);
        menu.fill({choice("plants/algae", "", 1)});
        QVERIFY(!menu.actions()[0]->isEnabled());
    }

    void leavesVeryManyToTheDialog()
    {
        CachedMenu menu(nullptr);
        std::vector<CachedChoice> many;
        for (int i = 0; i < 40; ++i)
            many.push_back(choice("plants/no" + std::to_string(i), "GPT-2", i));
        menu.fill(many);
        QCOMPARE(menu.actions().size(), 15 + 2);
        QCOMPARE(menu.actions().last()->text(), QStringLiteral("All 40, and the Hub…"));
    }
};

QTEST_MAIN(TestCachedMenu)
#include "tst_cached_menu.moc"
