// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_shape.h"
#include "core/engine/recommend.h"

#include <QDialog>
#include <QStringList>

class QCheckBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QTreeWidget;
class QVBoxLayout;

namespace espalier {

/// What the dialog starts from.
struct RecommendSubject
{
    ModelShape wanted; ///< the destination's
    QStringList chosen; ///< models to look at at first
    QStringList others; ///< further ones that are at hand
    DataSpec data; ///< that are in use; empty source: none
};

/// Asks which of several models is nearest to the destination's shape, shows the answers as they
/// come, and which of them to open. Opens and measures nothing itself.
class RecommendDialog : public QDialog
{
    Q_OBJECT
public:
    RecommendDialog(const RecommendSubject& subject, QWidget* parent);

    [[nodiscard]] RecommendSettings settings() const;
    [[nodiscard]] QString model() const; ///< to open, once accepted
    void addModel(const QString& name, bool chosen);

    // What the work that was asked for has come to.
    void showProgress(double fraction, const QString& stage);
    void showFits(const std::vector<ParentFit>& fits);
    void showFinished();

Q_SIGNALS:
    void rankRequested(const espalier::RecommendSettings& settings);
    void cancelRequested();

private:
    void build();
    void addModels(QVBoxLayout& column);
    void addAnswers(QVBoxLayout& column);
    void setRunning(bool running);
    void startOrCancel();
    void browse();
    void refresh();

    RecommendSubject m_subject;
    QTreeWidget* m_models;
    QTreeWidget* m_answers;
    QCheckBox* m_allSizes;
    QCheckBox* m_measures;
    QProgressBar* m_progress;
    QLabel* m_note;
    QPushButton* m_rank = nullptr;
    QPushButton* m_open = nullptr;
    bool m_running = false;
};

} // namespace espalier
