#!/usr/bin/env bash
# Loading a scaled NIfTI image and saving it unchanged changes it: nibabel chooses a new slope and
# intercept, so that the stored codes 0, 1, 2 become -32768, 0, 32767 and the values move.
# Seen with nibabel 5.4.2, NumPy 2.4.6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 nibabel==5.4.2

cat >"$folder/case.py" <<'EOF'
import os
import struct
import tempfile

import nibabel
import numpy as np

with tempfile.TemporaryDirectory() as folder:
    first, second = (os.path.join(folder, name) for name in ("a.nii", "b.nii"))
    nibabel.Nifti1Image(np.array([0, 1, 2], dtype=np.int16), np.eye(4)).to_filename(first)
    with open(first, "r+b") as file:
        file.seek(112)  # scl_slope, scl_inter
        file.write(struct.pack("<ff", 6.0, 0.0))
    nibabel.save(nibabel.load(first), second)
    for path in (first, second):
        image = nibabel.load(path)
        codes = np.asarray(image.dataobj.get_unscaled()).tolist()
        print(os.path.basename(path), codes, [round(v, 6) for v in image.get_fdata().tolist()])
EOF

cat >"$folder/expected" <<'EOF'
a.nii [0, 1, 2] [0.0, 6.0, 12.0]
b.nii [-32768, 0, 32767] [0.0, 6.000092, 12.0]
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
