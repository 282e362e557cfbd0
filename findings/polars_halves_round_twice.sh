#!/usr/bin/env bash
# Polars converts float64 to float16 through float32 and so rounds twice: a value below 65520, the middle
# between the largest half and the next step, becomes an infinity, and one above half of the smallest
# half becomes 0. NumPy rounds once.
# Seen with polars 2.1.0, NumPy 2.4.6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 polars==2.1.0

cat >"$folder/case.py" <<'EOF'
import numpy as np
import polars as pl

values = [65519.999999, 2.0**-25 * (1 + 1e-9)]
print("numpy ", [float(v) for v in np.array(values).astype(np.float16)])
print("polars", [float(v) for v in pl.Series(values).cast(pl.Float16)])
EOF

cat >"$folder/expected" <<'EOF'
numpy  [65504.0, 5.960464477539063e-08]
polars [inf, 0.0]
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
