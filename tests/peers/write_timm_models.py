#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes tests/data/timm/models.jsonl: what timm makes of every architecture name in the tables of core/architectures/timm_*.cpp.

    write_timm_models.py OUT

One JSON object per line: "config" is a config.json of timm's that gives the name; "model" says what timm builds of a folder with
it, measured on the modules; "images" what timm does with a picture. The last line's config has a name and nothing else. No weights
are made, but for the gains of LayerScale.
"""

import argparse
import json
import pathlib
import re
import tempfile

import timm
import torch

TABLES = pathlib.Path(__file__).parents[2] / "core" / "architectures"
UNREAD = ("license", "paper_ids", "paper_name", "notes", "origin_url", "tag", "custom_load", "first_conv", "classifier", "pool_size")


def names_in_tables():
    texts = (file.read_text() for file in sorted(TABLES.glob("timm_*.cpp")))
    return [name for text in texts for name in re.findall(r'TimmModel\{"(\w+)"', text)]


def rounded(number):
    return float(f"{number:.6g}")


def gain_of(block):
    return getattr(block, "gamma_1", getattr(getattr(block, "ls1", None), "gamma", None))


def changes(module):
    return type(module) is not torch.nn.Identity


def facts_of_model(model, name):
    block = model.blocks[0]
    behind = getattr(model, "blocks_token_only", [])
    gain = gain_of(timm.create_model(name, depth=1).blocks[0])
    return {
        "layers": len(model.blocks),
        "hidden": model.embed_dim,
        "heads": block.attn.num_heads,
        "mlp": block.mlp.fc1.out_features,
        "class_layers": len(behind),
        "class_mlp": behind[0].mlp.fc1.out_features if len(behind) else 0,
        "channels": model.patch_embed.proj.in_channels,
        "image": list(model.patch_embed.img_size),
        "patch": list(model.patch_embed.patch_size),
        "positions": model.pos_embed.shape[1],
        "patch_positions": model.pos_embed.shape[1] == model.patch_embed.num_patches,
        "classes": model.num_classes,
        "distilled": hasattr(model, "dist_token") and hasattr(model, "head_dist"),
        "layer_scale": 0 if gain is None else rounded(gain.mean().item()),
        "talking_heads": hasattr(block.attn, "proj_l"),
        "qkv_bias": block.attn.qkv.bias is not None,
        "norm_epsilon": model.norm.eps,
        "norms_before": changes(block.norm1) and changes(block.norm2) and changes(model.norm),
        "embedding_norm": changes(getattr(model, "norm_pre", torch.nn.Identity())),
        "pool": model.global_pool,
        "activation": f"{type(block.mlp.act).__name__} {block.mlp.act.approximate}",
    }


def facts_of_images(model):
    """The steps of the transform that timm makes for evaluation."""
    steps = timm.data.create_transform(**timm.data.resolve_data_config({}, model=model), is_training=False).transforms
    by_name = {type(step).__name__: step for step in steps}
    assert list(by_name) == ["Resize", "CenterCrop", "MaybeToTensor", "Normalize"], by_name
    return {
        "resize": by_name["Resize"].size,
        "interpolation": by_name["Resize"].interpolation.value,
        "crop": list(by_name["CenterCrop"].size),
        "mean": [rounded(x) for x in by_name["Normalize"].mean.tolist()],
        "std": [rounded(x) for x in by_name["Normalize"].std.tolist()],
    }


def config_of(name, folder):
    """As timm wrote it until it began to state arguments, without what nobody reads: the name alone says the sizes."""
    with torch.device("meta"):
        model = timm.create_model(name)
    timm.models._hub.save_config_for_hf(model, folder / "config.json")
    config = json.loads((folder / "config.json").read_text())
    del config["model_args"]
    for key in UNREAD:
        config["pretrained_cfg"].pop(key, None)
    return config


def model_in(folder, config):
    (folder / "config.json").write_text(json.dumps(config))
    with torch.device("meta"):
        return timm.create_model(f"local-dir:{folder}")


def lines():
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        for name in names_in_tables():
            config = config_of(name, folder)
            model = model_in(folder, config)
            yield {"config": config, "model": facts_of_model(model, name), "images": facts_of_images(model)}
        name = "vit_base_patch16_224"
        model = model_in(folder, {"architecture": name})
        yield {"config": {"architecture": name}, "model": facts_of_model(model, name), "images": facts_of_images(model)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=pathlib.Path, metavar="OUT", help="tests/data/timm/models.jsonl")
    out = parser.parse_args().out
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text("".join(json.dumps(line) + "\n" for line in lines()))
    print(f"{out}: {len(names_in_tables())} names, timm {timm.__version__}")


if __name__ == "__main__":
    main()
