#!/bin/sh
# Little memory: the program ends with its result or says that memory is short, and whatever it
# prints has the bits that it has with plenty. TIGHTLOOP_MEMORY_STEP (KB) makes the steps finer.
. "$(dirname "$0")/checks.sh"
export TIGHTLOOP_CACHE=off

seq 20000 >x.csv
"$program" 'x * 0.37' x=x.csv -o x.npy >/dev/null || fail "no file to work on"

# tried TEXT COMPILE
tried() {
  wanted=$(TIGHTLOOP_COMPILE=$2 "$program" "$1" x=x.npy 2>/dev/null)
  limit=16000
  while [ "$limit" -le 120000 ]; do
    got=$( (ulimit -v "$limit" && TIGHTLOOP_COMPILE=$2 exec "$program" "$1" x=x.npy) 2>err.txt)
    status=$?
    checks=$((checks + 1))
    case $status in
      0) [ "$got" = "$wanted" ] || fail "$1 in $limit KB: other bits" ;;
      2) grep -q memory err.txt || fail "$1 in $limit KB: $(cat err.txt)" ;;
      127) ;; # the system's loader had no memory for the program
      *) fail "$1 in $limit KB: exit status $status: $(head -c 300 err.txt)" ;;
    esac
    limit=$((limit + ${TIGHTLOOP_MEMORY_STEP:-4000}))
  done
}

tried 'sum(exp(x) / 7)' first
tried 'sum(exp(x) / 7)' background
tried 'x @ x + norm(x)' background

finish
