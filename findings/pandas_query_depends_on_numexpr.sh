#!/usr/bin/env bash
# DataFrame.query gives other rows once numexpr is installed: its default engine then wraps uint64 to int64
# and promotes uint8 to int32, which pandas' own engine does not. Of 20,000 rows, 10,000 hold 2^64 - 1 and
# 10,000 hold 5: 'q > 1' keeps half or all of them.
# Seen with pandas 3.1.1, numexpr 2.14.2, NumPy 2.4.6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 pandas==3.1.1 numexpr==2.14.2

cat >"$folder/case.py" <<'EOF'
import numpy as np
import pandas as pd

frame = pd.DataFrame({
    "q": np.array([2**64 - 1, 5] * 10_000, dtype=np.uint64),
    "a": np.full(20_000, 3, dtype=np.uint8),
    "b": np.full(20_000, 10, dtype=np.uint8),
})
for text in ("q > 1", "a - b < 0"):
    print(text, "numexpr:", len(frame.query(text)), "python:", len(frame.query(text, engine="python")))
EOF

cat >"$folder/expected" <<'EOF'
q > 1 numexpr: 10000 python: 20000
a - b < 0 numexpr: 20000 python: 0
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
