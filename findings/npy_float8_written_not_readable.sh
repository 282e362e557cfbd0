#!/usr/bin/env bash
# numpy.save writes an ml_dtypes float8_e5m2 array without complaint and numpy.load cannot read it:
# the header says '<f1', which NumPy does not know. The other 8-bit type of the same package,
# float8_e4m3fn, is written as raw bytes ('<V1') and comes back as such, without its type.
# Seen with NumPy 2.4.6, ml_dtypes 0.6.0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 ml_dtypes==0.6.0

cat >"$folder/case.py" <<'EOF'
import io

import ml_dtypes
import numpy as np

for name in ("float8_e5m2", "float8_e4m3fn"):
    file = io.BytesIO()
    np.save(file, np.array([1, 2], dtype=getattr(ml_dtypes, name)))
    header = file.getvalue()[10:].split(b",")[0].decode()
    file.seek(0)
    try:
        print(name, header, "loads as", np.load(file).dtype)
    except ValueError as error:
        print(name, header, "->", error)
EOF

cat >"$folder/expected" <<'EOF'
float8_e5m2 {'descr': '<f1' -> descr is not a valid dtype descriptor: '<f1'
float8_e4m3fn {'descr': '<V1' loads as |V1
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
