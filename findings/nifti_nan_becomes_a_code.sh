#!/usr/bin/env bash
# Saving float64 values with a NaN into a NIfTI image of uint8: nibabel scales the values and stores the
# NaN as the code nearest to 0, without a warning. It reads back as a number.
# Seen with nibabel 5.4.2, NumPy 2.4.6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 nibabel==5.4.2

cat >"$folder/case.py" <<'EOF'
import os
import tempfile

import nibabel
import numpy as np

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "x.nii")
    image = nibabel.Nifti1Image(np.array([-1.0, 0.5, np.nan, 2.0]), np.eye(4))
    image.set_data_dtype(np.uint8)
    nibabel.save(image, path)
    print([round(v, 3) for v in nibabel.load(path).get_fdata().tolist()])
EOF

cat >"$folder/expected" <<'EOF'
[-1.0, 0.494, 0.0, 2.0]
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
