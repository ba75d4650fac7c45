// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizers/unicode_text.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <stdexcept>

namespace espalier {

namespace {

bool isAscii(std::string_view text)
{
    return std::all_of(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

UChar32 toIcu(char32_t character)
{
    return static_cast<UChar32>(character);
}

std::uint32_t categoryMask(char32_t character)
{
    return U_GET_GC_MASK(toIcu(character));
}

/// The tables behind BERT's classes are of 2015: later characters belong to none of them.
bool isOfUnicode8(char32_t character)
{
    UVersionInfo age = {};
    u_charAge(toIcu(character), age);
    return age[0] >= 1 && age[0] <= 8;
}

const icu::Normalizer2& normalizerOf(NormalForm form)
{
    UErrorCode failed = U_ZERO_ERROR;
    const icu::Normalizer2* found = nullptr;
    switch (form) {
    case NormalForm::Nfc:
        found = icu::Normalizer2::getNFCInstance(failed);
        break;
    case NormalForm::Nfd:
        found = icu::Normalizer2::getNFDInstance(failed);
        break;
    case NormalForm::Nfkc:
        found = icu::Normalizer2::getNFKCInstance(failed);
        break;
    case NormalForm::Nfkd:
        found = icu::Normalizer2::getNFKDInstance(failed);
        break;
    }
    if (U_FAILURE(failed) || !found)
        throw std::runtime_error("ICU has no normalisation data");
    return *found;
}

} // namespace

char32_t nextCharacter(std::string_view text, std::size_t& at)
{
    char32_t character = 0;
    U8_NEXT_UNSAFE(text.data(), at, character);
    return character;
}

void appendCharacter(std::string& text, char32_t character)
{
    std::uint8_t bytes[4] = {};
    std::size_t count = 0;
    U8_APPEND_UNSAFE(bytes, count, character);
    text.append(reinterpret_cast<const char*>(bytes), count);
}

bool isWhiteSpace(char32_t character)
{
    if (character < 0x80)
        return character == ' ' || (character >= '\t' && character <= '\r');
    return u_isUWhiteSpace(toIcu(character)) != 0;
}

bool isNumeric(char32_t character)
{
    if (character < 0x80)
        return character >= '0' && character <= '9';
    return (categoryMask(character) & U_GC_N_MASK) != 0;
}

bool isMark(char32_t character)
{
    return character >= 0x300 && (categoryMask(character) & U_GC_M_MASK) != 0;
}

bool isNonspacingMark(char32_t character)
{
    return character >= 0x300 && (categoryMask(character) & U_GC_MN_MASK) != 0;
}

bool isWordCharacter(char32_t character)
{
    return u_hasBinaryProperty(toIcu(character), UCHAR_ALPHABETIC) != 0
        || (categoryMask(character) & (U_GC_M_MASK | U_GC_ND_MASK | U_GC_PC_MASK)) != 0
        || u_hasBinaryProperty(toIcu(character), UCHAR_JOIN_CONTROL) != 0;
}

bool isBertPunctuation(char32_t character)
{
    if (character < 0x80)
        return (character >= '!' && character <= '/') || (character >= ':' && character <= '@')
            || (character >= '[' && character <= '`') || (character >= '{' && character <= '~');
    constexpr char32_t kCanadianChiSign = 0x166d; // a symbol since Unicode 12
    return character == kCanadianChiSign
        || ((categoryMask(character) & U_GC_P_MASK) != 0 && isOfUnicode8(character));
}

bool isBertControl(char32_t character)
{
    if (character < 0x80)
        return (character < ' ' || character == 0x7f) && character != '\t' && character != '\n'
            && character != '\r';
    constexpr std::uint32_t kOther = U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK;
    return (categoryMask(character) & kOther) != 0 && isOfUnicode8(character);
}

bool isBertIdeograph(char32_t character)
{
    const auto within = [character](char32_t first, char32_t last) {
        return character >= first && character <= last;
    };
    return character >= 0x3400
        && (within(0x4e00, 0x9fff) || within(0x3400, 0x4dbf) || within(0x20000, 0x2a6df)
            || within(0x2a700, 0x2b73f) || within(0x2b740, 0x2b81f) || within(0x2b920, 0x2ceaf)
            || within(0xf900, 0xfaff) || within(0x2f800, 0x2fa1f));
}

void appendLowercase(std::string& text, char32_t character)
{
    if (character < 0x80) {
        const bool capital = character >= 'A' && character <= 'Z';
        text.push_back(static_cast<char>(capital ? character + 32 : character));
    } else if (character == 0x130) {
        text += "i\u0307";
    } else {
        appendCharacter(text, static_cast<char32_t>(u_tolower(toIcu(character))));
    }
}

std::string normalForm(std::string_view text, NormalForm form)
{
    if (isAscii(text))
        return std::string(text);
    const icu::Normalizer2& normalizer = normalizerOf(form);
    std::string out;
    out.reserve(text.size());
    icu::StringByteSink<std::string> sink(&out);
    UErrorCode failed = U_ZERO_ERROR;
    normalizer.normalizeUTF8(0,
        icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())), sink, nullptr,
        failed);
    if (U_FAILURE(failed))
        throw std::runtime_error("ICU could not normalise a text");
    return out;
}

} // namespace espalier
