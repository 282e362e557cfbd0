#!/usr/bin/env bash
# A lazy expression of blosc2 over uint8 arrays has other values when a part of it is asked for than
# when all of it is: 3 - 10 has the magnitude 7 in a short slice and 249 in the whole.
# The whole wraps as NumPy's uint8 does; the slice is computed by other code, in wider integers.
# Seen with blosc2 4.14.1, NumPy 2.4.6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 blosc2==4.14.1

cat >"$folder/case.py" <<'EOF'
import blosc2
import numpy as np

a = blosc2.asarray(np.full(100_000, 3, dtype=np.uint8))
b = blosc2.asarray(np.full(100_000, 10, dtype=np.uint8))
difference = abs(a - b)
print("slice:", difference.dtype, difference[0:3].tolist())
print("whole:", difference.dtype, difference[:][0:3].tolist())
EOF

cat >"$folder/expected" <<'EOF'
slice: uint8 [7, 7, 7]
whole: uint8 [249, 249, 249]
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
