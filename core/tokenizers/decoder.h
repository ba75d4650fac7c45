// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/formats/json_reader.h"

#include <functional>
#include <string>
#include <vector>

namespace espalier {

/// How tokens become text again: "decoder" of a tokenizer.json.
class Decoder
{
public:
    using Tokens = std::vector<std::string>;
    using Step = std::function<Tokens(Tokens)>;

    /// `json` null: tokens are joined with spaces.
    [[nodiscard]] static Result<Decoder> read(ObjectReader* json, const std::string& where);

    Decoder() = default;
    explicit Decoder(Step step)
        : m_steps(1, std::move(step))
        , m_spaced(false)
    {
    }

    [[nodiscard]] std::string operator()(Tokens tokens) const;

private:
    Status add(ObjectReader& json, const std::string& where);

    std::vector<Step> m_steps;
    bool m_spaced = true; ///< no decoder
};

} // namespace espalier
