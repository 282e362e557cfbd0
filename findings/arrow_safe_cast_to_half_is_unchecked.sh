#!/usr/bin/env bash
# A safe cast of Arrow refuses integers that float32 cannot hold, but not those that float16 cannot:
# 70000 becomes an infinity and 2049 becomes 2048 without an error.
# Seen with pyarrow 26.0.1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyarrow==26.0.1

cat >"$folder/case.py" <<'EOF'
import pyarrow as pa
import pyarrow.compute as pc

for value, target in ((2**24 + 1, pa.float32()), (2049, pa.float16()), (70000, pa.float16())):
    try:
        print(value, target, pc.cast(pa.array([value]), target, safe=True)[0].as_py())
    except pa.ArrowInvalid as error:
        print(value, target, "refused:", error)
EOF

cat >"$folder/expected" <<'EOF'
16777217 float refused: Integer value 16777217 not in range: -16777216 to 16777216
2049 halffloat 2048.0
70000 halffloat inf
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
