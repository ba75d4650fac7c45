// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/benches.h"

#include "core/storage/image_file.h"
#include "tests/bench/timing.h"

#include <algorithm>
#include <filesystem>
#include <memory>

namespace espalier::bench {

namespace {

namespace fs = std::filesystem;

struct DecodeOptions
{
    std::string folder;
    std::int64_t images = 2000;
    std::int64_t runs = 5;
};

Result<std::vector<fs::path>> imagesBelow(const DecodeOptions& options)
{
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::recursive_directory_iterator entry(options.folder, error), end; !error && entry != end;
         entry.increment(error))
        if (isImageFileName(entry->path()))
            files.push_back(entry->path());
    std::sort(files.begin(), files.end());
    if (error || files.empty())
        return refused(options.folder + ": no JPEG or PNG files below it");
    files.resize(std::min(files.size(), static_cast<std::size_t>(options.images)));
    return files;
}

/// Reading and decoding files on one core.
Status decodeBench(const DecodeOptions& options)
{
    const Result<std::vector<fs::path>> files = imagesBelow(options);
    if (!files)
        return files.error();
    Status outcome;
    const std::vector<double> times = timeRuns(1, options.runs, [&] {
        for (const fs::path& file : *files)
            if (const Result<RgbImage> image = readImageFile(file); !image)
                outcome = image.error();
    });
    if (outcome)
        printTimes(
            "decode, one core (tokens are images)", times, static_cast<double>(files->size()));
    return outcome;
}

} // namespace

void addDecode(CLI::App& program, Status& outcome)
{
    const auto options = std::make_shared<DecodeOptions>();
    CLI::App* command = program.add_subcommand("decode", "decode the images below a folder");
    command->add_option("FOLDER", options->folder)->required();
    command->add_option("--images", options->images, "at most")->check(CLI::Range(1, 10'000'000));
    command->add_option("--runs", options->runs)->check(CLI::Range(1, 1000));
    command->callback([options, &outcome] { outcome = decodeBench(*options); });
}

} // namespace espalier::bench
