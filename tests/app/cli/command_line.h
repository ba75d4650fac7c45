// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/command.h"
#include "tests/support/temporary_folder.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace espalier::test {

struct Outcome
{
    int status = 0;
    std::string out;
    std::string err;
};

/// A call of espalier-cli with these words.
inline Outcome espalierCli(std::vector<std::string> words, std::stop_token stop = {})
{
    words.insert(words.begin(), {"espalier-cli", "--threads", "1"}); // others may test beside us
    std::vector<const char*> arguments;
    for (const std::string& word : words)
        arguments.push_back(word.c_str());
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const int status =
        cli::runCommandLine(static_cast<int>(arguments.size()), arguments.data(), std::move(stop));
    return {.status = status,
        .out = ::testing::internal::GetCapturedStdout(),
        .err = ::testing::internal::GetCapturedStderr()};
}

/// A parent (GPT-2 layout, 2 blocks x 16, 2 heads, bytes, fresh weights) and a text to read.
class CommandLine : public ::testing::Test
{
protected:
    CommandLine()
    {
        m_folder.write("parent/config.json",
            R"({"model_type": "gpt2", "n_embd": 16, "n_layer": 2, "n_head": 2, "n_inner": 32,
                "n_positions": 16, "vocab_size": 256})");
        std::string text;
        for (int i = 0; i < 60; ++i)
            text += "the tree grows along the wall and the wall stays. ";
        m_folder.write("text.txt", text);
    }

    [[nodiscard]] std::string at(std::string_view name) const
    {
        return (m_folder.path() / name).string();
    }
    [[nodiscard]] std::string read(std::string_view name) const
    {
        return TemporaryFolder::read(m_folder.path() / name);
    }
    [[nodiscard]] bool exists(std::string_view name) const
    {
        return std::filesystem::exists(m_folder.path() / name);
    }
    [[nodiscard]] std::string parent() const
    {
        return at("parent");
    }
    [[nodiscard]] std::string text() const
    {
        return at("text.txt");
    }

    TemporaryFolder m_folder;
};

} // namespace espalier::test
