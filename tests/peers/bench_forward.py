#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times a forward pass of every family beside transformers and timm.

    bench_forward.py BENCH [--only NAME...] [--rounds N] [--runs N] [--clock [--threads N]]

BENCH is espalier-bench. Models are random, 6 blocks of width 384 with a vocabulary of 2048; texts are 8 x 128 tokens, images 8 of
128 x 128 pixels in patches of 8. The stock tools run as their users get them: eager mode, attention as the model chooses it. Both
sides take turns. One thread each, in processor time, which other programs hardly change; with --clock the clock's time on several
threads, for an idle machine. Prints a table.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

import timm
import torch
import transformers as tf
from stock_models import save

VOCAB, LAYERS, HIDDEN, HEADS, TOKENS, BATCH, IMAGE, PATCH, CLASSES = 2048, 6, 384, 6, 128, 8, 128, 8, 100


def hf(model_class, **more):
    return lambda: model_class(model_class.config_class(**more))


def decoder(model_class, **more):
    return hf(model_class, vocab_size=VOCAB, max_position_embeddings=256, num_hidden_layers=LAYERS, hidden_size=HIDDEN,
              num_attention_heads=HEADS, num_key_value_heads=2, head_dim=64, intermediate_size=1024, pad_token_id=0, **more)


def encoder(model_class, **more):
    return hf(model_class, vocab_size=VOCAB, max_position_embeddings=258, num_hidden_layers=LAYERS, hidden_size=HIDDEN,
              num_attention_heads=HEADS, intermediate_size=4 * HIDDEN, **more)


def vision(model_class):
    return hf(model_class, image_size=IMAGE, patch_size=PATCH, num_hidden_layers=LAYERS, hidden_size=HIDDEN,
              num_attention_heads=HEADS, intermediate_size=4 * HIDDEN, num_labels=CLASSES)


def pytorch_image_model(name):
    return lambda: timm.create_model(name, pretrained=False, img_size=IMAGE, patch_size=PATCH, embed_dim=HIDDEN, num_heads=HEADS,
                                     depth=LAYERS, num_classes=CLASSES)


MODELS = {
    "gpt2": hf(tf.GPT2LMHeadModel, vocab_size=VOCAB, n_positions=256, n_layer=LAYERS, n_embd=HIDDEN, n_head=HEADS, bos_token_id=0,
               eos_token_id=0),
    "opt": hf(tf.OPTForCausalLM, vocab_size=VOCAB, max_position_embeddings=256, num_hidden_layers=LAYERS, hidden_size=HIDDEN,
              ffn_dim=4 * HIDDEN, num_attention_heads=HEADS, word_embed_proj_dim=HIDDEN),
    "gpt_neox": hf(tf.GPTNeoXForCausalLM, vocab_size=VOCAB, max_position_embeddings=256, num_hidden_layers=LAYERS,
                   hidden_size=HIDDEN, num_attention_heads=HEADS, intermediate_size=4 * HIDDEN),
    "llama": decoder(tf.LlamaForCausalLM),
    "mistral": decoder(tf.MistralForCausalLM, sliding_window=64),
    "qwen2": decoder(tf.Qwen2ForCausalLM),
    "qwen3": decoder(tf.Qwen3ForCausalLM),
    "gemma": decoder(tf.GemmaForCausalLM),
    "gemma2": decoder(tf.Gemma2ForCausalLM, sliding_window=64, query_pre_attn_scalar=64),
    "bert": encoder(tf.BertForMaskedLM),
    "roberta": encoder(tf.RobertaForMaskedLM, pad_token_id=1),
    "distilbert": hf(tf.DistilBertForMaskedLM, vocab_size=VOCAB, max_position_embeddings=256, n_layers=LAYERS, dim=HIDDEN,
                     n_heads=HEADS, hidden_dim=4 * HIDDEN),
    "vit": vision(tf.ViTForImageClassification),
    "deit": vision(tf.DeiTForImageClassificationWithTeacher),
    "timm-vit": pytorch_image_model("vit_small_patch16_224"),
    "timm-deit": pytorch_image_model("deit_small_distilled_patch16_224"),
    "timm-deit3": pytorch_image_model("deit3_small_patch16_224"),
    "timm-cait": pytorch_image_model("cait_s24_224"),
}


def peer_pass(model):
    """A function that runs the stock tool once, on inputs as espalier-bench draws its own."""
    if not isinstance(model, tf.PreTrainedModel):
        pixels = torch.randn(BATCH, 3, IMAGE, IMAGE)
        return lambda: model(pixels)
    if model.main_input_name == "pixel_values":
        pixels = torch.randn(BATCH, 3, IMAGE, IMAGE)
        return lambda: model(pixel_values=pixels)
    ids = torch.randint(4, VOCAB, (BATCH, TOKENS))
    return lambda: model(input_ids=ids)


def peer_times(run, arguments):
    now = time.perf_counter if arguments.clock else time.process_time
    with torch.inference_mode():
        run()  # caches are cold after the other side's turn
        times = []
        for _ in range(arguments.runs):
            start = now()
            run()
            times.append(1000 * (now() - start))
    return min(times), statistics.median(times)


def own_times(folder, arguments):
    command = [arguments.bench, "forward", str(folder), "--batch", str(BATCH), "--seq", str(TOKENS), "--runs", str(arguments.runs),
               "--threads", str(arguments.threads)] + ([] if arguments.clock else ["--processor-time"])
    environment = os.environ | {"OMP_NUM_THREADS": str(arguments.threads)}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment)
    line = json.loads(done.stdout.splitlines()[-1])
    return line["best_ms"], line["median_ms"]


def row(name, build, arguments):
    torch.manual_seed(0)
    model = build().eval()
    if isinstance(model, tf.PreTrainedModel):
        model.config.use_cache = False
    run = peer_pass(model)
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch) / name
        save(model, folder)
        rounds = [(peer_times(run, arguments), own_times(folder, arguments)) for _ in range(arguments.rounds)]
    theirs, ours = (min(best for best, _ in side) for side in zip(*rounds))
    middle = statistics.median(peer[1] / own[1] for peer, own in rounds)
    return f"| {name} | {theirs:.1f} ms | {ours:.1f} ms | **{theirs / ours:.2f}** | {middle:.2f} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", metavar="BENCH")
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=MODELS)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=5, help="timed passes per side and round")
    parser.add_argument("--clock", action="store_true", help="the clock's time instead of the processor's")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    tf.logging.set_verbosity_error()
    tf.logging.disable_progress_bar()
    torch.set_num_threads(arguments.threads)
    print("| family | stock tool, best | Espalier, best | ratio of best | median ratio of rounds |\n|---|---|---|---|---|")
    for name in arguments.only or MODELS:
        print(row(name, MODELS[name], arguments), flush=True)


if __name__ == "__main__":
    main()
