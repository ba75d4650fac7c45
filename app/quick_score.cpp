// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/quick_score.h"

namespace espalier {
namespace {

constexpr std::int64_t kTexts = 16;
constexpr std::int64_t kPictures = 64;

} // namespace

Result<Evaluation> scoreQuickly(const Model& model, const DataSpec& data, const Progress& progress)
{
    const bool pictures = !readsTokens(model.config().flavour.task);
    return evaluate(model, data, pictures ? kPictures : kTexts, progress);
}

} // namespace espalier
