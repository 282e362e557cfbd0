#!/usr/bin/env bash
# One netCDF variable with valid_min and valid_max, two readers of the same file: netCDF4 masks what lies
# outside, xarray (which reads it through netCDF4) gives it as numbers. A mean differs accordingly.
# Seen with netCDF4 1.7.5.1.post1, xarray 2026.9.0, NumPy 2.4.6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 netCDF4==1.7.5.1.post1 xarray==2026.9.0

cat >"$folder/case.py" <<'EOF'
import os
import tempfile

import netCDF4
import numpy as np
import xarray

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "x.nc")
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("t", 4)
        x = file.createVariable("x", "i2", ("t",))
        x.set_auto_maskandscale(False)
        x[:] = [1, 50, 100, -5]
        x.valid_min, x.valid_max = np.int16(0), np.int16(60)
        x.scale_factor = np.float32(0.5)
    with netCDF4.Dataset(path) as file:
        print("netCDF4", file["x"][:].tolist(), float(file["x"][:].mean()))
    with xarray.open_dataset(path) as data:
        print("xarray ", data["x"].values.tolist(), float(data["x"].mean()))
EOF

cat >"$folder/expected" <<'EOF'
netCDF4 [0.5, 25.0, None, None] 12.75
xarray  [0.5, 25.0, 50.0, -2.5] 18.25
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
