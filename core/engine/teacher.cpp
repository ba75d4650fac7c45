// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/engine/teacher.h"

#include "core/engine/model_impl.h"
#include "core/engine/model_source.h"

#include <fmt/format.h>

namespace espalier {

namespace {

/// What both models must agree on for their logits to be comparable on the same batch.
Status checkTeacher(const ModelConfig& teacher, const ModelConfig& student, const std::string& name)
{
    const auto expect = [&](const char* what, std::int64_t found, std::int64_t wanted) -> Status {
        if (found == wanted)
            return {};
        return refused(fmt::format(
            "teacher {}: found {} {}, wanted {} as in the student", name, what, found, wanted));
    };
    if (teacher.flavour.task != student.flavour.task)
        return refused(fmt::format("teacher {}: solves another task than the student", name));
    for (const Status& same : {expect("vocab", teacher.shape.vocab, student.shape.vocab),
             expect("classes", teacher.shape.classes, student.shape.classes),
             expect("image height", teacher.shape.imageHeight, student.shape.imageHeight),
             expect("image width", teacher.shape.imageWidth, student.shape.imageWidth)})
        if (!same)
            return same;
    return {};
}

} // namespace

Result<std::optional<ParameterSet>> teacherFor(const TrainSettings& settings,
    const std::string& parent, const ModelConfig& student, std::int64_t sequenceLength,
    const Progress& progress)
{
    const auto& distillation = settings.aids.distillation;
    if (!distillation)
        return std::optional<ParameterSet>();
    const std::string name = distillation->teacher.empty() ? parent : distillation->teacher;
    const Result<Model> model = openModel(name, progress);
    if (!model)
        return model.error();
    if (const Status fits = checkTeacher(model->config(), student, name); !fits)
        return fits.error();
    const bool hasTable = model->config().flavour.position == PositionKind::Learned;
    if (const std::int64_t positions = model->config().shape.positions;
        hasTable && positions < sequenceLength)
        return refused(fmt::format("teacher {}: found {} positions, wanted at least {} as samples "
                                   "have tokens",
            name, positions, sequenceLength));
    Result<ParameterSet> parameters = model->impl().parameters(progress);
    if (!parameters)
        return parameters.error();
    return std::optional(*std::move(parameters));
}

} // namespace espalier
