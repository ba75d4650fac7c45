// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plot/plot_widget.h"

#include "widgets/plot/canvas.h"
#include "widgets/plot/qcustomplot_include.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QEvent>
#include <QFileDialog>
#include <QGuiApplication>
#include <QMenu>
#include <QMimeData>
#include <QPainter>
#include <QPrinter>
#include <QSaveFile>
#include <QSvgGenerator>
#include <QVBoxLayout>

namespace espalier {
namespace {

constexpr double kPictureScale = 2;
constexpr double kClickDistance = 4; ///< a press that moves farther is a drag

Error notWritten(const QString& path, const QString& why)
{
    return outOfResource(
        QStringLiteral("%1: could not be written: %2").arg(path, why).toStdString());
}

Status saveSvg(QCustomPlot& plot, const QString& path, const QString& title)
{
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        return notWritten(path, file.errorString());
    QSvgGenerator generator;
    generator.setOutputDevice(&file);
    generator.setSize(plot.size());
    generator.setViewBox(QRect(QPoint(0, 0), plot.size()));
    generator.setTitle(title);
    QCPPainter painter;
    painter.begin(&generator);
    painter.setMode(QCPPainter::pmVectorized);
    painter.setMode(QCPPainter::pmNoCaching);
    plot.toPainter(&painter, plot.width(), plot.height());
    painter.end();
    if (!file.commit())
        return notWritten(path, file.errorString());
    return {};
}

Status saveBytes(const QString& path, const QByteArray& bytes)
{
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit())
        return notWritten(path, file.errorString());
    return {};
}

/// A picture to keep shows the plot, not where the pointer rests.
class WithoutOverlay
{
public:
    explicit WithoutOverlay(QCustomPlot& canvas)
        : m_layer(canvas.layer(layers::kOverlay))
    {
        if (m_layer != nullptr)
            m_layer->setVisible(false);
    }
    ~WithoutOverlay()
    {
        if (m_layer != nullptr)
            m_layer->setVisible(true);
    }
    WithoutOverlay(const WithoutOverlay&) = delete;
    WithoutOverlay& operator=(const WithoutOverlay&) = delete;

private:
    QCPLayer* m_layer;
};

} // namespace

PlotWidget::PlotWidget(QWidget* parent)
    : QWidget(parent)
    , m_canvas(makeCanvas(this))
    , m_theme(Theme::of(palette()))
    , m_emptyMessage(tr("Nothing to show yet."))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_canvas);
    setFocusPolicy(Qt::StrongFocus);
    addPainter(
        *m_canvas, layers::kNotes, [this](QPainter& painter) { paintEmptyMessage(painter); });
    recolourCanvas(*m_canvas, m_theme);
    followPointer();
}

void PlotWidget::followPointer()
{
    m_canvas->installEventFilter(this);
    connect(m_canvas, &QCustomPlot::mouseMove, this,
        [this](QMouseEvent* event) { pointerMoved(event->position()); });
    connect(m_canvas, &QCustomPlot::mousePress, this,
        [this](QMouseEvent* event) { m_pressed = event->position(); });
    connect(m_canvas, &QCustomPlot::mouseRelease, this, [this](QMouseEvent* event) {
        if (event->button() == Qt::LeftButton
            && (event->position() - m_pressed).manhattanLength() <= kClickDistance)
            pointerClicked(event->position());
    });
    connect(m_canvas, &QCustomPlot::mouseDoubleClick, this, [this] { resetView(); });
}

void PlotWidget::pointerClicked(QPointF) { }

void PlotWidget::closeCanvas()
{
    m_canvas->removeEventFilter(this);
    delete m_canvas;
    m_canvas = nullptr;
}

bool PlotWidget::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Leave)
        pointerLeft();
    return QWidget::eventFilter(watched, event);
}

void PlotWidget::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    redraw();
}

QImage PlotWidget::picture(QSize logicalSize, double scale) const
{
    const WithoutOverlay hidden(*m_canvas);
    return m_canvas->toPixmap(logicalSize.width(), logicalSize.height(), scale).toImage();
}

Status PlotWidget::savePicture(const QString& path) const
{
    const WithoutOverlay hidden(*m_canvas);
    const QString suffix = path.section(QLatin1Char('.'), -1).toLower();
    if (suffix == QLatin1String("svg"))
        return saveSvg(*m_canvas, path, accessibleName());
    if (suffix == QLatin1String("pdf")) {
        if (m_canvas->savePdf(path, width(), height(), QCP::epAllowCosmetic,
                QStringLiteral("Espalier"), accessibleName()))
            return {};
        return notWritten(path, tr("the folder cannot be written to"));
    }
    if (suffix != QLatin1String("png"))
        return refused(QStringLiteral("%1: pictures are written as .png, .svg or .pdf")
                           .arg(path)
                           .toStdString());
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || !picture(size(), kPictureScale).save(&file, "PNG")
        || !file.commit())
        return notWritten(path, file.errorString());
    return {};
}

Status PlotWidget::saveCsv(const QString& path) const
{
    return saveBytes(path, QByteArray::fromStdString(csv()));
}

void PlotWidget::copyPicture() const
{
    QGuiApplication::clipboard()->setImage(picture(size(), kPictureScale));
}

void PlotWidget::copyCsv() const
{
    QGuiApplication::clipboard()->setText(QString::fromStdString(csv()));
}

void PlotWidget::setEmptyMessage(const QString& message)
{
    m_emptyMessage = message;
    dataChanged();
}

void PlotWidget::addActionsTo(QMenu& menu)
{
    const auto add = [this, &menu](const QString& text, auto slot) {
        QAction* action = menu.addAction(text);
        QObject::connect(action, &QAction::triggered, this, slot);
        return action;
    };
    add(tr("Show all"), [this] { resetView(); })->setShortcut(Qt::Key_Home);
    menu.addSeparator();
    add(tr("Copy picture"), [this] { copyPicture(); });
    add(tr("Copy numbers"), [this] { copyCsv(); });
    menu.addSeparator();
    add(tr("Save as PNG…"), [this] { askAndSave(QStringLiteral("png")); });
    add(tr("Save as SVG…"), [this] { askAndSave(QStringLiteral("svg")); });
    add(tr("Save as PDF…"), [this] { askAndSave(QStringLiteral("pdf")); });
    add(tr("Save numbers as CSV…"), [this] { askAndSave(QStringLiteral("csv")); });
}

void PlotWidget::dataChanged()
{
    const bool shown = !isEmpty();
    m_canvas->axisRect()->setVisible(shown);
    for (QCPAxis* axis : {m_canvas->xAxis, m_canvas->yAxis})
        axis->setVisible(shown);
    setAccessibleDescription(summary());
    redraw();
}

void PlotWidget::redraw()
{
    if (isVisible())
        m_canvas->replot(QCustomPlot::rpQueuedReplot);
}

void PlotWidget::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() != QEvent::PaletteChange && event->type() != QEvent::FontChange)
        return;
    m_theme = Theme::of(palette());
    recolourCanvas(*m_canvas, m_theme);
    recolour();
    redraw();
}

void PlotWidget::contextMenuEvent(QContextMenuEvent* event)
{
    QMenu menu(this);
    addActionsTo(menu);
    menu.exec(event->globalPos());
}

void PlotWidget::askAndSave(const QString& suffix)
{
    const QString name = accessibleName().isEmpty() ? QStringLiteral("plot") : accessibleName();
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Save"), name + QLatin1Char('.') + suffix, QStringLiteral("*.%1").arg(suffix));
    if (path.isEmpty())
        return;
    const Status saved = suffix == QLatin1String("csv") ? saveCsv(path) : savePicture(path);
    if (!saved)
        Q_EMIT saveFailed(QString::fromStdString(saved.error().message));
}

void PlotWidget::paintEmptyMessage(QPainter& painter) const
{
    if (!isEmpty())
        return;
    painter.setFont(fonts::text());
    painter.setPen(m_theme.muted);
    painter.drawText(QRectF(m_canvas->viewport()).adjusted(16, 8, -16, -8),
        Qt::AlignCenter | Qt::TextWordWrap, m_emptyMessage);
}

} // namespace espalier
