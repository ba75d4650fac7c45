#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Installs what a build needs: system packages (Debian 12, Ubuntu 24.04) and LibTorch in the cache
# folder. Does nothing, in under a second, when everything is there.
#
#   LibTorch_ROOT=<folder>   use this LibTorch (2.7 or newer), fetch none
#   ESPALIER_CUDA=1          fetch LibTorch's CUDA parts too (2 GB); default: if an NVIDIA driver is loaded
#   ESPALIER_CUDA=0          never fetch them
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/espalier"
torch_version=2.11.0
libtorch="$cache/libtorch-$torch_version"

say() { printf 'setup: %s\n' "$*" >&2; }
fail() {
    printf 'setup: %s\n' "$@" >&2
    exit 1
}

# --- system packages ------------------------------------------------------------------------------

packages=(
    g++ cmake ninja-build
    libfmt-dev libeigen3-dev nlohmann-json3-dev libcli11-dev libhdf5-dev libjpeg-dev libpng-dev zlib1g-dev libssl-dev
    libcurl4-openssl-dev pkg-config libpcre2-dev libicu-dev libsentencepiece-dev libminizip-dev libxxhash-dev
    qt6-base-dev qt6-svg-dev libqcustomplot-dev fonts-dejavu-core
    libgtest-dev
)

# Prints the names among the arguments that are not installed.
missing_packages() {
    local status
    # A name that dpkg does not know is an error of the whole query; the rest is still printed.
    status="$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true)"
    local name
    for name in "$@"; do
        grep -qx "$name installed" <<<"$status" || printf '%s\n' "$name"
    done
}

install_packages() {
    if ! command -v dpkg-query >/dev/null; then
        say "no dpkg here; needed are the equivalents of: $*"
        return
    fi
    local missing
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} -eq 0 ] && return

    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null ||
            fail "these packages are missing and there is no sudo: ${missing[*]}" \
                "install them as root, then run this again"
        as_root=(sudo)
    fi
    say "installing ${missing[*]}"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2 ||
        say "apt-get update failed; trying with the package lists that are here"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2 ||
        fail "apt-get could not install: ${missing[*]}" "see its message above, then run this again"
}

# --- LibTorch -------------------------------------------------------------------------------------

machine="$(uname -m)"

# Fixed tags, so that every machine gets the same file whatever Python it has.
declare -A sha256
case "$machine" in
x86_64)
    sha256=(
        [torch]=7aa2f9bbc6d4595ba72138026b2074be1233186150e9292865e04b7a63b8c67a
        [nvidia_cuda_cupti]=4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8
        [nvidia_cuda_runtime]=7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548
    )
    ;;
aarch64)
    sha256=(
        [torch]=d91aac77f24082809d2c5a93f52a5f085032740a1ebc9252a7b052ef5a4fddc6
        [nvidia_cuda_cupti]=796bd679890ee55fb14a94629b698b6db54bcfd833d391d5e94017dd9d7d3151
        [nvidia_cuda_runtime]=ef9bcbe90493a2b9d810e43d249adb3d02e98dd30200d86607d8d02687c43f55
    )
    ;;
esac

retry_line="to try again: $here/setup.sh"

# pip_download <folder> <pip arguments>...: binary wheels for CPython 3.11, nothing in pip's own cache.
pip_download() {
    local folder="$1"
    shift
    mkdir -p "$folder" "$stage/tmp"
    TMPDIR="$stage/tmp" PIP_REQUIRE_VIRTUALENV=0 python3 -m pip download --quiet --no-cache-dir \
        --disable-pip-version-check --dest "$folder" --only-binary=:all: \
        --implementation cp --python-version 3.11 --abi cp311 "$@" >&2
}

# fetch_pinned <folder> <name> <version> <platform tag>: one wheel, compared with its sha256.
fetch_pinned() {
    local folder="$1" name="$2" version="$3" platform="$4"
    say "downloading $name $version"
    pip_download "$folder" --no-deps --platform "$platform" "${name//_/-}==$version" ||
        fail "the download of $name $version failed, nothing was changed" "$retry_line"
    local wheels=("$folder/$name-$version"-*.whl)
    local found
    found="$(sha256sum "${wheels[0]}" | cut -d' ' -f1)"
    [ "$found" = "${sha256[$name]}" ] ||
        fail "${wheels[0]##*/} has sha256 $found, wanted ${sha256[$name]}; nothing was changed" \
            "$retry_line"
}

# The libraries that libtorch_cuda.so needs. Their versions come from torch's own list of
# requirements (that wheel is pinned by sha256); their contents are checked by pip against its index.
fetch_cuda_requirements() {
    local folder="$1" platforms=(--platform "manylinux2014_$machine") minor requirements
    for minor in {17..28}; do
        platforms+=(--platform "manylinux_2_${minor}_$machine")
    done
    mapfile -t requirements < <(python3 "$here/unpack_wheels.py" requirements "$stage/wheels")
    say "downloading the CUDA libraries (about 2 GB): ${requirements[*]}"
    pip_download "$folder" "${platforms[@]}" "${requirements[@]}"
}

# libtorch_cuda.so comes last: it is what the program and this script look for.
add_cuda() {
    fetch_cuda_requirements "$stage/cuda-wheels" &&
        say "unpacking LibTorch's CUDA parts" &&
        python3 "$here/unpack_wheels.py" cuda "$stage/wheels" "$stage/cuda-wheels" "$stage/cuda" &&
        mv "$stage/cuda/libtorch_cuda.so" "$stage/libtorch_cuda.so" &&
        mv -f "$stage"/cuda/* "$libtorch/lib/" &&
        mv "$stage/libtorch_cuda.so" "$libtorch/lib/" &&
        say "LibTorch's CUDA parts are in $libtorch/lib"
}

wants_cuda() {
    case "${ESPALIER_CUDA:-auto}" in
    0) return 1 ;;
    1) return 0 ;;
    *) [ -e /proc/driver/nvidia/version ] ;;
    esac
}

# Everything is prepared in a sibling folder and appears by rename, so a broken run leaves nothing.
fetch_libtorch() {
    [ "${#sha256[@]}" -gt 0 ] ||
        fail "no LibTorch wheel is pinned for $machine (x86_64 and aarch64 are)" \
            "give one with LibTorch_ROOT=<folder>"

    rm -rf "$cache"/libtorch-stage.*
    stage="$(mktemp -d "$cache/libtorch-stage.XXXXXX")"
    trap 'rm -rf "$stage"' EXIT

    fetch_pinned "$stage/wheels" torch "$torch_version" "manylinux_2_28_$machine"
    if [ ! -e "$libtorch/lib/libtorch_cpu.so" ]; then
        fetch_pinned "$stage/wheels" nvidia_cuda_cupti 13.0.85 "manylinux_2_25_$machine"
        fetch_pinned "$stage/wheels" nvidia_cuda_runtime 13.0.96 "manylinux2014_$machine"
        say "unpacking LibTorch"
        python3 "$here/unpack_wheels.py" base "$stage/wheels" "$stage/libtorch" ||
            fail "LibTorch could not be unpacked, nothing was changed" "$retry_line"
        # No name ends in the final one before it is complete.
        rm -rf "$libtorch"
        mv "$stage/libtorch" "$libtorch"
        say "LibTorch $torch_version is in $libtorch"
    fi
    if wants_cuda && ! add_cuda; then
        [ "${ESPALIER_CUDA:-auto}" = 1 ] && fail "LibTorch's CUDA parts could not be set up" "$retry_line"
        say "LibTorch's CUDA parts could not be set up; going on without (ESPALIER_CUDA=0 skips them)"
    fi
    rm -rf "$stage"
    trap - EXIT
}

libtorch_is_complete() {
    [ -e "$libtorch/lib/libtorch_cpu.so" ] || return 1
    ! wants_cuda || [ -e "$libtorch/lib/libtorch_cuda.so" ]
}

main() {
    install_packages "${packages[@]}"
    if [ -n "${LibTorch_ROOT:-}" ]; then
        [ -e "$LibTorch_ROOT/lib/libtorch_cpu.so" ] ||
            fail "LibTorch_ROOT=$LibTorch_ROOT has no lib/libtorch_cpu.so"
        return
    fi
    libtorch_is_complete && return

    # pip is only a download client; nothing is installed with it.
    python3 -m pip --version >/dev/null 2>&1 || install_packages python3 python3-pip
    mkdir -p "$cache"
    exec 9>"$cache/setup.lock"
    flock 9 # two runs at once would fetch everything twice
    libtorch_is_complete || fetch_libtorch
}

main
