#!/usr/bin/env bash
# JAX reduces a Python number modulo 256 before it meets a uint8 array, in comparisons and bounds too.
# Good engineers expect x < 300 to be true of every byte, and clip(x, 0, 300) to leave bytes as they are;
# NumPy does both (and refuses x + 300).
# Seen (JAX 0.10.2 on the processor, NumPy 2.4.6): 100 < 300 is False, clip(100, 0, 300) is 44.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 jax==0.10.2 jaxlib==0.10.2

cat >"$folder/case.py" <<'EOF'
import jax.numpy as jnp
import numpy as np

for np_ in np, jnp:
    x = np_.asarray(np.array([30, 100, 200], "uint8"))
    print(np_.__name__, (x < 300).tolist(), np_.clip(x, 0, 300).tolist())
EOF

cat >"$folder/expected" <<'EOF'
numpy [True, True, True] [30, 100, 200]
jax.numpy [True, False, False] [30, 44, 44]
EOF

JAX_PLATFORMS=cpu "$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
