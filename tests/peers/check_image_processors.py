#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares `espalier-cli preprocess` with transformers' and timm's image processors.

    check_image_processors.py CLI WORK

Makes pictures and processor files in WORK; differences must stay within 1/255 of the byte range.
"""

import json
import pathlib
import subprocess
import sys

import numpy
import timm.data
import torch
from PIL import Image
from safetensors.numpy import load_file
from transformers import DeiTImageProcessor, ViTImageProcessor
from transformers.models.deit.image_processing_pil_deit import DeiTImageProcessorPil
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

SIDE = 48
CONFIG = {"model_type": "vit", "image_size": SIDE, "patch_size": 8, "num_channels": 3, "hidden_size": 32, "num_hidden_layers": 1,
          "num_attention_heads": 2, "intermediate_size": 64, "id2label": {"0": "a", "1": "b"}, "architectures": ["ViTForImageClassification"]}


def pictures(work):
    generator = numpy.random.default_rng(0)
    for name, (height, width) in {"same": (SIDE, SIDE), "large": (300, 217), "wide": (61, 640), "small": (20, 31)}.items():
        smooth = numpy.linspace(0, 255, height)[:, None, None] * numpy.linspace(0.2, 1, width)[None, :, None] * [1, 0.7, 0.4]
        noise = generator.integers(0, 256, (height, width, 3))
        image = Image.fromarray(numpy.where(generator.random((height, width, 1)) < 0.3, noise, smooth).astype(numpy.uint8))
        image.save(work / f"{name}.png")
        yield name, image


def cases():
    size = {"height": SIDE, "width": SIDE}
    for resample in (2, 3):
        settings = {"size": size, "resample": resample, "image_mean": [0.5] * 3, "image_std": [0.5] * 3}
        yield f"vit-{resample}", settings, ViTImageProcessorPil(**settings), ViTImageProcessor(**settings)
    settings = {"size": {"height": 60, "width": 60}, "resample": 3, "do_center_crop": True, "crop_size": size,
                "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
    yield "deit", settings, DeiTImageProcessorPil(**settings), DeiTImageProcessor(**settings)
    settings = {"size": {"shortest_edge": 60}, "resample": 2, "do_center_crop": True, "crop_size": size, "do_normalize": False}
    yield "shortest-edge", settings, DeiTImageProcessorPil(**settings), DeiTImageProcessor(**settings)


def timm_cases():
    for mode, share, interpolation in (("center", 0.9, "bicubic"), ("center", 0.875, "bilinear"), ("squash", 1.0, "bicubic")):
        settings = {"input_size": [3, SIDE, SIDE], "interpolation": interpolation, "crop_pct": share, "crop_mode": mode,
                    "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}
        transform = timm.data.create_transform(input_size=(3, SIDE, SIDE), interpolation=interpolation, crop_pct=share, crop_mode=mode,
                                               mean=settings["mean"], std=settings["std"], is_training=False)
        yield f"timm-{mode}-{interpolation}", settings, transform


def ours(cli, folder, picture):
    out = folder / "out.safetensors"
    subprocess.run([cli, "preprocess", folder, "--image", picture, "--output", out], check=True)
    return load_file(out)["pixel_values"][0]


def main():
    cli, work = sys.argv[1], pathlib.Path(sys.argv[2])
    work.mkdir(parents=True, exist_ok=True)
    images, worst = list(pictures(work)), 0.0

    def report(name, picture, found, wanted, deviation):
        nonlocal worst
        steps = float(numpy.abs((found - wanted) * numpy.array(deviation).reshape(3, 1, 1)).max() * 255)
        worst = max(worst, steps)
        print(f"{name}, {picture}: {steps:.2f} of 255")

    for name, settings, pil, backend in cases():
        folder = work / name
        folder.mkdir(exist_ok=True)
        (folder / "config.json").write_text(json.dumps(CONFIG))
        (folder / "preprocessor_config.json").write_text(json.dumps(settings))
        deviation = settings.get("image_std", [1, 1, 1])
        for picture, image in images:
            found = ours(cli, folder, work / f"{picture}.png")
            report(name + " beside PIL", picture, found, numpy.asarray(pil(image)["pixel_values"][0]), deviation)
            report(name + " beside torchvision", picture, found, backend(image, return_tensors="np")["pixel_values"][0], deviation)
    for name, settings, transform in timm_cases():
        folder = work / name
        folder.mkdir(exist_ok=True)
        (folder / "config.json").write_text(json.dumps({**CONFIG, "pretrained_cfg": settings}))
        for picture, image in images:
            with torch.no_grad():
                report(name, picture, ours(cli, folder, work / f"{picture}.png"), transform(image).numpy(), settings["std"])
    print(f"largest difference: {worst:.2f} of 255")
    return 0 if worst <= 1.01 else 1


if __name__ == "__main__":
    sys.exit(main())
