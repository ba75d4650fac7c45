// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/expect.h"

#include <string>
#include <utility>
#include <variant>

namespace espalier {

/// Why something did not happen. The command line's exit statuses follow these (exitStatus()).
enum class ErrorCode
{
    Internal, ///< our bug: status 1
    Usage, ///< the command line: status 2
    Refused, ///< a file, recipe, data or impossible shape: status 3
    Cancelled, ///< stopped by a person or a signal, state saved: status 4
    Resource, ///< not enough memory, disk or device: status 5
};

/// One plain line for a person: what, where, found, wanted.
struct Error
{
    ErrorCode code = ErrorCode::Internal;
    std::string message;
};

[[nodiscard]] inline Error refused(std::string message)
{
    return {ErrorCode::Refused, std::move(message)};
}
[[nodiscard]] inline Error cancelled()
{
    return {ErrorCode::Cancelled, "cancelled"};
}
[[nodiscard]] inline Error outOfResource(std::string message)
{
    return {ErrorCode::Resource, std::move(message)};
}

[[nodiscard]] constexpr int exitStatus(ErrorCode code)
{
    return static_cast<int>(code) + 1;
}

/// A value, or the Error that explains its absence; std::expected's shape, for C++20.
template <typename T> class [[nodiscard]] Result
{
public:
    Result(T value)
        : m_state(std::in_place_index<0>, std::move(value))
    {
    }
    Result(Error error)
        : m_state(std::in_place_index<1>, std::move(error))
    {
    }

    [[nodiscard]] bool ok() const
    {
        return m_state.index() == 0;
    }
    explicit operator bool() const
    {
        return ok();
    }

    [[nodiscard]] T& value() &
    {
        ESPALIER_EXPECT(ok(), "a failed Result has no value");
        return *std::get_if<0>(&m_state);
    }
    [[nodiscard]] const T& value() const&
    {
        ESPALIER_EXPECT(ok(), "a failed Result has no value");
        return *std::get_if<0>(&m_state);
    }
    [[nodiscard]] T&& value() &&
    {
        ESPALIER_EXPECT(ok(), "a failed Result has no value");
        return std::move(*std::get_if<0>(&m_state));
    }
    T& operator*() &
    {
        return value();
    }
    const T& operator*() const&
    {
        return value();
    }
    T&& operator*() &&
    {
        return std::move(*this).value();
    }
    T* operator->()
    {
        return &value();
    }
    const T* operator->() const
    {
        return &value();
    }

    [[nodiscard]] const Error& error() const
    {
        ESPALIER_EXPECT(!ok(), "a successful Result has no error");
        return *std::get_if<1>(&m_state);
    }

private:
    std::variant<T, Error> m_state;
};

template <> class [[nodiscard]] Result<void>
{
public:
    Result() = default;
    Result(Error error)
        : m_error(std::move(error))
        , m_ok(false)
    {
    }

    [[nodiscard]] bool ok() const
    {
        return m_ok;
    }
    explicit operator bool() const
    {
        return m_ok;
    }
    [[nodiscard]] const Error& error() const
    {
        ESPALIER_EXPECT(!m_ok, "a successful Result has no error");
        return m_error;
    }

private:
    Error m_error;
    bool m_ok = true;
};

using Status = Result<void>;

} // namespace espalier
