#!/usr/bin/env bash
# One Arrow column with a NaN and a null, read without a copy by three engines: DuckDB orders NaN above
# all numbers, Polars and Arrow's own kernels skip it. All three skip the null.
# Seen with pyarrow 26.0.1, polars 2.1.0, duckdb 2.0.1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyarrow==26.0.1 polars==2.1.0 duckdb==2.0.1

cat >"$folder/case.py" <<'EOF'
import duckdb
import polars
import pyarrow as pa
import pyarrow.compute as pc

table = pa.table({"x": pa.array([1.5, float("nan"), None])})
print("duckdb ", duckdb.from_arrow(table).max("x").fetchall()[0][0])
print("polars ", polars.from_arrow(table)["x"].max())
print("pyarrow", pc.max(table["x"]).as_py())
EOF

cat >"$folder/expected" <<'EOF'
duckdb  nan
polars  1.5
pyarrow 1.5
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
