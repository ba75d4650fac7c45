// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main_window.h"
#include "app/recipe_files.h"
#include "core/engine/spec_files.h"
#include "tests/support/tiny_model.h"

#include <QAction>
#include <QDir>
#include <QDropEvent>
#include <QFile>
#include <QFileInfo>
#include <QMenuBar>
#include <QMimeData>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace espalier;
using test::writeTinyModel;

namespace {

constexpr int kPatience = 120000;

QByteArray bytesOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

/// Recipes upon recipes, by way of the window.
class TestRecipeChain : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_scratch = std::make_unique<QTemporaryDir>();
        m_settings = std::make_unique<Settings>(at("window.ini"));
        m_window = std::make_unique<MainWindow>(*m_settings);
        writeTinyModel(at("tiny"));
        open(at("tiny"));
    }

    void cleanup()
    {
        m_window.reset();
        m_settings.reset();
        m_scratch.reset();
    }

    void firstShrinksTheWidthAndThenGrowsTheMlp()
    {
        Workspace& workspace = m_window->workspace();
        goOn(at("narrow.json"));
        QCOMPARE(workspace.model()->name, std::string("narrow"));
        QCOMPARE(workspace.model()->config.shape.hidden, 8);
        QCOMPARE(workspace.model()->lineage.size(), std::size_t{1});
        QCOMPARE(describe(workspace.model()->lineage.front()),
            std::string("narrow.json: Weight subcloning of tiny, 2 blocks × 8"));
        QVERIFY(m_window->windowTitle().startsWith(QStringLiteral("narrow → ")));
        QCOMPARE(m_settings->recentModels().constFirst(), at("narrow.json"));

        m_window->recipes().backToParent();
        m_window->recipes().setMethod(QStringLiteral("net2net"));
        m_window->recipes().setSize(Size::Mlp, 64, false);
        QTRY_VERIFY_WITH_TIMEOUT(workspace.plan(), kPatience);
        QCOMPARE(workspace.recipe().shape.mlp, 64);
        exportTo(at("window"));
        const Recipe recipe = loadRecipe(at("window/recipe.json").toStdString()).value();
        QCOMPARE(recipe.parentPath, at("narrow.json").toStdString());
        QVERIFY(bytesOf(at("window/README.md")).contains("narrow.json: Weight subcloning of tiny"));

        // The same from the recipe alone, as the command line has it.
        QVERIFY(m_window->workspace().measurements());
        const auto planned = planRecipe(recipe, {});
        QVERIFY2(planned.ok(), planned ? "" : planned.error().message.c_str());
        QVERIFY(
            exportScaled(planned->parent, planned->plan, recipe, at("alone").toStdString(), {}));
        for (const char* file : {"/model.safetensors", "/config.json", "/recipe.json"})
            QCOMPARE(bytesOf(at("window") + QLatin1String(file)),
                bytesOf(at("alone") + QLatin1String(file)));
    }

    void keepsTheDataThatTheRecipeWasMeasuredOn()
    {
        QFile text(at("roses.txt"));
        QVERIFY(text.open(QIODevice::WriteOnly));
        text.write(QByteArray("the rose and the thorn\n").repeated(200));
        text.close();
        Workspace& workspace = m_window->workspace();
        DataSpec data = workspace.data();
        data.source = text.fileName().toStdString();
        m_window->bridge().data().open(data);
        QTRY_VERIFY_WITH_TIMEOUT(
            workspace.measurements() && workspace.measurements()->source == data.source, kPatience);
        goOn(at("narrow.json"));
        QCOMPARE(workspace.data().source, data.source);
    }

    void aDroppedRecipeIsItsDestination()
    {
        QVERIFY(saveRecipe(m_window->bridge().repeatableRecipe(), at("half.json").toStdString()));
        QMimeData mime;
        mime.setUrls({QUrl::fromLocalFile(at("half.json"))});
        QDragEnterEvent enter({10, 10}, Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QDropEvent drop({10, 10}, Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QSignalSpy opened(&m_window->bridge(), &EngineBridge::opened);
        QCoreApplication::sendEvent(m_window.get(), &enter);
        QVERIFY(enter.isAccepted());
        QCoreApplication::sendEvent(m_window.get(), &drop);
        QTRY_COMPARE_WITH_TIMEOUT(opened.count(), 1, kPatience);
        QCOMPARE(m_window->workspace().model()->name, std::string("half"));
        // What else ends in .json lies in a model's folder.
        QCOMPARE(modelAt(QFileInfo(at("tiny/config.json"))), at("tiny"));
    }

    void aRecipeIsShownWithItsOwnParent()
    {
        m_window->recipes().setSize(Size::Layers, 1, false);
        QVERIFY(saveRecipe(m_window->bridge().repeatableRecipe(), at("short.json").toStdString()));
        goOn(at("other.json"));
        QSignalSpy opened(&m_window->bridge(), &EngineBridge::opened);
        m_window->openRecipe(at("short.json"));
        QTRY_COMPARE_WITH_TIMEOUT(opened.count(), 1, kPatience);
        QCOMPARE(m_window->workspace().model()->name, std::string("tiny"));
        QCOMPARE(m_window->workspace().recipe().shape.layers, 1);
    }

    void noRecipeIsWrittenOverWhatItComesFrom()
    {
        goOn(at("one.json"));
        m_window->recipes().backToParent();
        goOn(at("two.json"));
        const QByteArray before = bytesOf(at("one.json"));
        m_window->goOnFrom(at("one.json"));
        QVERIFY(m_window->message().contains(QStringLiteral("choose another name")));
        QCOMPARE(bytesOf(at("one.json")), before);
        QCOMPARE(m_window->workspace().model()->name, std::string("two"));
    }

    void saysWhyThereIsNothingToGoOnFrom()
    {
        QVERIFY(goOnAction()->isEnabled());
        m_window->workspace().setPlan(nullptr, QStringLiteral("width: found 7, wanted 8"));
        QVERIFY(!goOnAction()->isEnabled());
        QCOMPARE(goOnAction()->toolTip(), QStringLiteral("width: found 7, wanted 8"));
    }

private:
    [[nodiscard]] QString at(const char* name) const
    {
        return m_scratch->filePath(QString::fromLatin1(name));
    }

    void waitFor(const QSignalSpy& opened)
    {
        QTRY_COMPARE_WITH_TIMEOUT(opened.count(), 1, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(
            m_window->workspace().measurements() && m_window->workspace().plan(), kPatience);
    }

    void open(const QString& model)
    {
        QSignalSpy opened(&m_window->bridge(), &EngineBridge::opened);
        QVERIFY(m_window->openModel(model));
        waitFor(opened);
    }

    void goOn(const QString& file)
    {
        QSignalSpy opened(&m_window->bridge(), &EngineBridge::opened);
        m_window->goOnFrom(file);
        waitFor(opened);
    }

    void exportTo(const QString& folder)
    {
        QSignalSpy exported(&m_window->bridge(), &EngineBridge::exported);
        m_window->bridge().exportDestination({folder.toStdString(), {}});
        QTRY_COMPARE_WITH_TIMEOUT(exported.count(), 1, kPatience);
    }

    [[nodiscard]] QAction* goOnAction() const
    {
        for (QAction* action : m_window->findChildren<QAction*>())
            if (action->shortcut() == QKeySequence(QStringLiteral("Ctrl+G")))
                return action;
        return nullptr;
    }

    std::unique_ptr<QTemporaryDir> m_scratch;
    std::unique_ptr<Settings> m_settings;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestRecipeChain)
#include "tst_recipe_chain.moc"
