#!/usr/bin/env bash
# The same array in Zarr version 2 and 3, opened by xarray. In version 2 the fill value means 'missing':
# real zeros of a uint8 array become NaN and the dtype float32. In version 3 it does not, and a chunk of a
# packed variable that was never written reads as its add_offset instead of NaN.
# Seen with zarr 3.1.6, xarray 2026.9.0, NumPy 2.4.6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 zarr==3.1.6 xarray==2026.9.0

cat >"$folder/case.py" <<'EOF'
import os
import tempfile

import xarray
import zarr

with tempfile.TemporaryDirectory() as folder:
    for version in (2, 3):
        names = {"dimension_names": ["t"]} if version == 3 else {}
        path = os.path.join(folder, f"{version}.zarr")
        group = zarr.open_group(path, mode="w", zarr_format=version)
        counts = group.create_array("counts", shape=(4,), chunks=(2,), dtype="u1", fill_value=0,
                                    attributes={"_ARRAY_DIMENSIONS": ["t"]}, **names)
        counts[:] = [0, 1, 2, 0]
        packed = group.create_array("packed", shape=(4,), chunks=(2,), dtype="i2", fill_value=0,
                                    attributes={"_ARRAY_DIMENSIONS": ["t"], "scale_factor": 0.5,
                                                "add_offset": 100.0}, **names)
        packed[:2] = [1, 2]  # the second chunk is never written
        data = xarray.open_zarr(path, consolidated=False)
        for name in ("counts", "packed"):
            print("version", version, name, data[name].dtype, data[name].values.tolist())
EOF

cat >"$folder/expected" <<'EOF'
version 2 counts float32 [nan, 1.0, 2.0, nan]
version 2 packed float64 [100.5, 101.0, nan, nan]
version 3 counts uint8 [0, 1, 2, 0]
version 3 packed float64 [100.5, 101.0, 100.0, 100.0]
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
