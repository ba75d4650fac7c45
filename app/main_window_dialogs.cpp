// SPDX-License-Identifier: GPL-3.0-or-later
// The half of MainWindow that asks people for files and shows boxes.

#include "app/data_dialog.h"
#include "app/export_dialog.h"
#include "app/hub_dialog.h"
#include "app/lane_check.h"
#include "app/lane_dialog.h"
#include "app/main_window.h"
#include "app/message_bar.h"
#include "app/recommend_dialog.h"
#include "app/recommend_runner.h"
#include "core/report/model_summary.h"
#include "widgets/controls/hint_strip.h"
#include "widgets/format/number_format.h"
#include "widgets/plot/plot_widget.h"
#include "widgets/views/view.h"

#include <QApplication>
#include <QDir>
#include <QFileDialog>
#include <QMessageBox>
#include <QStatusBar>

namespace espalier {

void MainWindow::askForModel()
{
    QString start = QDir::homePath();
    for (const QString& recent : m_settings.recentModels())
        if (QFileInfo(recent).isAbsolute()) { // not a model of the Hub
            start = QFileInfo(recent).path();
            break;
        }
    const QString folder =
        QFileDialog::getExistingDirectory(this, tr("Open a model folder"), start);
    if (!folder.isEmpty())
        openModel(folder);
}

void MainWindow::askForHubModel()
{
    const Result<HubPlace> place = hubPlace();
    if (!place)
        return tell(place.error());
    Result<std::vector<CachedChoice>> cached = modelsInHubCache();
    HubDialog dialog(*place, cached ? *std::move(cached) : std::vector<CachedChoice>{}, this);
    connect(&dialog, &HubDialog::lookUpRequested, &m_bridge.opener(), &ModelOpener::lookUp);
    connect(&dialog, &HubDialog::lookUpAbandoned, &m_bridge.opener(), &ModelOpener::abandonLookUp);
    connect(&m_bridge.opener(), &ModelOpener::lookedUp, &dialog, &HubDialog::showOffer);
    connect(&m_bridge.opener(), &ModelOpener::lookUpFailed, &dialog, &HubDialog::showProblem);
    if (dialog.exec() == QDialog::Accepted)
        openModel(dialog.model());
    m_bridge.opener().abandonLookUp();
}

void MainWindow::askForNearestParent()
{
    if (m_workspace.model() == nullptr)
        return;
    RecommendSubject subject{.wanted = m_workspace.recipe().shape,
        .chosen = {QString::fromStdString(m_workspace.model()->path)},
        .others = m_settings.recentModels(),
        .data = m_workspace.data()};
    const Result<std::vector<CachedChoice>> cached = modelsInHubCache();
    for (const CachedChoice& choice : cached ? *cached : std::vector<CachedChoice>{})
        if (!choice.family.empty())
            subject.others << QStringLiteral("hf:")
                    + QString::fromStdString(choice.model.repository);
    RecommendRunner runner;
    RecommendDialog dialog(subject, this);
    connect(&dialog, &RecommendDialog::rankRequested, &runner, &RecommendRunner::rank);
    connect(&dialog, &RecommendDialog::cancelRequested, &runner, &RecommendRunner::cancel);
    connect(&runner, &RecommendRunner::progressed, &dialog, &RecommendDialog::showProgress);
    connect(&runner, &RecommendRunner::ranked, &dialog, &RecommendDialog::showFits);
    connect(&runner, &RecommendRunner::finished, &dialog, &RecommendDialog::showFinished);
    if (dialog.exec() == QDialog::Accepted)
        openModel(dialog.model());
}

void MainWindow::askForData()
{
    if (m_workspace.model() == nullptr)
        return;
    const ModelSummary& model = *m_workspace.model();
    DataDialog dialog({.model = QString::fromStdString(model.name),
                          .config = model.config,
                          .data = m_workspace.data(),
                          .hasTokenizer = model.inputs.tokenizer.has_value()},
        this);
    if (dialog.exec() == QDialog::Accepted)
        m_bridge.data().open(dialog.data());
}

void MainWindow::askForTraining(int lane)
{
    if (lane < 0 || static_cast<std::size_t>(lane) >= m_workspace.lanes().size())
        return;
    const RunLane picked = m_workspace.lanes()[static_cast<std::size_t>(lane)];
    const QString title = QString::fromStdString(picked.title);
    const auto check = [this, picked](const TrainSettings& train) {
        RunLane changed = picked;
        changed.train = train;
        return checkLane(m_workspace, changed);
    };
    LaneDialog dialog({title, startOf(m_workspace, picked), picked.train, check}, this);
    if (dialog.exec() == QDialog::Accepted)
        m_lanes.edit(lane, title, dialog.settings());
}

void MainWindow::savePlot(bool picture)
{
    const View* shown = currentView();
    const PlotWidget* plot = shown != nullptr ? shown->mainPlot() : nullptr;
    if (plot == nullptr || plot->isEmpty()) {
        statusBar()->showMessage(tr("This view has no plot to save"), 8000);
        return;
    }
    const QString path = picture
        ? QFileDialog::getSaveFileName(this, tr("Save the picture"),
            QDir::home().filePath(QStringLiteral("espalier.png")),
            tr("Pictures (*.png *.svg *.pdf)"))
        : QFileDialog::getSaveFileName(this, tr("Save the numbers"),
            QDir::home().filePath(QStringLiteral("espalier.csv")), tr("Tables (*.csv)"));
    if (path.isEmpty())
        return;
    const Status saved = picture ? plot->savePicture(path) : plot->saveCsv(path);
    if (saved.ok())
        statusBar()->showMessage(tr("Wrote %1").arg(path), 8000);
    else
        tell(saved.error());
}

void MainWindow::tell(const Error& error)
{
    m_message->show(MessageBar::Kind::Problem, QString::fromStdString(error.message));
}

QString MainWindow::destinationTitle() const
{
    const ModelShape& shape = m_workspace.recipe().shape;
    return QStringLiteral("%1-%2x%3")
        .arg(QString::fromStdString(m_workspace.model()->name))
        .arg(shape.layers)
        .arg(shape.hidden);
}

QString MainWindow::freeFolder(const QString& name) const
{
    const QDir home = QDir::home();
    QString path = home.filePath(name);
    for (int number = 2; QFileInfo::exists(path); ++number)
        path = home.filePath(QStringLiteral("%1-%2").arg(name).arg(number));
    return path;
}

void MainWindow::exportDestination()
{
    const auto plan = m_workspace.plan();
    if (!plan)
        return;
    const ModelShape& shape = plan->child.shape;
    ExportDialog dialog(
        {tr("Export destination"),
            tr("%1, %2 parameters")
                .arg(QString::fromStdString(describeShape(shape)),
                    formatParameters(static_cast<double>(m_workspace.footprint()->parameters))),
            freeFolder(destinationTitle())},
        this);
    if (dialog.exec() == QDialog::Accepted)
        m_bridge.exportDestination(dialog.order());
}

void MainWindow::exportLane(int lane)
{
    if (lane < 0 || static_cast<std::size_t>(lane) >= m_workspace.lanes().size())
        return;
    const RunLane& picked = m_workspace.lanes()[static_cast<std::size_t>(lane)];
    const QString title = QString::fromStdString(picked.title);
    const auto step =
        picked.points.empty() ? 0 : static_cast<std::int64_t>(picked.points.back().step);
    ExportDialog dialog(
        {tr("Export lane %1").arg(title), tr("The weights after step %1").arg(formatCount(step)),
            freeFolder(QString::fromStdString(
                m_workspace.model() ? m_workspace.model()->name + "-" + picked.id : picked.id)),
            false},
        this);
    if (dialog.exec() == QDialog::Accepted)
        m_bridge.exportLane(lane, dialog.order());
}

void MainWindow::showHint()
{
    m_hint->setVisible(true);
}

void MainWindow::about()
{
    const EngineInfo& engine = m_bridge.info();
    const QString cuda = QString::fromStdString(engine.cudaNote).toHtmlEscaped();
    QMessageBox::about(this, tr("About Espalier"),
        tr("<h3>Espalier %1</h3><p>Scales pretrained transformers and shows how.</p>"
           "<p>LibTorch %2<br>HDF5 %3<br>Qt %4<br>CUDA: %5</p>"
           "<p>GPL-3.0-or-later</p>")
            .arg(QApplication::applicationVersion(),
                QString::fromStdString(engine.torchVersion).toHtmlEscaped(),
                QString::fromStdString(engine.hdf5Version).toHtmlEscaped(),
                QString::fromLatin1(qVersion()), cuda));
}

} // namespace espalier
