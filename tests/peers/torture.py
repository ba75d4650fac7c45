# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts on which tokenizers differ if they can differ."""

LINES = [
    "The quick brown fox jumps over the lazy dog.",
    "I'm, you're, he'll, they'd, we've, it's, isn't 'S 'T 'RE",
    "  leading and trailing  ", "a  b   c    d\t\te\n\n\nf\r\n\r\ng", "\t \n \u00a0\u2003\u3000x\u200b\u2028y\u0085z",
    "naïve café résumé Ünïcödé ÅÄÖ ñ ç ø œ æ ß ẞ ſ", "e\u0301 a\u0308\u0323 A\u030a \u1e9b\u0323 ﬁ ﬂ ﬀ ½ ² ① Ⅷ ㎏ ℌ",
    "İstanbul I ı i ΑΣΣ Σ ς ǅ", "Привет, мир! Как дела? Ёлка", "Γειά σου Κόσμε", "שלום עולם וניקוד שָׁלוֹם",
    "مرحبا بالعالم ١٢٣٤ ـــ", "नमस्ते दुनिया १२३", "สวัสดีชาวโลก", "你好，世界！中文分词。㐀𠀀𪜶", "こんにちは世界 カタカナ ﾊﾝｶｸ が か\u3099",
    "안녕하세요 세계 \u1112\u1161\u11ab", "မင်္ဂလာပါ", "ქართული Հայերեն ትግርኛ ᠮᠣᠩᠭᠣᠯ\u180eᠪ",
    "😀😂🤣 👍🏽 👩‍👩‍👧‍👦 🇩🇪🇫🇷 ❤️ ✌🏿 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f 🫠🧿",
    "1234567890 3.14159 1,000,000 12:34:56 2026-11-21 0x1F v1.2.3", "a1b22c333d4444 ٣٣ ५५ ⅷ¾",
    "def f(x):\n    return x ** 2  # comment\n\n\tif (a&&b||!c) { d[0] += ~e; }",
    "https://example.org/a_b-c?d=e&f=%20#g user@example.com", "!!! ??? ... --- ___ === *** (((()))) [[]] {{}} <<>> \"'`´’‘“”",
    "<s> </s> <unk> <pad> <mask> [CLS] [SEP] [MASK] [PAD] [UNK] <|endoftext|> <bos><eos>", "x<mask>y  <mask>  z",
    "<0x0A> <0xFF> ▁under▁score Ġspace ##hash Ċ", "zero\u200bwidth\u200cjoin\u200der\ufeffbom \u202eright\u202c soft\u00adhyphen",
    "\u0001\u001f\u007f\u0080\ufffd control \U0010ffff \ue000 \u0378", "ͣ́̀ ̈ combining first", "ᾳ ῼ ŉ ΐ ﬗ ﷺ ㍿ ﬅ",
    "word" * 40, "supercalifragilisticexpialidocious pneumonoultramicroscopicsilicovolcanoconiosis", "x" * 300,
    " ", "   ", "\n", "a", "", "Ａｆｕｌｌｗｉｄｔｈ　ｔｅｘｔ", "𝒽𝑒𝓁𝓁𝑜 𝟙𝟚𝟛", "K (Kelvin) Å (Ångström) Ω (Ohm) 'ſ 'K",
]

WHOLE = "\n".join(LINES) + "\n" + " ".join(LINES)


def every_character():
    """Lines with every character of Unicode between letters, in blocks of 4096."""
    for first in range(0, 0x110000, 4096):
        characters = [chr(c) for c in range(first, first + 4096) if not 0xD800 <= c < 0xE000]
        if characters:
            yield f"{first:#x}", "".join(f"a{c}b {c} " for c in characters)
