// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main_window.h"
#include "app/tour.h"

#include <QDir>
#include <QFile>
#include <QImage>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace espalier;

class TestTour : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void leavesAPicturePerStepAReportAndAModel()
    {
        QTemporaryDir scratch;
        const QString model = scratch.filePath(QStringLiteral("tiny"));
        QVERIFY(QDir().mkpath(model));
        QFile config(model + QStringLiteral("/config.json"));
        QVERIFY(config.open(QIODevice::WriteOnly));
        config.write(
            R"({"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "n_layer": 4, "n_embd": 24,
            "n_head": 6, "n_positions": 32, "vocab_size": 256, "activation_function": "gelu_new",
            "layer_norm_epsilon": 1e-05})");
        config.close();

        Settings settings(scratch.filePath(QStringLiteral("tour.ini")));
        MainWindow window(settings);
        window.setRunsFolder(scratch.filePath(QStringLiteral("runs")));
        window.show();
        const QString out = scratch.filePath(QStringLiteral("out"));
        Tour tour(window, model, out, 4);
        QSignalSpy finished(&tour, &Tour::finished);
        tour.start();
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, 240000);
        QVERIFY2(finished.at(0).at(0).toBool(), qPrintable(finished.at(0).at(1).toString()));

        const QStringList pictures = QDir(out).entryList({QStringLiteral("*.png")});
        QCOMPARE(pictures.size(), 10);
        for (const QString& name : pictures)
            QVERIFY(!QImage(QDir(out).filePath(name)).isNull());
        QVERIFY(QFile::exists(out + QStringLiteral("/exported/model.safetensors")));
        QFile report(out + QStringLiteral("/report.html"));
        QVERIFY(report.open(QIODevice::ReadOnly));
        const QByteArray page = report.readAll();
        for (const QString& name : pictures)
            QVERIFY(page.contains(name.toUtf8()));
    }
};

QTEST_MAIN(TestTour)
#include "tst_tour.moc"
