#!/usr/bin/env bash
# numexpr has no minimum and no maximum of int32 arrays: the reduction is a SystemError, the exception of
# a fault of the interpreter. So it is for all integers of 32 bits and fewer, whatever their values.
# int64 and floats work. Its cause is the value that the reduction begins with, which is int64's.
# Seen with numexpr 2.14.2, NumPy 2.4.6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 numexpr==2.14.2

cat >"$folder/case.py" <<'EOF'
import numexpr
import numpy as np

for dtype in ["uint8", "int16", "int32", "int64", "float32"]:
    a = np.array([3, 1, 2], dtype)
    for text in ["max(a)", "min(a)"]:
        try:
            print(dtype, text, numexpr.evaluate(text))
        except SystemError as e:
            print(dtype, text, "SystemError:", e.__cause__)
EOF

cat >"$folder/expected" <<'EOF'
uint8 max(a) SystemError: Python integer -9223372036854775808 out of bounds for int32
uint8 min(a) SystemError: Python integer 9223372036854775807 out of bounds for int32
int16 max(a) SystemError: Python integer -9223372036854775808 out of bounds for int32
int16 min(a) SystemError: Python integer 9223372036854775807 out of bounds for int32
int32 max(a) SystemError: Python integer -9223372036854775808 out of bounds for int32
int32 min(a) SystemError: Python integer 9223372036854775807 out of bounds for int32
int64 max(a) 3
int64 min(a) 1
float32 max(a) 3.0
float32 min(a) 1.0
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
