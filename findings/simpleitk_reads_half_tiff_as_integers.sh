#!/usr/bin/env bash
# SimpleITK opens a TIFF of float16 (SampleFormat 3, 16 bits) without complaint and gives the bit patterns
# as unsigned 16-bit integers: 1.0 is 15360. tifffile writes such files for any float16 array.
# Seen with SimpleITK 2.5.7, tifffile 2026.3.3, NumPy 2.4.6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 tifffile==2026.3.3 SimpleITK==2.5.7

cat >"$folder/case.py" <<'EOF'
import os
import tempfile

import numpy as np
import SimpleITK
import tifffile

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "x.tif")
    tifffile.imwrite(path, np.array([[1, 2], [3, 4]], dtype=np.float16))
    image = SimpleITK.ReadImage(path)
    print("SimpleITK", image.GetPixelIDTypeAsString(), SimpleITK.GetArrayFromImage(image).tolist())
    back = tifffile.imread(path)
    print("tifffile ", back.dtype, back.tolist())
EOF

cat >"$folder/expected" <<'EOF'
SimpleITK 16-bit unsigned integer [[15360, 16384], [16896, 17408]]
tifffile  float16 [[1.0, 2.0], [3.0, 4.0]]
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
