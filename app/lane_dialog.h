// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"
#include "core/base/result.h"
#include "core/recipe/recipe.h"

#include <QDialog>

#include <functional>

class QLabel;
class QPushButton;

namespace espalier {

class GrowthForm;
class TrainingForm;

/// The lane whose training is to be settled.
struct LaneSubject
{
    QString title;
    ModelConfig start; ///< that training begins with
    TrainSettings train;
    /// What a race would refuse, found out without opening anything.
    std::function<Status(const TrainSettings&)> check;
};

/// Asks how one lane trains, what goes with its start, and how it grows on the way.
class LaneDialog : public QDialog
{
    Q_OBJECT
public:
    LaneDialog(LaneSubject subject, QWidget* parent);

    /// What was settled, once accepted.
    [[nodiscard]] const TrainSettings& settings() const
    {
        return m_settled;
    }

private:
    void build();
    void browseTeacher();
    void check();
    [[nodiscard]] Result<TrainSettings> typed() const;
    [[nodiscard]] QString problemWith(const Result<TrainSettings>& typed) const;

    LaneSubject m_subject;
    TrainSettings m_settled;
    TrainingForm* m_training;
    GrowthForm* m_growth;
    QLabel* m_problem;
    QPushButton* m_accept = nullptr;
};

} // namespace espalier
