// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/benches.h"

#include "core/storage/file_bytes.h"
#include "core/tokenizers/tokenizer.h"
#include "tests/bench/timing.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <memory>

namespace espalier::bench {

namespace {

struct TokenizeOptions
{
    std::string folder;
    std::string text;
    std::int64_t runs = 5;
};

/// Processor time of this thread: others on the machine do not count.
double processorSeconds()
{
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

/// Each run begins with a tokenizer that has seen no word yet; opening it is not timed.
Status tokenizeBench(const TokenizeOptions& options)
{
    const Result<std::vector<std::uint8_t>> bytes =
        readFileBytes(options.text, std::uintmax_t{1} << 30);
    if (!bytes)
        return bytes.error();
    const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    std::vector<double> milliseconds;
    std::size_t tokens = 0;
    std::string kind;
    for (std::int64_t run = 0; run < options.runs; ++run) {
        const Result<Tokenizer> tokenizer = openTokenizer(options.folder);
        if (!tokenizer)
            return tokenizer.error();
        kind = tokenizer->kind();
        const double begin = processorSeconds();
        const Result<std::vector<TokenId>> ids = tokenizer->encode(text);
        milliseconds.push_back(1000 * (processorSeconds() - begin));
        if (!ids)
            return ids.error();
        tokens = ids->size();
    }
    const double best = *std::min_element(milliseconds.begin(), milliseconds.end());
    printTimes(kind + " tokenize", milliseconds, static_cast<double>(tokens));
    const nlohmann::ordered_json line = {{"model", kind + " tokenize"}, {"engine", "espalier"},
        {"megabytes_per_processor_second", static_cast<double>(text.size()) / 1000 / best}};
    std::puts(line.dump().c_str());
    return {};
}

} // namespace

void addTokenize(CLI::App& program, Status& outcome)
{
    const auto options = std::make_shared<TokenizeOptions>();
    CLI::App* command =
        program.add_subcommand("tokenize", "encode a text on one thread, in processor time");
    command->add_option("FOLDER", options->folder, "folder with a tokenizer")->required();
    command->add_option("TEXT", options->text, "text file, UTF-8")->required();
    command->add_option("--runs", options->runs)->check(CLI::Range(1, 1000));
    command->callback([options, &outcome] { outcome = tokenizeBench(*options); });
}

} // namespace espalier::bench
