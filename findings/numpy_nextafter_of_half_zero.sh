#!/usr/bin/env bash
# np.nextafter(-0.0, 0.0) is 0.0 in float32 and float64 (two equal operands give the second, as in C) and
# -0.0 in float16, and so the other way round.
# Seen with NumPy 2.4.6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6

cat >"$folder/case.py" <<'EOF'
import numpy as np

for dtype in ("float16", "float32", "float64"):
    zero = np.array([0.0], dtype)
    print(dtype, np.nextafter(-zero, zero)[0].item(), np.nextafter(zero, -zero)[0].item())
EOF

cat >"$folder/expected" <<'EOF'
float16 -0.0 0.0
float32 0.0 -0.0
float64 0.0 -0.0
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
