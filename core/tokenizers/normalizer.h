// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/result.h"
#include "core/formats/json_reader.h"

#include <functional>
#include <string>
#include <vector>

namespace espalier {

/// What is done to a text before it is cut: "normalizer" of a tokenizer.json.
class Normalizer
{
public:
    /// Takes and returns UTF-8. Throws std::runtime_error if ICU or PCRE2 give up.
    using Step = std::function<std::string(std::string)>;

    /// `json` null: nothing is done. `where` is the file that errors begin with.
    [[nodiscard]] static Result<Normalizer> read(ObjectReader* json, const std::string& where);

    [[nodiscard]] bool isEmpty() const
    {
        return m_steps.empty();
    }
    [[nodiscard]] std::string operator()(std::string text) const;

private:
    Status add(ObjectReader& json, const std::string& where);

    std::vector<Step> m_steps;
};

} // namespace espalier
