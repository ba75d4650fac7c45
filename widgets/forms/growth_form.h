// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/axes/model_config.h"
#include "core/base/result.h"
#include "core/recipe/recipe.h"

#include <QWidget>

#include <memory>
#include <vector>

class QGridLayout;

namespace espalier {

/// The stages by which a model grows while it trains, a row each: when, to which sizes, by which
/// method, with or without the optimizer's moments, how long the old blocks stay as they are.
class GrowthForm : public QWidget
{
    Q_OBJECT
public:
    explicit GrowthForm(QWidget* parent = nullptr);
    ~GrowthForm() override;

    /// `start` is the model that training begins with.
    void setStages(const ModelConfig& start, const std::vector<GrowthStage>& stages);
    /// As typed; sizes that are left out stay, heads and MLP follow the width. Refused: what is no
    /// number. Whether a stage can be is for checkPlannedLane to say.
    [[nodiscard]] Result<std::vector<GrowthStage>> stages() const;
    /// A row that doubles the blocks, halfway from the last stage to the end of `steps`.
    void add(std::int64_t steps);

Q_SIGNALS:
    void edited();

private:
    struct Row;
    void addRow(const GrowthStage& stage, const ModelConfig& before);
    void makeSizes(Row& row, const ModelConfig& before);
    void makeMethod(Row& row);
    [[nodiscard]] static Result<GrowthStage> stageOf(const Row& row, const ModelConfig& before);
    void remove(const Row* row);
    void place();

    ModelConfig m_start;
    std::vector<std::unique_ptr<Row>> m_rows;
    std::vector<QWidget*> m_heads;
    QGridLayout* m_grid;
};

} // namespace espalier
