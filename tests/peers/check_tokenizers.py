#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares `espalier-cli tokenize` with tokenizers, transformers and sentencepiece.

    check_tokenizers.py CLI WORK [--folder NAME=PATH]... [--corpus FILE] [--characters]

Trains a tokenizer of every kind in WORK, encodes the torture text (tests/peers/torture.py) line by
line and as a whole with both, and says where the numbers differ. --characters: also every character
of Unicode (libraries know different versions of it: differences are counted by block, not judged).
"""

import argparse
import base64
import json
import pathlib
import subprocess
import sys

import torture
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", AddedToken("<mask>", lstrip=True, special=True)]
LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
          r"|\s*[\r\n]+|\s+(?!\S)|\s+")


def corpus(path):
    text = torture.WHOLE * 3
    if path:
        text += pathlib.Path(path).read_text(encoding="utf-8")[:300000]
    return [line for line in text.split("\n") if line]


def train(tokenizer, trainer, lines):
    tokenizer.train_from_iterator(lines, trainer)
    return tokenizer


def byte_level(lines, pre, normalizer=None, size=3000, **model):
    tokenizer = Tokenizer(models.BPE(**model))
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    return train(tokenizer, trainers.BpeTrainer(vocab_size=size, special_tokens=SPECIAL, initial_alphabet=alphabet,
                                                show_progress=False), lines)


def kinds(lines):
    """Name and tokenizer of every kind that the families use."""
    B = pre_tokenizers
    gpt2 = byte_level(lines, B.ByteLevel(add_prefix_space=False))
    yield "gpt2", gpt2
    roberta = byte_level(lines, B.ByteLevel(add_prefix_space=True))
    roberta.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
    yield "roberta", roberta
    llama3 = byte_level(lines, B.Sequence([B.Split(Regex(LLAMA3), "isolated"),
                                           B.ByteLevel(add_prefix_space=False, use_regex=False)]))
    llama3.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False),
                                                 processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])])
    yield "llama3", llama3
    document = json.loads(llama3.to_str())
    document["model"]["ignore_merges"] = True
    yield "llama3-ignore-merges", Tokenizer.from_str(json.dumps(document))
    yield "qwen2", byte_level(lines, B.Sequence([B.Split(Regex(LLAMA3.replace("{1,3}", "")), "isolated"),
                                                 B.ByteLevel(add_prefix_space=False, use_regex=False)]), normalizers.NFC())
    yield "digits", byte_level(lines, B.Sequence([B.Digits(individual_digits=True), B.ByteLevel(add_prefix_space=False)]),
                               normalizers.NFKC())
    yield "punctuation", byte_level(lines, B.Sequence([B.Punctuation("contiguous"), B.Digits(False),
                                                       B.ByteLevel(add_prefix_space=True, use_regex=False)]))

    for name, options in (("llama", {}), ("llama-no-bytes", {"byte_fallback": False, "fuse_unk": True}),
                          ("llama-no-fuse", {"byte_fallback": False, "fuse_unk": False})):
        llama = Tokenizer(models.BPE(unk_token="<unk>", **{"byte_fallback": True, "fuse_unk": True, **options}))
        llama.pre_tokenizer = B.Metaspace()
        bytes_ = [f"<0x{b:02X}>" for b in range(256)] if options == {} else []
        train(llama, trainers.BpeTrainer(vocab_size=3000, special_tokens=SPECIAL + bytes_, limit_alphabet=300,
                                         show_progress=False), lines)
        document = json.loads(llama.to_str())
        document["added_tokens"] = [t for t in document["added_tokens"] if not t["content"].startswith("<0x")]
        document["pre_tokenizer"] = None
        document["normalizer"] = {"type": "Sequence", "normalizers": [
            {"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}
        document["decoder"] = {"type": "Sequence", "decoders": [
            {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
            {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
        yield name, Tokenizer.from_str(json.dumps(document))
    gemma = json.loads(llama.to_str())
    gemma["normalizer"] = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
    gemma["pre_tokenizer"] = {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": False}
    yield "gemma", Tokenizer.from_str(json.dumps(gemma))
    for scheme in ("always", "first", "never"):
        for split in (True, False):
            document = json.loads(llama.to_str())
            document["pre_tokenizer"] = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": split}
            document["decoder"] = dict(document["pre_tokenizer"])
            yield f"metaspace-{scheme}-{split}", Tokenizer.from_str(json.dumps(document))

    for lower in (True, False):
        bert = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        bert.normalizer = normalizers.BertNormalizer(lowercase=lower)
        bert.pre_tokenizer = B.BertPreTokenizer()
        bert.decoder = decoders.WordPiece()
        train(bert, trainers.WordPieceTrainer(vocab_size=3000, limit_alphabet=400, show_progress=False,
                                              special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]), lines)
        bert.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
        yield "bert-" + ("uncased" if lower else "cased"), bert
    document = json.loads(bert.to_str())
    document["post_processor"] = {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}
    document["normalizer"] = {"type": "Sequence", "normalizers": [
        {"type": "NFKD"}, {"type": "StripAccents"}, {"type": "Lowercase"}, {"type": "Strip", "strip_left": True, "strip_right": True},
        {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}]}
    document["pre_tokenizer"] = {"type": "Whitespace"}
    yield "wordpiece-whitespace", Tokenizer.from_str(json.dumps(document))

    unigram = Tokenizer(models.Unigram())
    unigram.normalizer = normalizers.NFKC()
    unigram.pre_tokenizer = B.Metaspace()
    unigram.decoder = decoders.Metaspace()
    train(unigram, trainers.UnigramTrainer(vocab_size=2000, unk_token="<unk>", special_tokens=["<unk>", "<s>", "</s>"],
                                           show_progress=False), lines)
    yield "unigram", unigram
    document = json.loads(unigram.to_str())
    document["model"]["vocab"] = [t for t in document["model"]["vocab"] if len(t[0]) > 1 or t[0].isascii()] + [
        [f"<0x{b:02X}>", -12.0] for b in range(256)]
    document["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [
        {"type": "WhitespaceSplit"}, {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": True}]}
    yield "unigram-unknowns", Tokenizer.from_str(json.dumps(document))
    document["model"]["byte_fallback"] = True
    yield "unigram-bytes", Tokenizer.from_str(json.dumps(document))

    document = json.loads(unigram.to_str())
    document["normalizer"] = {"type": "Precompiled", "precompiled_charsmap": nfkc_charsmap()}
    yield "unigram-precompiled", Tokenizer.from_str(json.dumps(document))

    for name, fields in (("added-normalized", {"normalized": True}), ("added-rstrip", {"rstrip": True}),
                         ("added-single-word", {"single_word": True}), ("added-lstrip", {"lstrip": True})):
        tokenizer = Tokenizer.from_str(bert.to_str())
        tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
        tokenizer.add_tokens([AddedToken(t, **fields) for t in ("Café", "fox", "世界", "word", "the lazy", "x ")])
        yield name, tokenizer


def nfkc_charsmap():
    """sentencepiece's own map, out of a model that it trains."""
    import io
    import sentencepiece
    from sentencepiece import sentencepiece_model_pb2
    written = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(["a b c"] * 10), model_writer=written, vocab_size=20,
                                             hard_vocab_limit=False, minloglevel=2)
    model = sentencepiece_model_pb2.ModelProto.FromString(written.getvalue())
    return base64.b64encode(model.normalizer_spec.precompiled_charsmap).decode()


class Ours:
    def __init__(self, cli, work):
        self.cli, self.file = cli, work / "text.txt"

    def encode(self, folder, text, special=False):
        self.file.write_bytes(text.encode("utf-8"))
        command = [self.cli, "tokenize", folder, "--text", self.file, "--json"] + (["--special"] if special else [])
        run = subprocess.run(command, capture_output=True)
        if run.returncode:
            return {"ids": None, "decoded": None, "error": run.stderr.decode(errors="replace").strip()}
        return json.loads(run.stdout)


def first_difference(ours, theirs):
    for i, (a, b) in enumerate(zip(ours, theirs)):
        if a != b:
            return f"token {i}: found {ours[i:i + 6]}, wanted {theirs[i:i + 6]}"
    return f"{len(ours)} tokens, wanted {len(theirs)}"


def compare(name, folder, ours, encode, decode, special=True):
    """Texts one by one through one file each would take minutes: lines go in one by one only if the whole differs."""
    problems = 0
    for around in ((False, True) if special else (False,)):
        for text in [torture.WHOLE] + torture.LINES[:8] + torture.LINES[-9:]:
            found, wanted = ours.encode(folder, text, around), encode(text, around)
            if found["ids"] == wanted and (decode is None or found["decoded"] == decode(wanted)):
                continue
            problems += 1
            if found["ids"] is None:
                print(f"  {name}: {found['error']}")
                return problems
            if found["ids"] == wanted:
                print(f"  {name}: decoded {text[:40]!r}: found {found['decoded'][:80]!r}, wanted {decode(wanted)[:80]!r}")
            for line in torture.LINES if text == torture.WHOLE else [text]:
                found, wanted = ours.encode(folder, line, around), encode(line, around)
                if found["ids"] != wanted:
                    print(f"  {name}: {line!r}: {first_difference(found['ids'] or [], wanted)}")
    print(f"{'ok  ' if problems == 0 else 'FAIL'} {name}", flush=True)
    return problems


def compare_characters(name, folder, ours, encode):
    blocks = []
    for block, text in torture.every_character():
        if ours.encode(folder, text)["ids"] != encode(text, False):
            blocks.append(block)
    print(f"     {name}: every character: {len(blocks)} of 271 blocks differ: {' '.join(blocks)}", flush=True)


def check_json(name, folder, ours, characters):
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()

    def encode(text, around):
        return tokenizer.encode(text, add_special_tokens=around).ids
    problems = compare(name, folder, ours, encode, tokenizer.decode)
    if characters:
        compare_characters(name, folder, ours, encode)
    return problems


def check_legacy(work, ours, made):
    """vocab.json + merges.txt and vocab.txt beside what transformers makes of the same files."""
    from transformers import BertTokenizerFast, GPT2TokenizerFast, Qwen2TokenizerFast, RobertaTokenizerFast
    problems = 0
    plans = [("gpt2", GPT2TokenizerFast, {"unk_token": "</s>", "bos_token": "<s>", "eos_token": "</s>"}),
             ("roberta", RobertaTokenizerFast, {}), ("qwen2", Qwen2TokenizerFast, {"eos_token": "</s>", "unk_token": "</s>", "pad_token": "</s>"}),
             ("bert-uncased", BertTokenizerFast, {"do_lower_case": True}),
             ("bert-cased", BertTokenizerFast, {"do_lower_case": False, "strip_accents": True})]
    for source, cls, settings in plans:
        folder = work / f"legacy-{source}"
        folder.mkdir(exist_ok=True)
        made[source].model.save(str(folder))
        config = {"tokenizer_class": cls.__name__.removesuffix("Fast"), **settings}
        (folder / "tokenizer_config.json").write_text(json.dumps(config))
        reference = cls.from_pretrained(str(folder))

        def encode(text, around):
            return reference.backend_tokenizer.encode(text, add_special_tokens=around).ids
        problems += compare(folder.name, folder, ours, encode, None)
    return problems


def check_sentencepiece(work, ours, lines):
    import sentencepiece
    problems = 0
    for kind, options in (("bpe", {"byte_fallback": True}), ("unigram", {}), ("bpe", {"add_dummy_prefix": False, "remove_extra_whitespaces": False})):
        folder = work / ("sentencepiece-" + kind + ("-plain" if "add_dummy_prefix" in options else ""))
        folder.mkdir(exist_ok=True)
        prefix = folder / "tokenizer"
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(lines), model_prefix=str(prefix), vocab_size=2000, model_type=kind, character_coverage=0.98,
            hard_vocab_limit=False, minloglevel=2, **options)
        (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "LlamaTokenizer"}))
        processor = sentencepiece.SentencePieceProcessor(model_file=str(prefix) + ".model")
        text_only = [line for line in torture.LINES if "<s>" not in line]

        def encode(text, around):
            return processor.encode(text, add_bos=around)

        if kind == "unigram":  # versions of the library break ties in different ways
            plain = ours.encode

            def encode_ties(folder, text, around=False):
                found, wanted = plain(folder, text, around), encode(text, around)
                same = found["ids"] and sorted(found["ids"]) == sorted(wanted)
                return {"ids": wanted} if same else found
            ours.encode = encode_ties
        saved = torture.LINES, torture.WHOLE
        torture.LINES, torture.WHOLE = text_only, "\n".join(text_only)
        problems += compare(folder.name, folder, ours, encode, None)
        torture.LINES, torture.WHOLE = saved
        ours.__dict__.pop("encode", None)
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cli")
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--folder", action="append", default=[], metavar="NAME=PATH")
    parser.add_argument("--corpus")
    parser.add_argument("--only")
    parser.add_argument("--characters", action="store_true")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    ours = Ours(arguments.cli, arguments.work)
    lines = corpus(arguments.corpus)
    problems, made = 0, {}
    for name, tokenizer in kinds(lines):
        made[name] = tokenizer
        if arguments.only and arguments.only not in name:
            continue
        folder = arguments.work / name
        folder.mkdir(exist_ok=True)
        tokenizer.save(str(folder / "tokenizer.json"))
        problems += check_json(name, folder, ours, arguments.characters)
    if not arguments.only or "legacy" in arguments.only:
        problems += check_legacy(arguments.work, ours, made)
    if not arguments.only or "sentencepiece" in arguments.only:
        problems += check_sentencepiece(arguments.work, ours, lines)
    for pair in arguments.folder:
        name, path = pair.split("=", 1)
        problems += check_json(name, pathlib.Path(path), ours, arguments.characters)
    print(f"{problems} texts differ")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
