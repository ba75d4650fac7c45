// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tokenizers/tokenizer.h"

namespace espalier {

/// Memory that a model's encode() may use as it likes; kept from piece to piece.
struct ModelScratch
{
    struct Symbol
    {
        TokenId id;
        std::int32_t previous; ///< -1: none
        std::int32_t next; ///< -1: none
        bool alive; ///< false: merged into the one before
    };
    struct Merge
    {
        std::uint32_t rank;
        std::int32_t at; ///< the left symbol
        TokenId id; ///< what the two become
    };
    struct PathNode
    {
        double score;
        std::int32_t from; ///< byte where the last token begins; -1: not reached
        TokenId id;
    };
    std::vector<Symbol> symbols;
    std::vector<Merge> merges;
    std::vector<PathNode> path;
    std::string text;
};

/// The part of a tokenizer that turns one piece of text into tokens. Immutable.
class TokenModel
{
public:
    TokenModel() = default;
    TokenModel(const TokenModel&) = delete;
    TokenModel& operator=(const TokenModel&) = delete;
    virtual ~TokenModel() = default;

    /// Appends the tokens of a piece: UTF-8, not empty, below 2 GiB. Throws std::runtime_error,
    /// with a line for people, where Hugging Face's does.
    virtual void encode(
        std::string_view piece, std::vector<TokenId>& ids, ModelScratch& scratch) const = 0;

    [[nodiscard]] virtual std::string kind() const = 0;
    [[nodiscard]] virtual TokenId find(std::string_view token) const = 0; ///< -1: none
    [[nodiscard]] virtual std::string_view text(TokenId id) const = 0; ///< empty: none
    [[nodiscard]] virtual std::int64_t size() const = 0; ///< how many tokens
    [[nodiscard]] virtual std::int64_t end() const = 0; ///< largest number + 1
    [[nodiscard]] virtual std::optional<TokenId> unknown() const = 0;
};

} // namespace espalier
