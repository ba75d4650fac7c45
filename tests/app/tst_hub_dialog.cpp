// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/hub_dialog.h"

#include "app/main_window.h"
#include "tests/support/hub/hub_server.h"
#include "widgets/format/number_format.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeWidget>

using namespace espalier;

namespace {

constexpr int kPatience = 120000;

const HubPlace kPlace{.endpoint = "https://huggingface.co",
    .cache = "/home/me/.cache/huggingface/hub",
    .tokenSource = {},
    .offline = false};

std::vector<CachedChoice> cachedGardens()
{
    return {{{.repository = "plants/garden",
                 .path = {},
                 .modelType = "gpt2",
                 .bytes = 7'276'206,
                 .fetched = 1'700'000'000},
                "GPT-2"},
        {{.repository = "plants/orchard",
             .path = {},
             .modelType = "llama",
             .bytes = 2'471'645'608,
             .fetched = 1'750'000'000},
            "LLaMA"},
        {{.repository = "plants/algae", .path = {}, .modelType = "mamba", .bytes = 12}, ""}};
}

HubOffer offerOf(std::int64_t missing)
{
    return {.commit = std::string(40, 'c'),
        .files = {{"config.json", 665}, {"tokenizer.json", 1'355'256},
            {"model.safetensors", 548'105'171}},
        .bytes = 549'461'092,
        .missingBytes = missing};
}

/// Weights and config of a model of two blocks, as the server is to hold them.
std::map<std::string, HubServerModel::File> tinyModel()
{
    const TemporaryFolder scratch;
    const auto config = scratch.write("fresh/config.json",
        R"({"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "n_layer": 2, "n_embd": 16,
            "n_head": 2, "n_positions": 32, "vocab_size": 256, "activation_function": "gelu_new",
            "layer_norm_epsilon": 1e-05})");
    const auto model = Model::open(config.parent_path());
    const auto written = exportModel(*model, nullptr, scratch.path() / "whole", {});
    if (!written)
        qFatal("%s", written.error().message.c_str());
    return {{"config.json", {TemporaryFolder::read(scratch.path() / "whole/config.json")}},
        {"model.safetensors",
            {TemporaryFolder::read(scratch.path() / "whole/model.safetensors"), true}}};
}

} // namespace

class TestHubDialog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void opensWhatIsInTheCacheWithoutAsking()
    {
        HubDialog dialog(kPlace, cachedGardens(), nullptr);
        QSignalSpy asked(&dialog, &HubDialog::lookUpRequested);
        dialog.show();
        QTreeWidget* known = list(dialog, "Models in the cache");
        QVERIFY(known->isVisible());
        QCOMPARE(known->topLevelItemCount(), 2);
        QCOMPARE(known->topLevelItem(1)->text(1), QStringLiteral("LLaMA")); // no family reads algae
        QVERIFY(!button(dialog)->isEnabled());
        known->setCurrentItem(known->topLevelItem(1));
        QCOMPARE(button(dialog)->text(), QStringLiteral("Open"));
        button(dialog)->click();
        QCOMPARE(dialog.result(), int(QDialog::Accepted));
        QCOMPARE(dialog.model(), QStringLiteral("hf:plants/orchard"));
        QCOMPARE(asked.count(), 0);
    }

    void asksBeforeItFetches()
    {
        HubDialog dialog(kPlace, cachedGardens(), nullptr);
        QSignalSpy asked(&dialog, &HubDialog::lookUpRequested);
        dialog.show();
        field(dialog)->setText(QStringLiteral("https://huggingface.co/plants/rose@v1"));
        QCOMPARE(button(dialog)->text(), QStringLiteral("Look up"));
        button(dialog)->click();
        QCOMPARE(asked.count(), 1);
        QCOMPARE(asked[0][0].toString(), QStringLiteral("hf:plants/rose@v1"));
        QVERIFY(!button(dialog)->isEnabled());
        dialog.showOffer(QStringLiteral("hf:plants/other"), offerOf(0));
        QVERIFY(!button(dialog)->isEnabled()); // an answer to another question
        dialog.showOffer(QStringLiteral("hf:plants/rose@v1"), offerOf(549'461'092));
        QTreeWidget* files = list(dialog, "Files to fetch");
        QVERIFY(files->isVisible());
        QCOMPARE(files->topLevelItemCount(), 3);
        QCOMPARE(files->topLevelItem(2)->text(1), formatBytes(548105171.0));
        QCOMPARE(button(dialog)->text(), QStringLiteral("Fetch and open"));
        button(dialog)->click();
        QCOMPARE(dialog.result(), int(QDialog::Accepted));
    }

    void saysWhatIsWrong()
    {
        HubDialog dialog(kPlace, {}, nullptr);
        QSignalSpy abandoned(&dialog, &HubDialog::lookUpAbandoned);
        dialog.show();
        field(dialog)->setText(QStringLiteral("../../etc"));
        QVERIFY(!button(dialog)->isEnabled());
        QVERIFY(says(dialog, QStringLiteral("wanted hf:ORG/NAME")));
        field(dialog)->setText(QStringLiteral("a/b"));
        button(dialog)->click();
        dialog.showProblem(QStringLiteral("hf:a/b"), QStringLiteral("hf:a/b: is gated"));
        QVERIFY(says(dialog, QStringLiteral("is gated")));
        QVERIFY(button(dialog)->isEnabled()); // to try again
        button(dialog)->click();
        field(dialog)->setText(QStringLiteral("a/c"));
        QCOMPARE(abandoned.count(), 1);
    }

    void fetchesNothingOffline()
    {
        HubPlace place = kPlace;
        place.offline = true;
        HubDialog dialog(place, cachedGardens(), nullptr);
        dialog.show();
        field(dialog)->setText(QStringLiteral("plants/rose"));
        QVERIFY(!button(dialog)->isEnabled());
        field(dialog)->setText(QStringLiteral("plants/garden"));
        QVERIFY(button(dialog)->isEnabled());
    }

    void theWindowFetchesAndOpens()
    {
        HubServer hub;
        hub.models["plants/tiny"].files = tinyModel();
        const auto window = windowFor(hub);
        QSignalSpy answered(&window->bridge().opener(), &ModelOpener::lookedUp);
        window->bridge().opener().lookUp(QStringLiteral("hf:plants/tiny"));
        QTRY_COMPARE_WITH_TIMEOUT(answered.count(), 1, kPatience);
        QCOMPARE(answered[0][1].value<HubOffer>().files.size(), std::size_t(2));

        window->openModel(QStringLiteral("hf:plants/tiny"));
        QVERIFY(window->workspace().work(Activity::Fetching).running);
        QTRY_VERIFY_WITH_TIMEOUT(window->workspace().model() != nullptr, kPatience);
        QCOMPARE(window->workspace().model()->name, std::string("tiny"));
        QCOMPARE(window->workspace().recipe().parentPath,
            "hf:plants/tiny@" + hub.models["plants/tiny"].commit);
        QVERIFY(!window->workspace().work(Activity::Fetching).running);
    }

    void aFetchCanBeCancelled()
    {
        HubServer hub;
        hub.models["plants/tiny"].files = tinyModel();
        hub.models["plants/tiny"].files["model.safetensors"].fault.stalls = true;
        const auto window = windowFor(hub);
        window->openModel(QStringLiteral("hf:plants/tiny"));
        QTRY_COMPARE_WITH_TIMEOUT(hub.count("model.safetensors"), 1, kPatience);
        Q_EMIT window->intents().cancelRequested(Activity::Fetching);
        QVERIFY(!window->workspace().work(Activity::Fetching).running);
        hub.models["plants/tiny"].files["model.safetensors"].fault.stalls = false;
        window->openModel(QStringLiteral("hf:plants/tiny"));
        QTRY_VERIFY_WITH_TIMEOUT(window->workspace().model() != nullptr, kPatience);
        QVERIFY(window->message().isEmpty());
    }

    void aFailureIsOneLine()
    {
        HubServer hub;
        const auto window = windowFor(hub);
        window->openModel(QStringLiteral("hf:plants/absent"));
        QTRY_VERIFY_WITH_TIMEOUT(!window->message().isEmpty(), kPatience);
        QVERIFY(window->message().endsWith(QStringLiteral("has no such model")));
        QVERIFY(!window->workspace().work(Activity::Fetching).running);
    }

private:
    static QLineEdit* field(const HubDialog& dialog)
    {
        return dialog.findChild<QLineEdit*>();
    }
    /// The one that is not Cancel.
    static QPushButton* button(const HubDialog& dialog)
    {
        auto* box = dialog.findChild<QDialogButtonBox*>();
        for (QAbstractButton* candidate : box->buttons())
            if (box->buttonRole(candidate) == QDialogButtonBox::ActionRole)
                return qobject_cast<QPushButton*>(candidate);
        return nullptr;
    }
    static QTreeWidget* list(const HubDialog& dialog, const char* name)
    {
        for (QTreeWidget* candidate : dialog.findChildren<QTreeWidget*>())
            if (candidate->accessibleName() == QLatin1String(name))
                return candidate;
        return nullptr;
    }
    static bool says(const HubDialog& dialog, const QString& part)
    {
        for (const QLabel* label : dialog.findChildren<QLabel*>())
            if (label->isVisible() && label->text().contains(part))
                return true;
        return false;
    }

    std::unique_ptr<MainWindow> windowFor(const HubServer& hub)
    {
        m_scratch = std::make_unique<QTemporaryDir>();
        m_settings = std::make_unique<Settings>(m_scratch->filePath(QStringLiteral("window.ini")));
        qputenv("HF_ENDPOINT", QByteArray::fromStdString(hub.address()));
        qputenv("HF_HUB_CACHE", m_scratch->filePath(QStringLiteral("hub")).toUtf8());
        for (const char* name : {"HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_TOKEN"})
            qunsetenv(name);
        auto window = std::make_unique<MainWindow>(*m_settings);
        window->setRunsFolder(m_scratch->filePath(QStringLiteral("runs")));
        window->show();
        return window;
    }

    std::unique_ptr<QTemporaryDir> m_scratch;
    std::unique_ptr<Settings> m_settings;
};

QTEST_MAIN(TestHubDialog)
#include "tst_hub_dialog.moc"
