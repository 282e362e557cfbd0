#!/bin/sh
# Runs a comparison with another package: SCRIPT.py PROGRAM. Exits with 77 (skipped) where neither
# build/python (made by tools/setup-peers) nor the system's Python has the package.
here=$(cd "$(dirname "$0")/../.." && pwd)
package=$(basename "$1" .py | sed 's/^compare_\([a-z]*\).*/\1/')
[ "$package" = printing ] && package=numpy
for python in "$here/build/python/bin/python" python3; do
  if "$python" -c "import $package, numpy; assert numpy.__version__ >= '2'" 2>/dev/null; then
    exec "$python" -B "$1" "$2"
  fi
done
echo "skipped: no Python with $package and NumPy 2; tools/setup-peers installs them"
exit 77
