#!/usr/bin/env bash
# scikit-learn's max_error and median_absolute_error of uint8 images wrap; its mean errors do not.
# Good engineers expect all of one module's metrics to agree on what a difference is: of 3 and 10, and
# of 200 and 0, the magnitudes are 7 and 200.
# Seen (scikit-learn 1.9.1, NumPy 2.4.6): the mean error is 103.5, as it should be; the largest is 249,
# more than any two pixels here differ by, and the median is 31.5 instead of 103.5.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 scikit-learn==1.9.1

cat >"$folder/case.py" <<'EOF'
import numpy as np
from sklearn.metrics import max_error, mean_absolute_error, median_absolute_error

a, b = np.array([3, 200], "uint8"), np.array([10, 0], "uint8")
for metric in mean_absolute_error, median_absolute_error, max_error:
    print(metric.__name__, float(metric(a, b)), float(metric(a.astype(float), b.astype(float))))
EOF

cat >"$folder/expected" <<'EOF'
mean_absolute_error 103.5 103.5
median_absolute_error 31.5 103.5
max_error 249.0 200.0
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
