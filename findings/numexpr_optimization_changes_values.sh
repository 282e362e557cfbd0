#!/usr/bin/env bash
# numexpr's optimization="moderate" turns x ** -1.0 of integers into an integer division: 4 ** -1.0 is 0.
# The other two settings, of which "aggressive" is the default, give 0.25.
# Seen with numexpr 2.14.2, NumPy 2.4.6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 numexpr==2.14.2

cat >"$folder/case.py" <<'EOF'
import numexpr
import numpy as np

x = np.array([1, 2, 4])
for optimization in ["none", "moderate", "aggressive"]:
    got = numexpr.evaluate("x ** -1.0", optimization=optimization)
    print(optimization, got.dtype, got.tolist())
EOF

cat >"$folder/expected" <<'EOF'
none float64 [1.0, 0.5, 0.25]
moderate int64 [1, 0, 0]
aggressive float64 [1.0, 0.5, 0.25]
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
