#!/usr/bin/env bash
# The mean of integers in blosc2 is computed from a sum that wraps at 64 bits: four times 2^62 have the
# mean 0. NumPy turns the elements into float64 first.
# Seen with blosc2 4.14.1, NumPy 2.4.6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 blosc2==4.14.1

cat >"$folder/case.py" <<'EOF'
import blosc2
import numpy as np

values = np.full(4, 2**62, dtype=np.int64)
print("numpy ", float(values.mean()))
print("blosc2", float(blosc2.mean(blosc2.asarray(values))))
EOF

cat >"$folder/expected" <<'EOF'
numpy  4.611686018427388e+18
blosc2 0.0
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
