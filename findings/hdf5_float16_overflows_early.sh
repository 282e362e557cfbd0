#!/usr/bin/env bash
# Writing float64 values into a float16 data set: the HDF5 library makes an infinity of everything above
# 65504, the largest half. IEEE 754 rounds to nearest, so that values below 65520 are 65504, as in NumPy.
# Seen with h5py 3.16.0, which brings HDF5 2.0.0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 h5py==3.16.0

cat >"$folder/case.py" <<'EOF'
import os
import tempfile

import h5py
import numpy as np

values = np.array([65504.0, 65505.0, 65519.0, 65520.0])
with tempfile.TemporaryDirectory() as folder:
    with h5py.File(os.path.join(folder, "x.h5"), "w") as file:
        stored = file.create_dataset("x", (4,), dtype="float16")
        stored[...] = values
        print("HDF5 ", h5py.version.hdf5_version, [float(v) for v in stored[...]])
with np.errstate(over="ignore"):
    print("NumPy", [float(v) for v in values.astype(np.float16)])
EOF

cat >"$folder/expected" <<'EOF'
HDF5  2.0.0 [65504.0, inf, inf, inf]
NumPy [65504.0, 65504.0, 65504.0, inf]
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
