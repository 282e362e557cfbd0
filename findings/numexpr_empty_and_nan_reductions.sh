#!/usr/bin/env bash
# Reductions of numexpr at the edges: the sum of no elements is an array of no elements instead of 0,
# and the maximum skips NaN, although its element-wise maximum() propagates it.
# Seen with numexpr 2.14.2, NumPy 2.4.6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 numexpr==2.14.2

cat >"$folder/case.py" <<'EOF'
import numexpr
import numpy as np

nothing = np.zeros(0)
print("sum of nothing:", numexpr.evaluate("sum(nothing)").shape, "numpy:", np.shape(nothing.sum()))
x = np.array([1.0, np.nan, 3.0])
print("max:", numexpr.evaluate("max(x)").item(), "numpy:", x.max().item())
print("maximum:", numexpr.evaluate("maximum(x, 1)").tolist())
EOF

cat >"$folder/expected" <<'EOF'
sum of nothing: (0,) numpy: ()
max: 3.0 numpy: nan
maximum: [1.0, nan, 3.0]
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
