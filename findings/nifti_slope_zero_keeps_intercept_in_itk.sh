#!/usr/bin/env bash
# A NIfTI header with scl_slope 0 says that the values are not scaled. nibabel gives the stored integers;
# SimpleITK takes the slope for 1 and still adds the intercept.
# Seen with SimpleITK 2.5.7, nibabel 5.4.2, NumPy 2.4.6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 nibabel==5.4.2 SimpleITK==2.5.7

cat >"$folder/case.py" <<'EOF'
import os
import struct
import tempfile

import nibabel
import numpy as np
import SimpleITK

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "x.nii")
    volume = np.arange(8, dtype=np.int16).reshape(2, 2, 2)
    nibabel.Nifti1Image(volume, np.eye(4)).to_filename(path)
    with open(path, "r+b") as file:
        file.seek(112)  # scl_slope, scl_inter
        file.write(struct.pack("<ff", 0.0, 100.0))
    print("nibabel  ", nibabel.load(path).get_fdata().ravel(order="F")[:3].tolist())
    print("SimpleITK", SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(path)).ravel()[:3].tolist())
EOF

cat >"$folder/expected" <<'EOF'
nibabel   [0.0, 4.0, 2.0]
SimpleITK [100.0, 104.0, 102.0]
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
