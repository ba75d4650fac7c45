// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>

#include <cstdint>
#include <functional>
#include <vector>

class QLabel;
class QLineEdit;

namespace espalier {

/// Whether a size follows another one.
enum class SizeLink
{
    None, ///< no chain is shown
    Fixed, ///< always: a rule leaves it no choice
    Closed,
    Open
};

/// What a SizeSlider offers. legalValues ascend and are not empty; value and parentValue may lie
/// outside them.
struct SizeSpec
{
    QString title;
    std::int64_t value = 0;
    std::int64_t parentValue = 0;
    std::vector<std::int64_t> legalValues = {};
    /// The rule that forbids a value, one line without full stop ("must be a multiple of 6 heads").
    std::function<QString(std::int64_t)> explain = {};
    QString toolTip = {};
    SizeLink link = SizeLink::None;
    QString linkToolTip = {};
};

class ChainButton;
class SizeTrack;

/// One size of the destination: name, exact value that can be typed, share of the parent, and a
/// track that stops only at legal values, with the parent's value as a blue tick. Arrow keys step
/// to the next legal value, Page keys by a quarter of them, Home and End to the ends, double click
/// returns to the parent's value. A size that follows another one shows a chain that can be opened.
class SizeSlider : public QWidget
{
    Q_OBJECT
public:
    explicit SizeSlider(QWidget* parent = nullptr);

    /// Shows the spec without emitting; an ongoing drag goes on.
    void setSpec(SizeSpec spec);
    [[nodiscard]] const SizeSpec& spec() const
    {
        return m_spec;
    }
    [[nodiscard]] std::int64_t value() const
    {
        return m_spec.value;
    }
    /// The line under the control; empty while the value is legal.
    [[nodiscard]] QString explanation() const;

    /// Where Tab leaves it: a slider itself takes no focus.
    [[nodiscard]] QWidget* lastInTabOrder() const;

    /// As if typed: takes a legal value over, explains an illegal one.
    void enterText(const QString& text);

Q_SIGNALS:
    /// The user chose a legal value; `dragging` until the mouse button is up (then once more with
    /// false).
    void valueEdited(std::int64_t value, bool dragging);
    void linkEdited(bool closed);

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void choose(std::int64_t value, bool dragging);
    void refresh();
    void explainRefusal(const QString& typed);
    void clearRefusal();
    void fitExplanation();

    SizeSpec m_spec;
    QLabel* m_title;
    ChainButton* m_chain;
    QLineEdit* m_edit;
    QLabel* m_share;
    SizeTrack* m_track;
    QLabel* m_explanation;
};

/// The nearest legal values below and above (one of them if the value is outside, or the value
/// itself if legal).
[[nodiscard]] std::vector<std::int64_t> nearestLegal(
    const std::vector<std::int64_t>& legal, std::int64_t value);

} // namespace espalier
