#!/usr/bin/env bash
# Of an array of bools, x ** 2 is not np.power(x, 2): the operator takes the square for the literal 2
# and gives int8, np.power gives int64, and so does the operator with any other exponent, an np.int64
# of 2 among them.
# Seen with NumPy 2.4.6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6

cat >"$folder/case.py" <<'EOF'
import numpy as np

x = np.array([True, False])
print("x ** 2", (x ** 2).dtype)
print("x ** 3", (x ** 3).dtype)
print("x ** np.int64(2)", (x ** np.int64(2)).dtype)
print("np.power(x, 2)", np.power(x, 2).dtype)
EOF

cat >"$folder/expected" <<'EOF'
x ** 2 int8
x ** 3 int64
x ** np.int64(2) int64
np.power(x, 2) int64
EOF

"$folder/venv/bin/python" "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
