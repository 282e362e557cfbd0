#!/usr/bin/env bash
# A Series over big-endian data, as FITS and SEG-Y files give them without a copy: pandas sums '>i2' but not
# '>f4', which is a TypeError about signatures of ufuncs.
# Seen with pandas 3.1.1, NumPy 2.4.6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 pandas==3.1.1

cat >"$folder/case.py" <<'EOF'
import numpy as np
import pandas as pd

for dtype in (">i2", ">f4"):
    try:
        print(dtype, float(pd.Series(np.array([1, 2], dtype=dtype)).sum()))
    except TypeError as error:
        print(dtype, "TypeError:", str(error)[:47])
EOF

cat >"$folder/expected" <<'EOF'
>i2 3.0
>f4 TypeError: The `dtype` and `signature` arguments to ufuncs
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
