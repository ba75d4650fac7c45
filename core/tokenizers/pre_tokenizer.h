// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/formats/json_reader.h"
#include "core/tokenizers/split.h"

#include <functional>
#include <string>
#include <vector>

namespace espalier {

/// How a text is cut into the pieces that the model sees one by one: "pre_tokenizer" of a
/// tokenizer.json.
class PreTokenizer
{
public:
    /// Sends the parts of a piece on; their texts live as long as the call.
    using Step = std::function<void(Piece, PieceSink)>;

    /// `json` null: the text is one piece. `where` is the file that errors begin with.
    [[nodiscard]] static Result<PreTokenizer> read(ObjectReader* json, const std::string& where);

    /// Sends the pieces in order; throws std::runtime_error if PCRE2 gives up.
    void split(Piece piece, PieceSink sink) const
    {
        run(0, piece, sink);
    }
    /// True if the model's vocabulary spells bytes (core/tokenizers/byte_level.h). Pieces stay as
    /// they are.
    [[nodiscard]] bool isByteLevel() const
    {
        return m_byteLevel;
    }

private:
    Status add(ObjectReader& json, const std::string& where);
    Status addSplit(ObjectReader& json, const std::string& where);
    Status addByteLevel(ObjectReader& json, const std::string& where);
    void addMetaspace(ObjectReader& json);
    void run(std::size_t step, Piece piece, PieceSink sink) const;

    std::vector<Step> m_steps;
    bool m_byteLevel = false;
};

} // namespace espalier
