#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/data/reference: what transformers and timm make of a tiny model of every family.

    write_references.py OUT [--only NAME...] [--sensitivity]

OUT/NAME holds the config.json and a reference.json: names and sizes of the tensors that the stock tool writes, inputs, and its
outputs in fp32. Weights are not stored: a formula makes each value from the tensor's name and the value's place, here and in
tests/support/engine/reference_model.cpp (see tests/data/reference/README.md). Norms, biases, epsilons and rope bases are far from
their defaults, and axes differ in length unless the family ties them. `--sensitivity` names every tensor and setting that could be
neglected without the outputs changing.
"""

import argparse
import collections
import contextlib
import json
import math
import pathlib
import tempfile

import numpy
import timm
import torch
import transformers as tf
from safetensors.numpy import load_file, save_file
from stock_models import save

TOLERANCE = 1e-5  # of the largest expected value; tests/core/engine/reference_test.cpp has the same

Case = collections.namedtuple("Case", "build inputs adapt options", defaults=[lambda config: config, {}])


# ------------------------------------------------------------------------------------------------------------------- weights


def values(name, shape, center, scale):
    """The formula: FNV-1a of the name, one step per value through the finaliser of MurmurHash3, 24 bits of it."""
    seed = 0x811C9DC5
    for byte in name.encode():
        seed = (seed ^ byte) * 0x01000193 & 0xFFFFFFFF
    bits = (numpy.arange(math.prod(shape), dtype=numpy.uint32) * numpy.uint32(0x9E3779B1)) + numpy.uint32(seed)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35), (16, 1)):
        bits ^= bits >> numpy.uint32(shift)
        bits *= numpy.uint32(factor)
    units = (bits >> numpy.uint32(8)).astype(numpy.float64) / 2**23 - 1
    return (center + scale * units).astype(numpy.float32).reshape(shape)


def distribution(name, shape, family):
    """(center, scale): values lie within center +- scale. Matrices keep the size of what they multiply."""
    if name.endswith((".gamma", "gamma_1", "gamma_2")):
        return 0.75, 0.25
    if len(shape) == 1 or name.endswith("_token"):
        gain = name.endswith("weight")
        return (0.0 if family.startswith("gemma") else 1.0) if gain else 0.0, 0.5
    if "embed" in name and len(shape) < 4 or "wte" in name or "wpe" in name:
        return 0.0, 1.0
    conv1d = family == "gpt2" and "lm_head" not in name
    fan_in = shape[0] if conv1d else math.prod(shape[1:])
    return 0.0, 2.0 ** round(math.log2(math.sqrt(3 / fan_in)))


# -------------------------------------------------------------------------------------------------------------------- inputs


def text(vocab, longest, padding=0, types=0):
    """Three rows: a full one, one padded behind and one in front. Ids below 4 (padding, specials) are no tokens."""
    generator = numpy.random.default_rng(vocab * longest)
    mask = numpy.ones((3, longest), dtype=int)
    mask[1, -2:] = 0
    mask[2, :3] = 0
    ids = numpy.where(mask, generator.integers(4, vocab, mask.shape), padding)
    inputs = {"input_ids": ids.tolist(), "attention_mask": mask.tolist()}
    if types:
        inputs["token_type_ids"] = generator.integers(0, types, mask.shape).tolist()
    return inputs


def images(channels, height, width):
    return {"pixel_values": [2, channels, height, width]}  # by the formula, as a tensor of that name


def as_tensors(inputs):
    return {name: torch.from_numpy(values(name, given, 0.0, 1.0)) if name == "pixel_values" else torch.tensor(given)
            for name, given in inputs.items()}


# --------------------------------------------------------------------------------------------------------------------- cases


def hf(model_class, config, inputs, options={}, **more):
    """`options` are of the model's constructor, which config.json does not state."""
    return Case(lambda: model_class(config, **options), inputs, options=options, **more)


def gpt2(**more):
    config = tf.GPT2Config(vocab_size=23, n_positions=13, n_layer=2, n_embd=12, n_head=3, layer_norm_epsilon=2e-3, bos_token_id=1,
                           eos_token_id=1, **more)
    return hf(tf.GPT2LMHeadModel, config, text(23, 9))


def opt(**more):
    config = tf.OPTConfig(vocab_size=23, max_position_embeddings=13, num_hidden_layers=2, hidden_size=12, ffn_dim=14,
                          num_attention_heads=3, word_embed_proj_dim=12, **more)
    return hf(tf.OPTForCausalLM, config, text(23, 9, padding=1))


def neox(rope, adapt=lambda config: config, **more):
    config = tf.GPTNeoXConfig(vocab_size=23, max_position_embeddings=29, num_hidden_layers=2, hidden_size=24, intermediate_size=14,
                              num_attention_heads=3, layer_norm_eps=2e-3, rope_parameters=rope, **more)
    return hf(tf.GPTNeoXForCausalLM, config, text(23, 9), adapt=adapt)


def decoder(model_class, rope=None, adapt=lambda config: config, **more):
    sizes = dict(vocab_size=23, max_position_embeddings=29, num_hidden_layers=2, hidden_size=18, num_attention_heads=6,
                 num_key_value_heads=3, intermediate_size=14, head_dim=4, rms_norm_eps=2e-3, bos_token_id=1, eos_token_id=2,
                 pad_token_id=0)
    rope = {"rope_type": "default", "rope_theta": 300.0} | (rope or {})
    return hf(model_class, model_class.config_class(**(sizes | more), rope_parameters=rope), text(23, 9), adapt=adapt)


def bert(model_class, padding=0, types=3, options={}, **more):
    config = model_class.config_class(**dict(vocab_size=23, max_position_embeddings=13, num_hidden_layers=2, hidden_size=12,
                                             num_attention_heads=3, intermediate_size=14, type_vocab_size=types, layer_norm_eps=2e-3,
                                             pad_token_id=padding) | more)
    return hf(model_class, config, text(23, 9, padding, types), options)


def distilbert(model_class, **more):
    config = tf.DistilBertConfig(vocab_size=23, max_position_embeddings=13, n_layers=2, dim=12, n_heads=3, hidden_dim=14, **more)
    return hf(model_class, config, text(23, 9))


def vision(model_class, image, patch, **more):
    config = model_class.config_class(image_size=image, patch_size=patch, num_channels=3, num_hidden_layers=2, hidden_size=12,
                                      num_attention_heads=3, intermediate_size=14, num_labels=5, layer_norm_eps=2e-3, **more)
    height, width = image if isinstance(image, list) else (image, image)
    return hf(model_class, config, images(3, height, width))


def pytorch_image_model(name, **more):
    sizes = dict(img_size=18, patch_size=6, embed_dim=12, num_heads=3, mlp_ratio=1.5, num_classes=5, depth=2)
    return Case(lambda: timm.create_model(name, pretrained=False, **(sizes | more)), images(3, 18, 18))


def as_transformers_4(config):
    """config.json with rope settings and dtype where transformers 4 kept them."""
    rope = config.pop("rope_parameters")
    neox_names = config["model_type"] == "gpt_neox"
    config["rotary_emb_base" if neox_names else "rope_theta"] = rope.pop("rope_theta")
    if "partial_rotary_factor" in rope:
        config["rotary_pct"] = rope.pop("partial_rotary_factor")
    config["rope_scaling"] = rope if rope["rope_type"] != "default" else None
    config["torch_dtype"] = config.pop("dtype")
    config["transformers_version"] = "4.46.0"
    return config


def cases():
    llama3 = dict(rope_type="llama3", factor=4.0, low_freq_factor=1.0, high_freq_factor=3.0, original_max_position_embeddings=16)
    linear = dict(rope_type="linear", factor=2.5)
    half = dict(rope_type="default", rope_theta=70.0, partial_rotary_factor=0.5)
    soft_caps = dict(attn_logit_softcapping=1.5, final_logit_softcapping=9.0)
    return {
        "gpt2": gpt2(),  # MLP of 4 x hidden, unsaid
        "gpt2-untied": gpt2(n_inner=14, tie_word_embeddings=False, activation_function="relu"),
        "opt": opt(),
        "opt-gelu-untied": opt(activation_function="gelu", tie_word_embeddings=False),
        "gpt_neox": neox(half),
        "gpt_neox-sequential": neox(half, adapt=as_transformers_4, use_parallel_residual=False, hidden_act="gelu_new"),
        "llama": decoder(tf.LlamaForCausalLM, llama3),
        "llama-v4config": decoder(tf.LlamaForCausalLM, llama3, adapt=as_transformers_4),
        "llama-multiquery": decoder(tf.LlamaForCausalLM, linear, num_key_value_heads=1, tie_word_embeddings=True),
        "mistral": decoder(tf.MistralForCausalLM, sliding_window=4),
        "qwen2": decoder(tf.Qwen2ForCausalLM, head_dim=3 * 4, hidden_size=6 * 12, tie_word_embeddings=True),
        "qwen2-window": decoder(tf.Qwen2ForCausalLM, head_dim=4, hidden_size=6 * 4, use_sliding_window=True, sliding_window=4,
                                max_window_layers=1),
        "qwen3": decoder(tf.Qwen3ForCausalLM),
        "gemma": decoder(tf.GemmaForCausalLM, num_key_value_heads=1, rms_norm_eps=3e-2),
        "gemma2": decoder(tf.Gemma2ForCausalLM, sliding_window=4, query_pre_attn_scalar=20, **soft_caps),
        "bert": bert(tf.BertForMaskedLM),
        "bert-classifier": bert(tf.BertForSequenceClassification, num_labels=5),
        "bert-headless": bert(tf.BertModel, hidden_act="gelu_new"),
        "bert-poolerless": bert(tf.BertModel, options={"add_pooling_layer": False}),
        "bert-untied": bert(tf.BertForMaskedLM, tie_word_embeddings=False),
        "roberta": bert(tf.RobertaForMaskedLM, padding=1, types=1),
        "roberta-classifier": bert(tf.RobertaForSequenceClassification, padding=1, types=1, num_labels=5),
        "xlm-roberta": bert(tf.XLMRobertaForMaskedLM, padding=1, types=1, hidden_act="relu"),
        "camembert": bert(tf.CamembertModel, padding=1, types=1),
        "distilbert": distilbert(tf.DistilBertForMaskedLM),
        "distilbert-classifier": distilbert(tf.DistilBertForSequenceClassification, num_labels=5, activation="relu"),
        "vit": vision(tf.ViTForImageClassification, [8, 12], [4, 2], hidden_act="quick_gelu"),
        "vit-biasless": vision(tf.ViTForImageClassification, 12, 4, qkv_bias=False),
        "deit": vision(tf.DeiTForImageClassification, 12, 4),
        "deit-distilled": vision(tf.DeiTForImageClassificationWithTeacher, 12, 4),
        "timm-vit": pytorch_image_model("vit_tiny_patch16_224"),
        "timm-vit-scaled": pytorch_image_model("vit_tiny_patch16_224", init_values=1e-5, no_embed_class=True, qkv_bias=False),
        "timm-deit": pytorch_image_model("deit_tiny_patch16_224"),
        "timm-deit-distilled": pytorch_image_model("deit_tiny_distilled_patch16_224"),
        "timm-deit3": pytorch_image_model("deit3_small_patch16_224"),
        "timm-cait": pytorch_image_model("cait_xxs24_224"),
    }


# ------------------------------------------------------------------------------------------------------------------- outputs


def load(model_class, folder, options):
    """The model as stock tools read it from the folder; every tensor is wanted, none is missing."""
    if not issubclass(model_class, tf.PreTrainedModel):
        model = timm.create_model(f"local-dir:{folder}", pretrained=False)
        model.load_state_dict({name: torch.from_numpy(given) for name, given in load_file(folder / "model.safetensors").items()})
        return model.eval()
    model, info = model_class.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32, output_loading_info=True,
                                              local_files_only=True, **options)
    assert not any(info.values()), info
    return model.eval()


@torch.no_grad()
def outputs_of(model, inputs):
    """(name, output, hidden states of the first sample's last token, before the first block and after each)."""
    if isinstance(model, tf.PreTrainedModel):
        found = model(**as_tensors(inputs), output_hidden_states=True)
        name = "logits" if "logits" in found else "last_hidden_state"
        return name, found[name], torch.stack([state[0, -1] for state in found.hidden_states])
    hidden = []
    model.blocks[0].register_forward_pre_hook(lambda module, given: hidden.append(given[0]))
    for block in model.blocks:
        block.register_forward_hook(lambda module, given, state: hidden.append(state))
    return "logits", model(as_tensors(inputs)["pixel_values"]), torch.stack([state[0, -1] for state in hidden])


def tensor_rows(folder, family):
    """name -> [sizes, center, scale] of the tensors in the file that the stock tool wrote."""
    found = {name: list(given.shape) for name, given in load_file(folder / "model.safetensors").items()}
    return {name: [shape, *distribution(name, shape, family)] for name, shape in sorted(found.items())}


def write_weights(folder, rows, changed=None):
    weights = {name: values(name, *row) for name, row in rows.items()} | (changed or {})
    save_file({name: numpy.ascontiguousarray(given) for name, given in weights.items()}, folder / "model.safetensors", {"format": "pt"})


def prepare(case, folder):
    """(model class, config, tensor rows): the folder holds the case's model with weights by the formula."""
    model = case.build()
    save(model, folder)
    config = case.adapt(json.loads((folder / "config.json").read_text()))
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    rows = tensor_rows(folder, config.get("model_type", "timm"))
    write_weights(folder, rows)
    return type(model), config, rows


def lines(found):
    """A dictionary as JSON, one entry per line."""
    return "{\n" + ",\n".join(f"{json.dumps(name)}: {json.dumps(given, separators=(',', ':'))}" for name, given in found.items()) + "\n}"


def rounded(tensor):
    return [float(f"{value:.7g}") for value in tensor.flatten().tolist()]


def write_case(case, out):
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        model_class, config, rows = prepare(case, folder)
        name, output, hidden = outputs_of(load(model_class, folder, case.options), case.inputs)
    assert torch.isfinite(output).all()
    tool = f"timm {timm.__version__}" if "architecture" in config else f"transformers {tf.__version__}"
    facts = {"by": f"{tool}, torch {torch.__version__.split('+')[0]}, fp32, eager attention", "output": name,
             "sizes": list(output.shape), "values": rounded(output), "hidden_states": [rounded(state) for state in hidden]}
    out.mkdir(parents=True, exist_ok=True)
    (out / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    facts = {name: json.dumps(given, separators=(",", ":")) for name, given in facts.items()}
    facts |= {"inputs": lines(case.inputs), "tensors": lines(rows)}
    (out / "reference.json").write_text("{\n" + ",\n".join(f'"{name}": {given}' for name, given in facts.items()) + "\n}\n")
    print(f"{out.name:22} {len(rows):4d} tensors, largest output {output.abs().max():.3g}", flush=True)


# --------------------------------------------------------------------------------------------------------------- sensitivity

OTHER = {"layer_norm_eps": 1e-5, "layer_norm_epsilon": 1e-5, "rms_norm_eps": 1e-6, "rope_theta": 1e4, "rotary_emb_base": 1e4,
         "partial_rotary_factor": 1.0, "rotary_pct": 1.0, "rope_scaling": None, "rope_type": "default", "sliding_window": 99,
         "use_sliding_window": False, "use_parallel_residual": True, "query_pre_attn_scalar": 4,
         "attn_logit_softcapping": None, "final_logit_softcapping": None, "hidden_act": "tanh", "activation_function": "tanh",
         "activation": "silu", "hidden_activation": "tanh"}


def changed_settings(config):
    """(name, config) for every setting that has another plausible value."""
    for name, other in OTHER.items():
        copied = json.loads(json.dumps(config))
        for home in (copied, copied.get("rope_parameters") or {}):
            if home.get(name) not in (None, other):
                home[name] = other
                yield name, copied


def changed_tensors(rows):
    """(name, values): vectors forgotten, tables and matrices read one place off."""
    for name, (shape, center, scale) in rows.items():
        yield name, numpy.full(shape, center, numpy.float32) if len(shape) == 1 else numpy.roll(values(name, shape, center, scale), 1)


def blind_spots(case):
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        model_class, config, rows = prepare(case, folder)
        mask = torch.tensor(case.inputs.get("attention_mask", [[1]])).bool()
        expected = outputs_of(load(model_class, folder, case.options), case.inputs)[1]

        def moved():
            difference = (outputs_of(load(model_class, folder, case.options), case.inputs)[1] - expected).abs()
            compared = difference[mask] if difference.shape[:2] == mask.shape else difference
            return compared.max() / expected.abs().max()

        for name, given in changed_tensors(rows):
            write_weights(folder, rows, {name: given})
            if moved() < 10 * TOLERANCE:
                yield name
        write_weights(folder, rows)
        for name, other in changed_settings(config):
            (folder / "config.json").write_text(json.dumps(other))
            with contextlib.suppress(KeyError, TypeError, ValueError):  # a setting that cannot go without another
                if moved() < 10 * TOLERANCE:
                    yield f"setting {name}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path, metavar="OUT")
    parser.add_argument("--only", nargs="+", metavar="NAME")
    parser.add_argument("--sensitivity", action="store_true", help="write nothing; list what the outputs are blind to")
    arguments = parser.parse_args()
    tf.logging.set_verbosity_error()
    tf.logging.disable_progress_bar()
    torch.set_num_threads(1)
    for name, case in cases().items():
        if arguments.only and name not in arguments.only:
            continue
        if arguments.sensitivity:
            print(name, *(f"blind to {spot}" for spot in blind_spots(case)), sep="\n    ", flush=True)
        else:
            write_case(case, arguments.out / name)


if __name__ == "__main__":
    main()
