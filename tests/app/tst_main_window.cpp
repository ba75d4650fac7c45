// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main_window.h"

#include "tests/support/tiny_model.h"
#include "widgets/controls/hint_strip.h"
#include "widgets/views/catalog.h"
#include "widgets/views/view.h"

#include <QAbstractButton>
#include <QAccessible>
#include <QDir>
#include <QDockWidget>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QUndoStack>

using namespace espalier;
using test::writeTinyModel;

namespace {

constexpr int kPatience = 120000;

} // namespace

class TestMainWindow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_scratch = std::make_unique<QTemporaryDir>();
        m_settings = std::make_unique<Settings>(m_scratch->filePath(QStringLiteral("window.ini")));
        m_window = std::make_unique<MainWindow>(*m_settings);
        m_window->setRunsFolder(m_scratch->filePath(QStringLiteral("runs")));
        m_window->show();
    }

    void cleanup()
    {
        m_window.reset();
        m_settings.reset();
        m_scratch.reset();
    }

    void saysWhatToDoFirstOnceThereIsAModelAndUntilItIsDone()
    {
        const auto* const hint = m_window->findChild<HintStrip*>();
        QVERIFY(!hint->isVisible());
        openTiny();
        QTRY_VERIFY_WITH_TIMEOUT(m_window->workspace().plan(), kPatience);
        QVERIFY(hint->isVisible());
        Q_EMIT m_window->intents().sizeEdited(Size::Hidden, 8, false);
        QVERIFY(!hint->isVisible());
        openTiny();
        QTRY_VERIFY_WITH_TIMEOUT(m_window->workspace().plan(), kPatience);
        QVERIFY(!hint->isVisible());
    }

    void playsTheThread()
    {
        Workspace& workspace = m_window->workspace();
        openTiny();
        QTRY_VERIFY_WITH_TIMEOUT(
            workspace.plan() && workspace.untrainedLoss() && workspace.preview(), kPatience);
        QCOMPARE(workspace.recipe().shape.hidden, 8);
        QCOMPARE(workspace.lanes().size(), std::size_t(2));

        Q_EMIT m_window->intents().sizeEdited(Size::Layers, 1, true);
        Q_EMIT m_window->intents().sizeEdited(Size::Layers, 1, false);
        QCOMPARE(workspace.plan()->child.shape.layers, 1);
        QCOMPARE(workspace.lanes()[1].recipe.shape.layers, 1);
        m_window->recipes().undoStack().undo();
        QCOMPARE(workspace.plan()->child.shape.layers, 2);
        m_window->recipes().undoStack().redo();
        QCOMPARE(workspace.plan()->child.shape.layers, 1);

        Q_EMIT m_window->intents().raceStartRequested();
        QTRY_VERIFY_WITH_TIMEOUT(!workspace.lanes()[0].points.empty(), kPatience);
        Q_EMIT m_window->intents().raceStopRequested();
        QTRY_VERIFY_WITH_TIMEOUT(workspace.raceState() == RaceState::Stopped
                || workspace.raceState() == RaceState::Finished,
            kPatience);
        QVERIFY(std::filesystem::exists(m_window->bridge().race().folder() / "run.h5"));

        const QString out = m_scratch->filePath(QStringLiteral("out"));
        QSignalSpy exported(&m_window->bridge(), &EngineBridge::exported);
        m_window->bridge().exportLane(0, {out.toStdString(), {}});
        QTRY_COMPARE_WITH_TIMEOUT(exported.count(), 1, kPatience);
        QFile config(out + QStringLiteral("/config.json"));
        QVERIFY(config.open(QIODevice::ReadOnly));
        const QJsonObject written = QJsonDocument::fromJson(config.readAll()).object();
        QCOMPARE(written.value(QLatin1String("n_embd")).toInt(), 8);
        QCOMPARE(written.value(QLatin1String("n_layer")).toInt(), 1);
        QVERIFY(QFile::exists(out + QStringLiteral("/model.safetensors")));
        QVERIFY(QFile::exists(out + QStringLiteral("/recipe.json")));
    }

    void refusesAFolderThatIsNoModelAndKeepsTheOldOne()
    {
        openTiny();
        m_window->openModel(m_scratch->filePath(QStringLiteral("nothing")));
        QTRY_VERIFY_WITH_TIMEOUT(
            m_window->message().contains(QStringLiteral("nothing")), kPatience);
        QCOMPARE(m_window->workspace().model()->name, std::string("tiny"));
    }

    void diagnosesAModelThatDoesNotOpenAndLosesNothing()
    {
        Workspace& workspace = m_window->workspace();
        openTiny();
        QTRY_VERIFY_WITH_TIMEOUT(workspace.measurements() && workspace.untrainedLoss(), kPatience);
        const QString broken = m_scratch->filePath(QStringLiteral("broken"));
        writeTinyModel(broken);
        QFile weights(broken + QStringLiteral("/model.safetensors"));
        QVERIFY(weights.open(QIODevice::WriteOnly));
        weights.write("not weights");
        weights.close();
        m_window->openModel(broken);
        QTRY_VERIFY_WITH_TIMEOUT(workspace.diagnosis() != nullptr, kPatience);
        QCOMPARE(workspace.diagnosis()->family, std::string("GPT-2"));
        QVERIFY(QString::fromStdString(workspace.diagnosis()->advice)
                    .contains(QStringLiteral("Fetch the weights again")));
        QVERIFY(m_window->message().isEmpty());
        QCOMPARE(workspace.model()->name, std::string("tiny"));
        QVERIFY(workspace.measurements() && workspace.untrainedLoss() && workspace.plan());
        Q_EMIT m_window->intents().diagnosisDismissed();
        QVERIFY(workspace.diagnosis() == nullptr);
    }

    void dataThatCannotBeReadLeaveTheOldOnes()
    {
        Workspace& workspace = m_window->workspace();
        openTiny();
        QTRY_VERIFY_WITH_TIMEOUT(workspace.measurements(), kPatience);
        QFile text(m_scratch->filePath(QStringLiteral("short.txt")));
        QVERIFY(text.open(QIODevice::WriteOnly));
        text.write("a");
        text.close();
        DataSpec data = workspace.data();
        data.source = text.fileName().toStdString();
        m_window->bridge().data().open(data);
        QTRY_VERIFY_WITH_TIMEOUT(
            m_window->message().contains(QStringLiteral("short.txt")), kPatience);
        QCOMPARE(workspace.data().source, std::string("demo:garden"));
        QVERIFY(workspace.measurements() && !workspace.measurementsAreStale());

        QVERIFY(text.open(QIODevice::WriteOnly));
        text.write(QByteArray("the rose and the thorn\n").repeated(200));
        text.close();
        m_window->bridge().data().open(data);
        QTRY_VERIFY_WITH_TIMEOUT(workspace.data() == data && workspace.measurements()
                && !workspace.measurementsAreStale(),
            kPatience);
    }

    void closingWhileTrainingSavesTheRace()
    {
        Workspace& workspace = m_window->workspace();
        openTiny();
        QTRY_VERIFY_WITH_TIMEOUT(workspace.plan(), kPatience);
        for (int lane = 0; lane < 2; ++lane) {
            TrainSettings train = workspace.lanes()[static_cast<std::size_t>(lane)].train;
            train.steps = 1000000;
            Q_EMIT m_window->intents().laneEdited(lane, QStringLiteral("lane"), train);
        }
        Q_EMIT m_window->intents().raceStartRequested();
        QTRY_VERIFY_WITH_TIMEOUT(!workspace.lanes()[0].points.empty(), kPatience);
        m_window->close();
        QVERIFY(m_window->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(!m_window->isVisible(), kPatience);
        QVERIFY(QDir(m_settings->interruptedRun()).exists(QStringLiteral("run.h5")));
    }

    /// Tab goes through one part of the window after the other, in each to the right or down, and
    /// comes by everything that can be used, which says what it is to those who do not see it.
    void tabComesByEverythingInReadingOrder()
    {
        openTiny();
        QTRY_VERIFY_WITH_TIMEOUT(m_window->workspace().plan() && m_window->workspace().preview()
                && m_window->workspace().measurements(),
            kPatience);
        for (const ViewRow& row : viewCatalog()) {
            m_window->showView(QString::fromLatin1(row.id));
            QCoreApplication::processEvents();
            QStringList parts;
            QPoint before;
            for (const QWidget* widget : focusChain()) {
                const QString part = partOf(*widget);
                const QPoint place = widget->mapTo(m_window.get(), QPoint(0, 0));
                const QString what =
                    QStringLiteral("%1, %2: %3 \"%4\"")
                        .arg(QLatin1String(row.id), part,
                            QLatin1String(widget->metaObject()->className()), nameOf(*widget));
                QVERIFY2(!nameOf(*widget).isEmpty(), qPrintable(what));
                if (parts.isEmpty() || parts.constLast() != part)
                    parts << part;
                else
                    QVERIFY2(place.x() > before.x() || place.y() > before.y(), qPrintable(what));
                before = place;
            }
            parts.removeAll(QStringLiteral("window")); // Cancel in the status bar, while it works
            QCOMPARE(
                parts.join(QLatin1Char(' ')), QStringLiteral("parent centre destination race"));
        }
    }

    void everyButtonWithoutAWordTellsWhatItDoes()
    {
        openTiny();
        for (const QAbstractButton* button : m_window->findChildren<QAbstractButton*>())
            if (button->isVisible() && button->text().size() < 2
                && button->focusPolicy() != Qt::NoFocus) {
                const QString what =
                    QStringLiteral("%1 in %2")
                        .arg(QLatin1String(button->metaObject()->className()),
                            QLatin1String(button->parentWidget()->metaObject()->className()));
                QVERIFY2(!button->toolTip().isEmpty(), qPrintable(what));
                QVERIFY2(!button->accessibleName().isEmpty(), qPrintable(what));
            }
    }

    void remembersWhatWasOpened()
    {
        openTiny();
        QCOMPARE(
            m_settings->recentModels(), QStringList{m_scratch->filePath(QStringLiteral("tiny"))});
    }

private:
    void openTiny()
    {
        const QString folder = m_scratch->filePath(QStringLiteral("tiny"));
        writeTinyModel(folder);
        QSignalSpy opened(&m_window->bridge(), &EngineBridge::opened);
        m_window->openModel(folder);
        QTRY_COMPARE_WITH_TIMEOUT(opened.count(), 1, kPatience);
    }

    /// What Tab stops at, in order, from the first control of the window.
    [[nodiscard]] std::vector<const QWidget*> focusChain() const
    {
        std::vector<const QWidget*> chain;
        const QWidget* widget = m_window.get();
        do {
            widget = widget->nextInFocusChain();
            if ((widget->focusPolicy() & Qt::TabFocus) != 0 && widget->isVisible()
                && widget->isEnabled() && widget->focusProxy() == nullptr
                && widget->window() == m_window.get())
                chain.push_back(widget);
        } while (widget != m_window.get());
        return chain;
    }

    [[nodiscard]] QString partOf(const QWidget& widget) const
    {
        for (const QWidget* above = &widget; above != nullptr; above = above->parentWidget())
            if (const auto* dock = qobject_cast<const QDockWidget*>(above))
                return dock->objectName();
        return m_window->centralWidget()->isAncestorOf(&widget) ? QStringLiteral("centre")
                                                                : QStringLiteral("window");
    }

    /// As a screen reader finds it.
    static QString nameOf(const QWidget& widget)
    {
        QAccessibleInterface* face =
            QAccessible::queryAccessibleInterface(const_cast<QWidget*>(&widget));
        return face == nullptr ? QString() : face->text(QAccessible::Name);
    }

    std::unique_ptr<QTemporaryDir> m_scratch;
    std::unique_ptr<Settings> m_settings;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestMainWindow)
#include "tst_main_window.moc"
