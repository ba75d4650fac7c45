// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"

namespace espalier::test {

/// Data for a model without a tokenizer.
inline Result<Dataset> openData(
    const DataSpec& spec, const ModelConfig& config, const Progress& progress = {})
{
    return Dataset::open({.spec = spec, .config = config}, progress);
}

} // namespace espalier::test
