// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/weight_preview.h"

#include "app/convert.h"

namespace espalier {

Result<WeightPreview> previewOf(const Model& parent, const TransferPlan& plan, ParameterId child)
{
    WeightPreview preview;
    preview.child = child;
    preview.source = sourceOf(plan, child);
    preview.scale = resolve(plan, child).scale;
    if (preview.source) {
        Result<ParameterValues> before = parent.values(*preview.source);
        if (!before.ok())
            return before.error();
        preview.before = matrixOf(std::move(before).value());
    }
    Result<ParameterValues> after = scaledValues(parent, plan, child);
    if (!after.ok())
        return after.error();
    preview.after = matrixOf(std::move(after).value());
    return preview;
}

} // namespace espalier
