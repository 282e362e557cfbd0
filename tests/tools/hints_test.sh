#!/bin/sh
# Command lines that were meant otherwise: the command of each hint is typed, and works.
# Usage: hints_test.sh PROGRAM
. "$(dirname "$0")/checks.sh"

npy ct.npy '<f4' '(2, 3)' '\000\000\000\077\000\000\200\277\000\000\000\077\000\000\200\277\000\000\000\077\000\000\200\277'
cp ct.npy 'my scan.npy'
cp ct.npy photo.jpg
printf 'hello, this is text\n' >text.jpg

# obeyed WANTED ARGUMENT...: the hint's command prints WANTED.
obeyed() {
  wanted=$1
  shift
  checks=$((checks + 1))
  "$program" "$@" >out.txt 2>err.txt
  [ $? = 2 ] || fail "$*: exit status is not 2"
  line=$(sed -n 's/^hint: write tightloop \(.*\)$/\1/p' err.txt)
  [ -n "$line" ] || fail "$*: no command in: $(cat err.txt)"
  equal "$* is: $line" "$(eval "\"\$program\" $line" 2>&1)" "$wanted"
}

obeyed '-0.25' 'mean(x)' ct.npy
obeyed '-0.25' 'mean(scan)' ct.npy
obeyed '-0.25' ct.npy 'mean(x)'
obeyed '-0.25' 'mean(x)' 'my scan.npy'
obeyed '0.75' 'mean(x) + k' k=1 ct.npy
obeyed "$("$program" x x=ct.npy)" ct.npy
obeyed '' convert ct.npy new.npy
[ -e new.npy ] || fail 'convert of the hint wrote nothing'
rm -f new.npy

equal 'x.shape' "$("$program" 'x.shape' x=ct.npy)" '(2, 3)'
equal 'x.dtype' "$("$program" 'x.dtype, x.T.shape, x.size' x=ct.npy)" 'float32
(3, 2)
6'
equal 'after a binding' "$("$program" 'd = x[0]; d.shape' x=ct.npy)" '(3,)'
equal 'a magic number wins' "$("$program" 'x.size' x=photo.jpg)" 6
refused 'read are .npy, .npz, .png, .pgm, .ppm, .pnm, .pfm, .raw, .bin, .txt, .csv and .tsv; other' x x=text.jpg
refused 'use .npy, .npz, .png, .pgm, .ppm, .pnm, .pfm, .raw, .bin, .txt, .csv or .tsv' x x=ct.npy -o new.jpg
refused 'the dtypes are bool, int8' convert ct.npy -o new.npy --dtype qqq
for dtype in f4 half '<f2' single double float f8; do
  "$program" convert ct.npy -o new.npy --dtype "$dtype" --allow-loss 2>/dev/null ||
    fail "convert --dtype $dtype"
  rm -f new.npy
done
equal 'raw' "$("$program" 'x.dtype' x=ct.npy:u1)" uint8
equal 'raw, big' "$("$program" 'x.dtype' 'x=ct.npy:>i2')" int16

# Text tables.
printf 'name,price,volume\r\n"a, b",1.5,3\r\nc,,4\r\nd,NA,5\r\n' >t.csv
equal 'a column' "$("$program" 'x[0], isnan(x[1]), isnan(x[2])' x=t.csv:price)" '1.5
True
True'
equal 'two columns' "$("$program" 'sum(x)' x=t.csv:volume,2)" 24.0
equal 'a dtype' "$("$program" 'x.dtype, sum(x)' x=t.csv:volume:int64)" 'int64
12'
equal 'standard input' "$("$program" 'sum(x)' x=-:csv:volume <t.csv)" 12.0
equal 'all of standard input' "$(printf '1 2\n3 4\n' | "$program" 'sum(x)' x=-:txt)" 10.0
refused 'choose columns: t.csv:price' x x=t.csv
equal 'which it does' "$("$program" 'nansum(x)' x=t.csv:price)" 1.5
refused "the columns are 'name', 'price', 'volume'" x x=t.csv:prize
printf 'a\tb\n1\t\n\t4\n' >t.tsv
equal 'tabs' "$("$program" 'nansum(x[:, 0]), nansum(x[:, 1])' x=t.tsv)" '1.0
4.0'
printf '18446744073709551615\n' >u.csv
refused 'name a dtype: u.csv:uint64' x x=u.csv
equal 'uint64' "$("$program" 'x[0]' x=u.csv:uint64)" 18446744073709551615

finish
