#!/bin/sh
# The subcommand `precision` from outside: its report, JSON and picture, and mistakes, which print
# nothing and leave no file. Usage: precision_test.sh PROGRAM
set -u
program=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
checks=0
failures=0

fail() {
  failures=$((failures + 1))
  printf 'FAILED: %s\n' "$*" >&2
}

# has FILE TEXT
has() {
  checks=$((checks + 1))
  grep -qF -- "$2" "$1" || fail "'$2' is not in $1: $(cat "$1")"
}

# refused TEXT ARGUMENT...: exit status 2, a part of stderr, and nothing on stdout.
refused() {
  text=$1
  shift
  checks=$((checks + 1))
  "$program" precision "$@" >out.txt 2>err.txt
  got=$?
  [ "$got" = 2 ] || fail "$*: exit status $got, not 2: $(cat err.txt)"
  [ ! -s out.txt ] || fail "$*: printed $(head -c 200 out.txt)"
  has err.txt "$text"
}

# Five float64 values: 1, 2.5, -3, 1e5, 0.
header="{'descr': '<f8', 'fortran_order': False, 'shape': (5,), }"
{
  printf '\223NUMPY\001\000'
  printf "\\$(printf '%03o' $((${#header} + 1)))\\000"
  printf '%s\n' "$header"
  printf '\000\000\000\000\000\000\360\077\000\000\000\000\000\000\004\100'
  printf '\000\000\000\000\000\000\010\300\000\000\000\000\000\152\370\100'
  printf '\000\000\000\000\000\000\000\000'
} >x.npy
cp x.npy a=b.npy

"$program" precision x.npy --seconds 0.01 --tolerance 1 --plot x.svg >out.txt 2>err.txt ||
  fail "exit status $?: $(cat err.txt)"
has out.txt 'x = x.npy: float64 (5,), 5 values, 40 B; from -3 to 100000, smallest magnitude 1; 1 zeros'
has out.txt 'float16     10 B     25%'
has out.txt 'exp(x)+log(x**2)'
has out.txt '16, with a scale and an offset, has a max absolute error of 0.60'
has x.svg '<svg xmlns='
has x.svg '</svg>'
if command -v python3 >/dev/null 2>&1; then
  checks=$((checks + 2))
  "$program" precision x.npy x.npy --json --seconds 0 >out.txt || fail 'two files'
  python3 -c 'import json, sys
for line in open("out.txt"): assert json.loads(line)["storage"][3]["overflow"] == 1, line' || fail 'JSON'
  python3 -c 'import xml.dom.minidom; xml.dom.minidom.parse("x.svg")' || fail 'the picture is no XML'
fi
"$program" precision a=b.npy --seconds 0 >out.txt || fail 'a file whose name has an equals sign'
has out.txt 'x = a=b.npy: float64'
"$program" precision y=x.npy k=-2 --expr 'k * f(y)' --define 'f(t) = t / 2' --seconds 0 --peak 255 \
  --tolerance 40 --tolerance-kind psnr >out.txt || fail 'a number and a definition'
has out.txt 'PSNR: peak 255 (as given)'
has out.txt 'expression k * f(y): float64 (5,) of the data as they are, from -100000 to 3'
"$program" precision --help >out.txt || fail '--help'
has out.txt 'Usage: tightloop precision FILE'

refused 'a file is missing'
refused 'absent.npy' absent.npy
refused 'none of the variables is a file' x=3
refused "'y'" x.npy --expr 'x + y'
refused 'compares one result' x.npy --expr 'x, x'
refused "'soon' is not a number" x.npy --tolerance soon
refused 'it cannot be nan' x.npy --tolerance nan
refused 'goes with --tolerance' x.npy --tolerance-kind rel
refused 'must be positive' x.npy --peak 0
refused "--memory: '12X' is no size" x.npy --memory 12X
refused 'draws one file' x.npy x.npy --plot y.svg
refused 'is given twice' a=x.npy a=x.npy
refused 'x is both' x.npy x=x.npy
refused 'needs a value' x.npy --plot
refused 'No such file' x.npy --seconds 0 --plot no/such/folder.svg
mkdir folder.svg
refused 'Is a directory' x.npy --seconds 0 --plot folder.svg
checks=$((checks + 1))
(
  ulimit -f 1
  "$program" precision x.npy --seconds 0 --plot small.svg >out.txt 2>err.txt
  [ $? = 2 ] || exit 1
) || fail 'a picture past the size limit'
[ ! -e small.svg ] && [ ! -e small.svg.tmp-?????? ] || fail 'a part of a picture was left'

printf '%d checks, %d failures\n' "$checks" "$failures"
[ "$failures" = 0 ]
