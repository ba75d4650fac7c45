// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/benches.h"

#include "core/architectures/shape_solver.h"
#include "core/engine/model.h"
#include "core/engine/session.h"
#include "core/methods/catalog.h"
#include "core/storage/sync_to_disk.h"
#include "tests/bench/synthetic_models.h"
#include "tests/bench/timing.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <fstream>
#include <memory>
#include <unistd.h>
#include <vector>

namespace espalier::bench {

namespace {

struct FilesOptions
{
    std::string model;
    std::int64_t hidden = 0;
    std::int64_t layers = 0;
    std::int64_t runs = 5;
    int threads = 0;
};

std::string nameOfModel(const FilesOptions& options)
{
    return std::filesystem::canonical(options.model).filename().string();
}

/// Without a MODEL one is made, and given to the system to write out, so that this is not timed.
Status makeModel(FilesOptions& options, const ScratchFolder& scratch,
    Status (*write)(const std::filesystem::path& folder))
{
    if (!options.model.empty())
        return {};
    const std::filesystem::path folder = scratch.path() / "synthetic";
    std::filesystem::create_directory(folder);
    options.model = folder.string();
    const Status written = write(folder);
    ::sync();
    return written;
}

Options firstChannels()
{
    return {{"order", std::string("first")}};
}

/// Half the width unless told otherwise, first channels: what is timed moves weights and measures
/// nothing.
Result<TransferPlan> planOf(const Model& parent, const FilesOptions& options)
{
    const Result<const Method*> method = methodOf("subcloning");
    if (!method)
        return method.error();
    const ShapeBounds bounds = boundsOf(**method, parent.config());
    const ModelShape& shape = parent.config().shape;
    PlanRequest request{.parent = parent.config(), .childShape = shape};
    request.childShape = withSize(
        bounds, shape, Size::Hidden, options.hidden > 0 ? options.hidden : shape.hidden / 2);
    if (options.layers > 0)
        request.childShape.layers = options.layers;
    request.options = firstChannels();
    return makePlan(**method, std::move(request));
}

/// What `espalier-cli scale` does but for the start of the process.
Result<ExportReport> scaleFromDisk(const FilesOptions& options, const std::filesystem::path& out)
{
    const Result<Model> parent = Model::open(options.model);
    if (!parent)
        return parent.error();
    const Result<std::string> hash = parent->weightsHash();
    if (!hash)
        return hash.error();
    const Result<TransferPlan> plan = planOf(*parent, options);
    if (!plan)
        return plan.error();
    const Recipe recipe{.parentPath = options.model,
        .parentHash = *hash,
        .shape = plan->child.shape,
        .method = plan->method,
        .options = firstChannels()};
    return exportScaled(*parent, *plan, recipe, out, {});
}

/// Copies a folder to a new place and brings it to the disk, as an export does. Piece by piece, as
/// cp does, which is several times as fast as std::filesystem::copy on some machines.
Status copyToDisk(const std::filesystem::path& from, const std::filesystem::path& to)
{
    std::filesystem::create_directory(to);
    std::vector<char> piece(std::size_t{256} << 10);
    for (const auto& file : std::filesystem::directory_iterator(from)) {
        const std::filesystem::path target = to / file.path().filename();
        std::ifstream in(file.path(), std::ios::binary);
        std::ofstream out(target, std::ios::binary);
        while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())), in.gcount() > 0)
            out.write(piece.data(), in.gcount());
        out.close();
        if (const Status done = syncToDisk(target); !done)
            return done;
    }
    return syncToDisk(to);
}

/// Reading the parent, scaling, writing, reading back and comparing, in turn with a copy of the
/// output. Both are deleted each time: memory and disk that were never used before are slow.
/// The parent's hash is known from the first run on, if its files are older than two seconds.
Status scaleBench(FilesOptions options)
{
    (void)startEngine(options.threads);
    const ScratchFolder scratch;
    if (const Status made = makeModel(options, scratch, writeFreshModel); !made)
        return made;
    const std::filesystem::path out = scratch.path() / "scaled";
    const std::filesystem::path copy = scratch.path() / "copy";
    Result<ExportReport> report = ExportReport();
    Status copied;
    std::vector<double> scaleMs;
    std::vector<double> copyMs;
    for (std::int64_t run = 0; report && copied && run <= options.runs; ++run) {
        std::filesystem::remove_all(out);
        std::filesystem::remove_all(copy);
        scaleMs.push_back(timeRuns(0, 1, [&] { report = scaleFromDisk(options, out); }).front());
        copyMs.push_back(timeRuns(0, 1, [&] { copied = copyToDisk(out, copy); }).front());
    }
    if (!report)
        return report.error();
    scaleMs.erase(scaleMs.begin()); // the first round warms up
    copyMs.erase(copyMs.begin());
    const auto bytes = static_cast<double>(report->bytes);
    printTimes(nameOfModel(options) + " scale", scaleMs, bytes);
    printTimes(nameOfModel(options) + " copy of the output", copyMs, bytes);
    return copied;
}

/// Resident memory of this process in MB, as the system counts it.
double residentMegabytes()
{
    std::ifstream file("/proc/self/statm");
    double pages = 0;
    double resident = 0;
    file >> pages >> resident;
    return resident * 4096 / 1e6;
}

/// Opening a checkpoint and listing its tensors; headers only.
Status listBench(FilesOptions options)
{
    const ScratchFolder scratch;
    if (const Status made = makeModel(options, scratch, writeSparseModel); !made)
        return made;
    const double before = residentMegabytes();
    Status outcome;
    std::size_t tensors = 0;
    const std::vector<double> times = timeRuns(0, options.runs, [&] {
        const Result<Model> model = Model::open(options.model);
        if (model)
            tensors = model->tensors().size();
        else
            outcome = model.error();
    });
    if (!outcome)
        return outcome;
    printTimes(nameOfModel(options) + " list", times, static_cast<double>(tensors));
    nlohmann::ordered_json line = {
        {"model", nameOfModel(options) + " list"}, {"engine", "espalier"}};
    line["tensors"] = tensors;
    line["added_megabytes"] = residentMegabytes() - before;
    std::puts(line.dump().c_str());
    return {};
}

} // namespace

void addScale(CLI::App& program, Status& outcome)
{
    const auto options = std::make_shared<FilesOptions>();
    CLI::App* command =
        program.add_subcommand("scale", "scale and export a checkpoint, beside copying the output");
    command->add_option("MODEL", options->model, "Hugging Face folder; none: one is made");
    command->add_option("--hidden", options->hidden, "0: half the parent's")
        ->check(CLI::Range(0, 65536));
    command->add_option("--layers", options->layers, "0: the parent's")->check(CLI::Range(0, 1000));
    command->add_option("--runs", options->runs)->check(CLI::Range(1, 1000));
    command->add_option("--threads", options->threads, "0: one per core")
        ->check(CLI::Range(0, 1024));
    command->callback([options, &outcome] { outcome = scaleBench(*options); });
}

void addList(CLI::App& program, Status& outcome)
{
    const auto options = std::make_shared<FilesOptions>();
    CLI::App* command = program.add_subcommand("list", "open a checkpoint and list its tensors");
    command->add_option("MODEL", options->model, "Hugging Face folder; none: one is made");
    command->add_option("--runs", options->runs)->check(CLI::Range(1, 1000));
    command->callback([options, &outcome] { outcome = listBench(*options); });
}

} // namespace espalier::bench
