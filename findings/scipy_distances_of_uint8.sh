#!/usr/bin/env bash
# The distance functions of SciPy disagree on uint8 vectors: those of two vectors subtract in uint8 and
# wrap, one of them squares what it widened first, and cdist converts to float64 before all else.
# The distance between 3 and 10 is 249, 49 (the right square) and 7.
# Seen with SciPy 1.17.1, NumPy 2.4.6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1

cat >"$folder/case.py" <<'EOF'
import numpy as np
from scipy.spatial import distance

u = np.array([3], dtype=np.uint8)
v = np.array([10], dtype=np.uint8)
for name in ("euclidean", "sqeuclidean", "cityblock", "chebyshev"):
    print(name, float(getattr(distance, name)(u, v)))
print("cdist", float(distance.cdist(u[None], v[None])[0, 0]))
EOF

cat >"$folder/expected" <<'EOF'
euclidean 249.0
sqeuclidean 49.0
cityblock 249.0
chebyshev 249.0
cdist 7.0
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
