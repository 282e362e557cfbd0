#!/usr/bin/env bash
# np.clip of complex numbers is not np.minimum(np.maximum(x, low), high), which its page calls
# equivalent: a NaN in the imaginary part of the upper bound is passed over where the real parts
# decide, while np.minimum returns that bound. In the real part both return it.
# Seen with NumPy 2.4.6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6

cat >"$folder/case.py" <<'EOF'
import numpy as np

x = np.array([-0.5 + 0j])
for name, high in (("imaginary", complex(2, np.nan)), ("real", complex(np.nan, 2))):
    bound = np.array([high])
    print(name, np.clip(x, x, bound)[0], np.minimum(np.maximum(x, x), bound)[0])
EOF

cat >"$folder/expected" <<'EOF'
imaginary (-0.5+0j) (2+nanj)
real (nan+2j) (nan+2j)
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
