#!/usr/bin/env bash
# numexpr.evaluate() deletes every name of the scope that calls it where that is the body of a class or
# code that exec() runs with a dictionary of locals of its own. There, an expression of the scope's
# variables fails with a KeyError for a variable that is there (they are read twice, and gone the second
# time); one of constants succeeds. Functions and modules keep their names.
# Seen with numexpr 2.14.2, NumPy 2.4.6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 numexpr==2.14.2

cat >"$folder/case.py" <<'EOF'
import numexpr
import numpy as np

for text in ["3 + 4", "a + 1"]:
    names = {"a": np.arange(3.0), "other": 5}
    try:
        exec(f"result = numexpr.evaluate('{text}')", {"numexpr": numexpr}, names)
        said = "succeeds"
    except KeyError as e:
        said = f"KeyError {e}"
    print(f"exec of {text}: {said}; left: {sorted(names)}")


class Settings:
    width = 640
    seven = numexpr.evaluate("3 + 4")


print("class body:", "width" in vars(Settings), "seven" in vars(Settings))
EOF

cat >"$folder/expected" <<'EOF'
exec of 3 + 4: succeeds; left: ['result']
exec of a + 1: KeyError 'a'; left: []
class body: False True
EOF

"$folder/venv/bin/python" -W ignore "$folder/case.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen" && echo "as stated"
