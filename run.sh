#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Installs what is missing, builds, opens the window. Arguments go to the program: ./run.sh MODEL
# Without a display the program plays its tour offscreen and leaves pictures and a report.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

"$root/cmake/setup/setup.sh"

cmake -S "$root" -B "$root/build/release" -G Ninja --log-level=WARNING \
    -DCMAKE_BUILD_TYPE=Release \
    ${LibTorch_ROOT:+-DLibTorch_ROOT="$LibTorch_ROOT"}
cmake --build "$root/build/release" --parallel "${ESPALIER_JOBS:-$(nproc)}" --target espalier espalier-cli

program="$root/build/release/bin/espalier"
if [ -n "${DISPLAY:-}" ] || [ -n "${WAYLAND_DISPLAY:-}" ]; then
    exec "$program" "$@"
fi

tour="$root/build/tour"
echo "No display (DISPLAY and WAYLAND_DISPLAY are empty): playing the tour offscreen."
"$program" -platform offscreen --tour "$tour" "$@"
echo "Pictures and report of the tour are in $tour:"
ls "$tour"
