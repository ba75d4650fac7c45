// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/engine/model_source.h"

#include <QDialog>

class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace espalier {

/// Asks which model of the Hugging Face Hub to open: one that lies in the cache already, or one
/// whose files and sizes the Hub is asked for first. Asks and fetches nothing itself.
class HubDialog : public QDialog
{
    Q_OBJECT
public:
    HubDialog(const HubPlace& place, std::vector<CachedChoice> cached, QWidget* parent);

    [[nodiscard]] QString model() const; ///< "hf:ORG/NAME", once accepted

    /// Answers to lookUpRequested(); those about another name than the field's are dropped.
    void showOffer(const QString& model, const HubOffer& offer);
    void showProblem(const QString& model, const QString& reason);

Q_SIGNALS:
    void lookUpRequested(const QString& model);
    void lookUpAbandoned();

private:
    enum class Step
    {
        Name, ///< what is typed is no name yet
        Ask, ///< a name that is not in the cache
        Asking,
        Fetch, ///< the Hub has answered
        Open, ///< all there
    };
    void build(const HubPlace& place);
    void listCached();
    void setStep(Step step, const QString& note = {});
    void readName();
    void pick(const QTreeWidgetItem* item);
    void proceed();
    void fillFiles(const std::vector<HubFile>& files);
    [[nodiscard]] const CachedModel* cachedNamed(const QString& repository) const;

    std::vector<CachedChoice> m_cached;
    bool m_offline;
    QString m_host;
    Step m_step = Step::Name;
    QLineEdit* m_name;
    QTreeWidget* m_known;
    QLabel* m_filesHead;
    QTreeWidget* m_files;
    QProgressBar* m_progress;
    QLabel* m_note;
    QPushButton* m_accept = nullptr;
};

} // namespace espalier
