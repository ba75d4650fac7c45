// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// The only way to QCustomPlot, for .cpp files of widgets/plot alone. QCustomPlot 2.1 uses the bare
// words that QT_NO_KEYWORDS takes away; they exist for the duration of this include only.

#include <QObject>
#include <QtCore/qforeach.h>
#include <QtGlobal>

#pragma push_macro("signals")
#pragma push_macro("slots")
#pragma push_macro("emit")
#pragma push_macro("foreach")
#define signals Q_SIGNALS
#define slots Q_SLOTS
#define emit Q_EMIT
#define foreach Q_FOREACH
#include <qcustomplot.h>
#pragma pop_macro("signals")
#pragma pop_macro("slots")
#pragma pop_macro("emit")
#pragma pop_macro("foreach")
