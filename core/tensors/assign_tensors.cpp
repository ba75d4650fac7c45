// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensors/assign_tensors.h"

#include "core/architectures/name_table.h"
#include "core/base/untrusted_text.h"
#include "core/tensors/read_stored.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace espalier {

namespace {

std::string place(const StoredTensor& tensor)
{
    return fmt::format("{}: tensor {}", tensor.file, inQuotes(tensor.name));
}

Status checkStored(const StoredTensor& stored, const std::vector<std::int64_t>& sizes)
{
    if (!weightTypeOf(stored))
        return refused(fmt::format(
            "{}: found type {}, wanted F32, F16 or BF16", place(stored), inQuotes(stored.dtype)));
    if (stored.sizes != sizes)
        return refused(fmt::format("{}: found shape [{}], wanted [{}] as config.json has it",
            place(stored), fmt::join(stored.sizes, ", "), fmt::join(sizes, ", ")));
    return {};
}

Error unexpected(const StoredTensor& tensor, const ModelConfig& config)
{
    return refused(fmt::format(
        "{}: not part of a {} model with these settings", place(tensor), config.family));
}

Error storedTwice(const StoredTensor& tensor, const StoredTensor& other)
{
    return refused(fmt::format(
        "{}: stored twice, also as {} in {}", place(tensor), inQuotes(other.name), other.file));
}

Status checkAllThere(const std::vector<const StoredTensor*>& holder, const NameTable& names,
    const std::vector<StoredTensor>& stored)
{
    for (std::size_t i = 0; i < holder.size(); ++i)
        if (!holder[i])
            return refused(fmt::format("{}: tensor {} is missing, wanted shape [{}]",
                stored.empty() ? "model" : stored.front().file, inQuotes(names.wanted()[i].name),
                fmt::join(names.wanted()[i].sizes, ", ")));
    return {};
}

} // namespace

Result<TensorAssignment> assignTensors(
    const ModelConfig& config, const std::vector<StoredTensor>& stored)
{
    const NameTable names(config);
    std::vector<const StoredTensor*> holder(names.wanted().size(), nullptr);
    TensorAssignment assignment{
        .byStored = {stored.size(), std::nullopt}, .copies = {stored.size(), std::nullopt}};
    const auto assign = [&](std::size_t i, std::size_t at) -> Status {
        const Spelling spelling = names.spellingOf(stored[i].name);
        if (!holder[at]) {
            holder[at] = &stored[i];
            assignment.byStored[i] = names.wanted()[at];
        } else if (spelling == Spelling::Old) {
            assignment.copies[i] = names.wanted()[at];
        } else if (names.spellingOf(holder[at]->name) == spelling) {
            return storedTwice(stored[i], *holder[at]);
        }
        return checkStored(stored[i], names.wanted()[at].sizes);
    };
    // Older names come last, so that beside a newer one they are its copies.
    for (const Spelling spelling : {Spelling::Counting, Spelling::Table, Spelling::Old})
        for (std::size_t i = 0; i < stored.size(); ++i) {
            const StoredTensor& tensor = stored[i];
            if (names.spellingOf(tensor.name) != spelling)
                continue;
            if (const std::optional<std::size_t> at = names.find(tensor.name)) {
                if (const Status fits = assign(i, *at); !fits)
                    return fits.error();
            } else if (const std::optional<DiskTensor> original = names.tiedTo(tensor.name)) {
                if (const Status fits = checkStored(tensor, original->sizes); !fits)
                    return fits.error();
                assignment.copies[i] = original;
            } else if (!names.isIgnored(tensor.name)) {
                return unexpected(tensor, config);
            }
        }
    if (const Status all = checkAllThere(holder, names, stored); !all)
        return all.error();
    return assignment;
}

} // namespace espalier
