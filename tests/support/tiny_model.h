// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDir>
#include <QFile>
#include <QTest>

namespace espalier::test {

/// GPT-2 layout, two blocks, 16 wide, 64 MLP units: fresh weights, measured and trained within a
/// second.
inline void writeTinyModel(const QString& folder)
{
    QVERIFY(QDir().mkpath(folder));
    QFile config(folder + QStringLiteral("/config.json"));
    QVERIFY(config.open(QIODevice::WriteOnly));
    config.write(
        R"({"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "n_layer": 2, "n_embd": 16, "n_head": 2,
        "n_positions": 32, "vocab_size": 256, "activation_function": "gelu_new", "layer_norm_epsilon": 1e-05})");
}

} // namespace espalier::test
