#!/usr/bin/env bash
# np.sign of a complex number with an infinite and a NaN part is 1, -1, 1j or -1j: the NaN is gone, though
# its page says that NaN is returned for NaN, and that the sign is x/abs(x), which is NaN here.
# Seen with NumPy 2.4.6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6

cat >"$folder/case.py" <<'EOF'
import numpy as np

for z in (complex(np.inf, np.nan), complex(np.nan, -np.inf), complex(1, np.nan)):
    x = np.array([z])
    print(z, np.isnan(x)[0], (x / np.abs(x))[0], np.sign(x)[0])
EOF

cat >"$folder/expected" <<'EOF'
(inf+nanj) True (nan+nanj) (1+0j)
(nan-infj) True (nan+nanj) -1j
(1+nanj) True (nan+nanj) (nan+nanj)
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
