#!/bin/sh
# The subcommand `precision` from outside: its report, JSON and picture, and mistakes, which print
# nothing and leave no file. Usage: precision_test.sh PROGRAM
. "$(dirname "$0")/checks.sh"

npy x.npy '<f8' '(5,)' '\000\000\000\000\000\000\360\077\000\000\000\000\000\000\004\100'\
'\000\000\000\000\000\000\010\300\000\000\000\000\000\152\370\100\000\000\000\000\000\000\000\000'
cp x.npy a=b.npy

"$program" precision x.npy --seconds 0.01 --tolerance 1 --plot x.svg >out.txt 2>err.txt ||
  fail "exit status $?: $(cat err.txt)"
has out.txt 'x = x.npy: float64 (5,), 5 values, 40 B; from -3 to 100000, smallest magnitude 1; 1 zeros'
has out.txt 'float16         10 B     25%'
has out.txt 'exp(x)+log(x**2)'
has out.txt '16, with a scale and an offset, has a max absolute error of 0.60'
has x.svg '<svg xmlns='
has x.svg '</svg>'
has x.svg 'class="limit"'
has x.svg 'tolerance 1<'
has out.txt 'Largest error: at ('
npy good.npy '<f8' '(2,)' '\000\000\000\000\000\000\360\077\000\000\000\000\000\000\004\100'
"$program" precision good.npy --seconds 0 --tolerance 0.1 >out.txt || fail 'exact data'
has out.txt 'Nothing overflows, becomes zero or subnormal, or loses all digits.'
printf '16.1\n17.37\n20.3\n22.913\n25.055\n26.7\n' >range.csv
"$program" precision range.csv --seconds 0 --tolerance 0.01 >out.txt || fail 'a better dtype'
has out.txt 'As small, int16, with a scale and an offset, errs by'
refused '--plot draws SVG' precision x.npy --seconds 0 --plot new.png
if command -v python3 >/dev/null 2>&1; then
  checks=$((checks + 2))
  "$program" precision x.npy x.npy --json --seconds 0 >out.txt || fail 'two files'
  python3 -c 'import json, sys
for line in open("out.txt"): assert json.loads(line)["storage"][3]["overflow"] == 1, line' || fail 'JSON'
  python3 -c 'import xml.dom.minidom; xml.dom.minidom.parse("x.svg")' || fail 'the picture is no XML'
  accents=$(printf '\303\251\342\202\254%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22)
  for name in "a$accents.npy" "$(printf 'a\351\360\237<&\001\355\240\200\357\277\277.npy')"; do
    checks=$((checks + 2))
    cp x.npy "$name"
    "$program" precision "$name" --seconds 0 --plot odd.svg --json >out.txt || fail "'$name'"
    python3 -c 'import json, sys; json.loads(open("out.txt").read())' || fail "JSON of '$name'"
    python3 -c 'import xml.dom.minidom; xml.dom.minidom.parse("odd.svg")' || fail "XML of '$name'"
  done
fi
"$program" precision a=b.npy --seconds 0 >out.txt || fail 'a file whose name has an equals sign'
has out.txt 'x = a=b.npy: float64'
"$program" precision y=x.npy k=-2 --expr 'k * f(y)' --define 'f(t) = t / 2' --seconds 0 --peak 255 \
  --tolerance 40 --tolerance-kind psnr >out.txt || fail 'a number and a definition'
has out.txt 'PSNR: peak 255 (as given)'
has out.txt 'expression k * f(y): float64 (5,) of the data as they are, from -100000 to 3'
"$program" precision --help >out.txt || fail '--help'
has out.txt 'Usage: tightloop precision FILE'

refused 'a file is missing' precision
refused 'absent.npy' precision absent.npy
refused 'none of the variables is a file' precision x=3
refused "'y'" precision x.npy --expr 'x + y'
refused 'compares one result' precision x.npy --expr 'x, x'
refused "'soon' is not a number" precision x.npy --tolerance soon
refused 'it cannot be nan' precision x.npy --tolerance nan
refused 'cannot be negative' precision x.npy --tolerance -1
refused 'goes with --tolerance' precision x.npy --tolerance-kind rel
refused 'must be positive' precision x.npy --peak 0
refused "--memory: '12X' is no size" precision x.npy --memory 12X
refused 'draws one file' precision x.npy x.npy --plot y.svg
refused 'is given twice' precision a=x.npy a=x.npy
refused 'x is both' precision x.npy x=x.npy
refused 'needs a value' precision x.npy --plot
refused 'No such file' precision x.npy --seconds 0 --plot no/such/folder.svg
mkdir folder.svg
refused 'Is a directory' precision x.npy --seconds 0 --plot folder.svg
checks=$((checks + 1))
(
  ulimit -f 1
  "$program" precision x.npy --seconds 0 --plot small.svg >out.txt 2>err.txt
  [ $? = 2 ] || exit 1
) || fail 'a picture past the size limit'
[ ! -e small.svg ] && [ ! -e small.svg.tmp-?????? ] || fail 'a part of a picture was left'

finish
