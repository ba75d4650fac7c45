// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/data_options.h"

namespace espalier::cli {

void addDataOptions(CLI::App& command, DataSpec& data, const std::string& group)
{
    command.add_option("--data", data.source, "DATA (see: espalier-cli list datasets)")
        ->group(group);
    command
        .add_option(
            "--seq", data.sequenceLength, "Tokens per sample (default: the model's, at most 128)")
        ->group(group);
    command
        .add_option("--text-field", data.textField, "The field of JSON lines that holds the text")
        ->capture_default_str()
        ->group(group);
    command
        .add_option(
            "--tokenizer", data.tokenizer, "Folder with the tokenizer (default: the model's own)")
        ->group(group);
    command.add_flag("--skip-broken", data.skipBroken, "Leave out images that cannot be decoded")
        ->group(group);
}

void addSplitOption(CLI::App& command, DataSpec& data, const std::string& group)
{
    command
        .add_option("--split", data.split,
            "Part to validate on: train, validation or test (default: validation, else test, else "
            "a tenth set aside)")
        ->check(CLI::IsMember({"train", "validation", "test"}))
        ->group(group);
}

} // namespace espalier::cli
