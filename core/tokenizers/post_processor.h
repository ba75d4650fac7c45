// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/formats/json_reader.h"
#include "core/tokenizers/tokenizer.h"

namespace espalier {

/// The tokens around every text: "post_processor" of a tokenizer.json, as far as it concerns one
/// text and not two.
struct PostProcessor
{
    std::vector<TokenId> before;
    std::vector<TokenId> behind;

    /// `json` null: none.
    [[nodiscard]] static Result<PostProcessor> read(ObjectReader* json, const std::string& where);

private:
    Status add(ObjectReader& json, const std::string& where);
    Status addTemplate(ObjectReader& json, const std::string& where);
    void addPair(ObjectReader& json);
    void surround(const std::vector<TokenId>& front, const std::vector<TokenId>& back);
};

} // namespace espalier
