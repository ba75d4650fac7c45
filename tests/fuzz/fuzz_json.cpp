// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever the text: parse; what is accepted reads back the same after writing; the readers on top
// survive it.
#include "core/formats/json_reader.h"
#include "core/formats/shard_index.h"
#include "core/formats/strict_json.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace espalier;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    (void)readShardIndex(text, "fuzz");
    const auto document =
        parseStrictJson(text, "fuzz", {.maxBytes = 1 << 20, .maxDepth = 16, .maxValues = 10'000});
    if (!document)
        return 0;
    const auto again = parseStrictJson(writeJson(*document), "fuzz");
    if (!again || *again != *document)
        std::abort();

    JsonReader reader("fuzz", *document);
    ObjectReader& root = reader.root();
    (void)root.optionalInteger("a", -5, 5);
    (void)root.optionalNumber("b");
    (void)root.optionalString("c");
    (void)root.optionalIntegers("d", 0, INT64_MAX);
    for (ObjectReader* object : root.optionalObjects("e"))
        (void)object->requiredBool("f");
    (void)reader.finish();
    return 0;
}
