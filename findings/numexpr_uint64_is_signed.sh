#!/usr/bin/env bash
# numexpr computes uint64 arrays as int64 and says nothing.
# Good engineers expect an error, or NumPy's unsigned result: 2^64 - 1 is above 1.
# Seen (numexpr 2.14.2, NumPy 2.4.6): the comparison is False, and a mask made with it drops the
# largest elements; adding a uint32 array gives int64.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 numexpr==2.14.2

cat >"$folder/case.py" <<'EOF'
import numexpr
import numpy as np

large = np.array([2**64 - 1, 2**63, 5], dtype=np.uint64)
small = np.array([1, 1, 1], dtype=np.uint32)
print("numpy  ", (large > 1).tolist())
print("numexpr", numexpr.evaluate("large > 1").tolist())
total = numexpr.evaluate("large + small")
print("sum    ", total.dtype, total.tolist())
EOF

cat >"$folder/expected" <<'EOF'
numpy   [True, True, True]
numexpr [False, False, True]
sum     int64 [0, -9223372036854775807, 6]
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
