#!/bin/sh
# A bound on memory is kept, is enough for what needs little, and what an error asks for is enough.
. "$(dirname "$0")/checks.sh"
export TIGHTLOOP_CACHE=off

# within LIMIT ARGUMENT...: works, and takes no more than that many MiB.
within() {
  limit=$1
  shift
  checks=$((checks + 1))
  if [ -x /usr/bin/time ]; then
    /usr/bin/time -f '%M' -o used.txt "$program" "$@" --memory "${limit}M" >out.txt 2>err.txt ||
      fail "$* in $limit MiB: $(cat err.txt)"
    [ "$(tail -n 1 used.txt)" -le $((limit * 1024)) ] ||
      fail "$* in $limit MiB took $(tail -n 1 used.txt) KiB"
  else
    "$program" "$@" --memory "${limit}M" >out.txt 2>err.txt || fail "$*: $(cat err.txt)"
  fi
}

# asks LIMIT ARGUMENT...: is refused, and works with the memory that the error names.
asks() {
  limit=$1
  shift
  refused 'memory' "$@" --memory "${limit}M"
  "$program" "$@" --memory "${limit}M" >out.txt 2>err.txt
  enough=$(sed -n 's/.*\(needs\|at least\) \(about \)*\([0-9]*\)\(\.[0-9]*\)* *M.*/\3 \4/p' err.txt)
  [ -n "$enough" ] || fail "$*: no size in $(cat err.txt)"
  whole=${enough%% *}
  case $enough in *.*) whole=$((whole + 1)) ;; esac
  within "$whole" "$@"
  rm -f new.npy
}

head -c 400 /dev/zero >small.raw
truncate -s 160000000 x.raw 2>/dev/null || head -c 160000000 /dev/zero >x.raw
x=x=x.raw:float32:5x4000x2000
within 32 'x * 2 + 1' $x -o y.raw
within 32 'sum(x)' $x
within 100 'mean(x, axis=0)' $x -o y.npy
within 64 'x[4].T + 1' $x -o y.npy
asks 2 'x * 2' $x -o new.npy
within 40 'x.T * 2' x=x.raw:float64:200x100000 -o y.npy
asks 30 'x - mean(x, axis=0)' $x -o new.npy

seq 1 1500000 >t.csv
asks 30 'sum(x)' x=t.csv
within 100 'sum(x)' x=t.csv
equal 'a table' "$(cat out.txt)" 1125000750000.0

text=$(awk 'BEGIN { t = "x"; for (i = 0; i < 3000; i++) t = t "*" i % 97 ".5+x"; print t }')
TIGHTLOOP_COMPILE=first within 64 "$text" x=small.raw:float32:100 -o y.npy

finish
