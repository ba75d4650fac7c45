// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/training_aids.h"

namespace espalier::cli {

void addAidOptions(CLI::App& command, AidOptions& options)
{
    const auto add = [&](const char* name, auto& value, const char* what) {
        return command.add_option(name, value, what)->group("Training aids");
    };
    command
        .add_flag("--distill", options.distils,
            "Learn from a teacher's logits, too (forward KL); by default the parent's")
        ->group("Training aids");
    add("--teacher", options.teacher, "MODEL to learn from instead of the parent");
    add("--distill-weight", options.weight, "Share of the teacher's term in the loss")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    add("--distill-final-weight", options.finalWeight,
        "The same at the last step (default: unchanged; 0: knowledge inheritance)")
        ->check(CLI::Range(0.0, 1.0));
    add("--temperature", options.temperature, "Of the teacher's and the student's logits")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    add("--distill-hidden", options.hiddenWeight,
        "Weight of the hidden-state term beside the divergence (starts cut out of their parent)")
        ->check(CLI::NonNegativeNumber);
    add("--layer-drop", options.aids.layerDrop, "Share of steps without the last block, in the end")
        ->check(CLI::Range(0.0, 0.99));
    add("--token-drop", options.aids.tokenDrop, "Share of tokens that pass by the middle blocks")
        ->check(CLI::Range(0.0, 0.99));
    add("--stage-steps", options.aids.stageSteps, "First steps that run the first blocks alone");
    add("--stage-layers", options.aids.stageLayers, "Those blocks");
    add("--freeze-steps", options.aids.frozenSteps,
        "First steps that leave the first blocks alone");
    add("--freeze-layers", options.aids.frozenLayers, "Those blocks");
    add("--prefix-steps", options.aids.prefixSteps,
        "First steps that run a random number of first blocks and tune their last ones");
    add("--prefix-layers", options.aids.prefixLayers, "How many of them are tuned at a time");
    add("--gate-steps", options.aids.gateSteps,
        "First steps in which what the parent has not rises from nothing (masked growth)");
}

TrainingAids aidsFrom(const AidOptions& options)
{
    TrainingAids aids = options.aids;
    if (options.distils || !options.teacher.empty() || options.hiddenWeight > 0)
        aids.distillation = Distillation{.teacher = options.teacher,
            .weight = options.weight,
            .finalWeight = options.finalWeight.value_or(options.weight),
            .temperature = options.temperature,
            .hiddenWeight = options.hiddenWeight};
    return aids;
}

} // namespace espalier::cli
