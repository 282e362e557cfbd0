#!/usr/bin/env bash
# In Numba a sum of absolute differences of bytes, added up in a loop, is negative.
# Good engineers expect 7, as in Python, or 249, as in NumPy; a sum of magnitudes below 0 neither way.
# Seen (Numba 0.68.1, NumPy 2.4.6): the difference of two uint8 is a uint64 that wraps, abs() leaves it,
# and added to an int64 it is -7. The same over whole arrays is 249.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 numba==0.68.1

cat >"$folder/case.py" <<'EOF'
import numba
import numpy as np


@numba.njit
def in_a_loop(a, b):
    total = 0
    for i in range(a.size):
        total += abs(a[i] - b[i])
    return total


@numba.njit
def whole_arrays(a, b):
    return np.abs(a - b).sum()


a, b = np.array([3], "uint8"), np.array([10], "uint8")
print("loop  ", in_a_loop(a, b))
print("arrays", whole_arrays(a, b))
EOF

cat >"$folder/expected" <<'EOF'
loop   -7
arrays 249
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
