#!/usr/bin/env bash
# Narrowing an int32 data set to uint8 has two answers, by where the call stands: data.astype('u1')[...]
# is converted by the HDF5 library, which clamps; data[...].astype('u1') by NumPy, which wraps.
# Seen with h5py 3.16.0 (HDF5 2.0.0), NumPy 2.4.6.
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

with tempfile.TemporaryDirectory() as folder:
    with h5py.File(os.path.join(folder, "x.h5"), "w") as file:
        data = file.create_dataset("x", data=np.array([300, -1, 70000], dtype=np.int32))
        print("HDF5 ", data.astype("u1")[...].tolist())
        print("NumPy", data[...].astype("u1").tolist())
EOF

cat >"$folder/expected" <<'EOF'
HDF5  [255, 0, 255]
NumPy [44, 255, 112]
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
