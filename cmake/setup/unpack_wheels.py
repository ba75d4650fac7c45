#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes the C++ part of LibTorch out of its Python wheels (which are zip files).

unpack_wheels.py base         WHEELS OUT              include/, lib/, share/ without CUDA and Python
unpack_wheels.py cuda         WHEELS CUDA_WHEELS OUT  the CUDA libraries, all in one folder
unpack_wheels.py requirements WHEELS                  prints what torch's CUDA part requires
"""

import pathlib
import shutil
import sys
import zipfile

CUDA_PREFIXES = ("libtorch_cuda", "libcaffe2_nvrtc", "libtorch_nvshmem", "libnvshmem")
BASE_RUNTIME = ("libcudart.so.13", "libcupti.so.13")


def wheels(folder, pattern="*.whl"):
    return [zipfile.ZipFile(path) for path in sorted(pathlib.Path(folder).glob(pattern))]


def extract(wheel, member, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    with wheel.open(member) as source, open(target, "wb") as out:
        shutil.copyfileobj(source, out, 1 << 20)


def is_base(name):
    """Whether a file of the torch wheel belongs to the part without CUDA and Python."""
    parts = pathlib.PurePosixPath(name).parts
    if ".." in parts or len(parts) < 3 or parts[0] != "torch":
        return False
    if parts[1] == "lib":
        return not parts[-1].startswith(CUDA_PREFIXES + ("libtorch_python",))
    return parts[1] in ("include", "share")


def unpack_base(folder, out):
    for wheel in wheels(folder):
        for info in wheel.infolist():
            name = pathlib.PurePosixPath(info.filename)
            if info.is_dir():
                continue
            if is_base(info.filename):
                extract(wheel, info, pathlib.Path(out, *name.parts[1:]))
            elif name.name in BASE_RUNTIME:
                extract(wheel, info, pathlib.Path(out, "lib", name.name))


def unpack_cuda(folder, cuda_folder, out):
    for wheel in wheels(folder, "torch-*.whl"):
        for info in wheel.infolist():
            name = pathlib.PurePosixPath(info.filename)
            if name.parts[:2] == ("torch", "lib") and name.name.startswith(CUDA_PREFIXES):
                extract(wheel, info, pathlib.Path(out, name.name))
    for wheel in wheels(cuda_folder):
        for info in wheel.infolist():
            name = pathlib.PurePosixPath(info.filename)
            if name.parts[0] == "nvidia" and "lib" in name.parts and ".so" in name.name:
                extract(wheel, info, pathlib.Path(out, name.name))


def print_requirements(folder):
    (wheel,) = wheels(folder, "torch-*.whl")
    (metadata,) = [n for n in wheel.namelist() if n.endswith(".dist-info/METADATA")]
    for line in wheel.read(metadata).decode().splitlines():
        field, _, value = line.partition(": ")
        if field == "Requires-Dist" and value.startswith(("nvidia-", "cuda-toolkit")):
            print(value.partition(";")[0].strip())


def main(arguments):
    actions = {
        ("base", 2): unpack_base,
        ("cuda", 3): unpack_cuda,
        ("requirements", 1): print_requirements,
    }
    action = actions.get((arguments[0] if arguments else "", len(arguments) - 1))
    if action is None:
        sys.exit(__doc__)
    action(*arguments[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
