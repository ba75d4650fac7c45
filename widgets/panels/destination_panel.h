// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/architectures/shape_solver.h"
#include "widgets/controls/size_slider.h"
#include "widgets/intents.h"

#include <QWidget>

#include <map>

class QLabel;
class QPushButton;
class QVBoxLayout;

namespace espalier {

class BigNumber;
class MethodBox;
class OptionForm;
class PrimaryButton;
class TaskSizeEdits;
struct Method;

/// The destination: its sizes, the method with its options, and the three numbers that it costs and
/// scores.
class DestinationPanel : public QWidget
{
    Q_OBJECT
public:
    DestinationPanel(const ViewContext& context, QWidget* parent);

    [[nodiscard]] SizeSlider* slider(Size size) const;
    [[nodiscard]] TaskSizeEdits* taskSizes() const
    {
        return m_taskSizes;
    }

private:
    void buildSizes(QVBoxLayout* column);
    void buildMethod(QVBoxLayout* column);
    void refreshMethodNote(const Method& method);
    void buildNumbers(QVBoxLayout* column);
    void refreshSizes();
    void refreshMethod();
    void refreshFootprint();
    void refreshLoss();
    void refreshProblem();
    void refreshGoOn();
    void refreshTaskSizes();
    [[nodiscard]] ShapeBounds bounds() const;
    [[nodiscard]] ModelShape shape() const;
    [[nodiscard]] bool isOffered(Size size, const ShapeBounds& bounds) const;
    [[nodiscard]] SizeSpec specOf(Size size) const;
    void addLink(SizeSpec& spec, Size size) const;

    const Workspace& m_workspace;
    Intents& m_intents;
    std::map<Size, SizeSlider*> m_sliders;
    TaskSizeEdits* m_taskSizes = nullptr;
    MethodBox* m_method = nullptr;
    QLabel* m_methodNote = nullptr;
    QString m_formMethod;
    OptionForm* m_options = nullptr;
    QLabel* m_problem = nullptr;
    BigNumber* m_parameters = nullptr;
    BigNumber* m_flops = nullptr;
    BigNumber* m_loss = nullptr;
    QPushButton* m_goOn = nullptr;
    PrimaryButton* m_export = nullptr;
};

} // namespace espalier
