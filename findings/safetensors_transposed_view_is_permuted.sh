#!/usr/bin/env bash
# safetensors.numpy stores the bytes of a transposed view in the order in which they lie and its shape as
# the view's: what is loaded has the right shape and permuted values. No error, no warning.
# Stacks of column-major formats (NIfTI, Fortran) are such views.
# Seen with safetensors 0.8.0, NumPy 2.4.6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 safetensors==0.8.0

cat >"$folder/case.py" <<'EOF'
import numpy as np
from safetensors.numpy import load, save

stack = np.arange(6.0).reshape(2, 3).T
back = load(save({"stack": stack}))["stack"]
print("saved ", stack.shape, stack.tolist())
print("loaded", back.shape, back.tolist())
EOF

cat >"$folder/expected" <<'EOF'
saved  (3, 2) [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]]
loaded (3, 2) [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
