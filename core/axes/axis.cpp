// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/axes/axis.h"

#include "core/base/expect.h"

namespace espalier {

std::string_view nameOf(AxisLabel label)
{
    switch (label) {
    case AxisLabel::Residual:
        return "residual";
    case AxisLabel::Query:
        return "query";
    case AxisLabel::Key:
        return "key";
    case AxisLabel::Value:
        return "value";
    case AxisLabel::Context:
        return "context";
    case AxisLabel::Head:
        return "head";
    case AxisLabel::Mlp:
        return "mlp";
    case AxisLabel::ClassMlp:
        return "class_mlp";
    case AxisLabel::HeadChannel:
        return "head_channel";
    case AxisLabel::Vocab:
        return "vocab";
    case AxisLabel::Position:
        return "position";
    case AxisLabel::TokenType:
        return "token_type";
    case AxisLabel::Class:
        return "class";
    case AxisLabel::Patch:
        return "patch";
    }
    ESPALIER_EXPECT(false, "an axis label is one of the enum's");
}

} // namespace espalier
