#!/usr/bin/env bash
# bottleneck.nanvar of a million float32 values 10000 +- 1 is wrong by four orders of magnitude, because
# both the mean and the squares are summed in float32 one after the other. The variance is 1.
# pandas uses these functions for its own where bottleneck is installed.
# Seen with bottleneck 1.6.0, NumPy 2.4.6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 bottleneck==1.6.0

cat >"$folder/case.py" <<'EOF'
import bottleneck
import numpy as np

values = np.full(1_000_000, 10000, dtype=np.float32)
values[0::2] -= 1
values[1::2] += 1
print("exact     ", float(np.var(values.astype(np.float64))))
print("bottleneck", float(bottleneck.nanvar(values)))
EOF

cat >"$folder/expected" <<'EOF'
exact      1.0
bottleneck 17020.392578125
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
