#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Installs what is missing, builds with warnings as errors, runs every test.
# Arguments go to ctest, for example: ./test.sh -L unit
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

./cmake/setup/setup.sh
jobs="${ESPALIER_JOBS:-$(nproc)}"

cmake -S . -B build/test -G Ninja --log-level=WARNING \
    -DCMAKE_BUILD_TYPE=Release -DESPALIER_WERROR=ON -DESPALIER_TESTS=ON \
    ${LibTorch_ROOT:+-DLibTorch_ROOT="$LibTorch_ROOT"}
cmake --build build/test --parallel "$jobs"
ctest --test-dir build/test --parallel "$jobs" --output-on-failure --no-tests=error "$@"
