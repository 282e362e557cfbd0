#!/usr/bin/env bash
# np.expm1 of complex infinities is not np.exp less 1: where exp is inf+0j it is inf+nanj, and where exp is
# 0 (a real part of -inf and an imaginary part that is no finite number) it is nan+nanj for -1. The array
# API standard names the values of exp less 1.
# Seen with NumPy 2.4.6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6

cat >"$folder/case.py" <<'EOF'
import numpy as np

inf = np.inf
for z in (complex(inf, 0), complex(-inf, inf), complex(-inf, np.nan)):
    print(z, np.exp(z) - 1, np.expm1(z))
EOF

cat >"$folder/expected" <<'EOF'
(inf+0j) (inf+0j) (inf+nanj)
(-inf+infj) (-1+0j) (nan+nanj)
(-inf+nanj) (-1+0j) (nan+nanj)
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
