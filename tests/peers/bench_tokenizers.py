#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times `espalier-bench tokenize` beside tokenizers on one thread, both in processor time.

    bench_tokenizers.py BENCH FOLDER TEXT [--rounds N] [--train SIZE]

--train: first train a byte-level BPE of SIZE tokens with GPT-2's pattern on TEXT into FOLDER.
"""

import argparse
import json
import os
import pathlib
import subprocess
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers  # noqa: E402


def train(folder, text, size):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train([text], trainers.BpeTrainer(vocab_size=size, show_progress=False,
                                                initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(pathlib.Path(folder) / "tokenizer.json"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench")
    parser.add_argument("folder")
    parser.add_argument("text")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--train", type=int)
    arguments = parser.parse_args()
    if arguments.train:
        train(arguments.folder, arguments.text, arguments.train)
    text = pathlib.Path(arguments.text).read_text(encoding="utf-8")
    megabytes = len(text.encode()) / 1e6
    for _ in range(arguments.rounds):
        tokenizer = Tokenizer.from_file(str(pathlib.Path(arguments.folder) / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        begin = time.process_time()
        whole = tokenizer.encode(text, add_special_tokens=False).ids
        middle = time.process_time()
        tokenizer.encode_batch_fast(text.splitlines(keepends=True), add_special_tokens=False)
        end = time.process_time()
        run = subprocess.run([arguments.bench, "tokenize", arguments.folder, arguments.text, "--runs", "3"],
                             capture_output=True, check=True, text=True)
        ours = json.loads(run.stdout.splitlines()[-1])["megabytes_per_processor_second"]
        print(f"{len(whole)} tokens: tokenizers {megabytes / (middle - begin):.1f} MB/s as one text, "
              f"{megabytes / (end - middle):.1f} MB/s line by line; espalier {ours:.1f} MB/s", flush=True)


if __name__ == "__main__":
    main()
