#!/bin/sh
# The subcommand convert from outside: what it writes, what it refuses, and that refusing leaves
# nothing. Usage: convert_test.sh PROGRAM
. "$(dirname "$0")/checks.sh"

printf '1,2.5\n70000,-3\n' >x.csv

"$program" convert x.csv -o x.npy || fail 'to .npy'
equal 'the same dtype' "$("$program" 'sum(x)' x=x.npy)" 70000.5
"$program" convert x.npy --dtype float32 -o y.npy || fail 'to float32'
equal 'float32' "$("$program" y y=y.npy | head -n 1)" 'float32 (2, 2)'
refused '1 element: too large for float16, the first at (1, 0): 70000.0' convert x.npy -o new.npy \
  --dtype float16
refused '--saturate clips' convert x.npy -o new.npy --dtype float16
refused '1 element: with a fraction, which would be lost, the first at (0, 1): 2.5' convert x.npy \
  -o new.npy --dtype int32
refused '2 elements: out of the range of uint8' convert x.npy -o new.npy --dtype uint8
refused 'with a fraction' convert x.npy -o new.npy --dtype uint8 --saturate
"$program" convert x.npy -o h.npy --dtype float16 --saturate 2>err.txt || fail 'saturating'
grep -q '(clipped)' err.txt || fail "clipping is not told: $(cat err.txt)"
equal 'clipped' "$("$program" 'max(h)' h=h.npy)" 65500.0
"$program" convert x.npy -o u.npy --dtype uint8 --saturate --allow-loss 2>err.txt || fail 'allowing'
equal 'allowed' "$("$program" u u=u.npy | tr '\n' ' ')" 'uint8 (2, 2) [[  1   2]  [255   0]] '
"$program" convert h.npy -o h.npy --dtype float64 || fail 'onto itself'
equal 'onto itself' "$("$program" h h=h.npy | head -n 1)" 'float64 (2, 2)'
"$program" convert - -o piped.npy --dtype float32 <x.npy || fail 'standard input'
equal 'standard input' "$("$program" 'sum(p)' p=piped.npy)" 70000.5
"$program" convert x.npy -o z.npy --dtype complex64 --saturate || fail 'saturating to complex'
equal 'saturated to complex' "$("$program" 'sum(z - x)' z=z.npy x=x.npy)" '(0+0j)'
"$program" convert x.npy -o x.RAW || fail 'to a raw file'
equal 'a raw file' "$("$program" 'sum(x != y)' x=x.npy y=x.RAW:float64:2x2)" 0
"$program" convert u.npy -o u.png || fail 'to an image'
"$program" convert u.png -o u.npz:name || fail 'to an archive'
equal 'image to archive' "$("$program" 'sum(abs(int64(u) - n))' u=u.npy n=u.npz:name)" 0

printf '1e-9,2.5\n3.5,-7\n' >tiny.csv
refused '1 element: too small for float16, which would be 0, the first at (0, 0): 1e-09' \
  convert tiny.csv -o new.npy --dtype float16
"$program" convert tiny.csv -o tiny.npy --dtype float16 --allow-loss 2>err.txt || fail 'a zero'
has err.txt 'which would be 0'
printf '1e-7\n' >few.csv
refused 'so small that float16 holds fewer digits' convert few.csv -o new.npy --dtype float16
refused '--round rounds fractions' convert x.npy -o new.npy --dtype int32
"$program" convert tiny.csv -o rounded.npy --dtype int8 --round || fail 'rounding'
equal 'rounded to even' "$("$program" r r=rounded.npy | tr '\n' ' ')" 'int8 (2, 2) [[ 0  2]  [ 4 -7]] '
refused '--round makes integers' convert x.npy -o new.npy --dtype float16 --round

head -c 150 x.npy >cut.npy
refused 'bytes of elements are missing' convert cut.npy -o new.npy
cat cut.npy | "$program" convert - -o new.npy 2>err.txt
equal 'a cut pipe' "$?$(ls new.npy 2>/dev/null)" 2
refused 'No such file' convert absent.npy -o new.npy
refused "'y.npy' is another" convert x.npy y.npy -o new.npy
refused '-z' convert x.npy -z -o new.npy
"$program" convert x.npy -ojoined.npy || fail 'a name joined to -o'
"$program" convert -o ./-x.npy -- x.npy || fail 'a file after --'
"$program" convert --dtype float32 -o -o.npy -- -x.npy || fail 'names that begin with -'
equal 'names that begin with -' "$("$program" 'sum(a != b)' a=joined.npy b=./-o.npy)" 0
refused '-o OUT is missing' convert x.npy
refused 'a file to read is missing' convert -o new.npy
refused 'cannot go to standard output' convert x.npy -o -
refused "'floot' is no element type" convert x.npy -o new.npy --dtype floot
refused 'PNG images hold uint8' convert x.npy -o new.png
(
  ulimit -f 0
  "$program" convert x.npy -o new.npy 2>err.txt
)
equal 'past the size limit' "$?" 2
equal 'a variable of that name' "$("$program" convert convert=7)" 7
equal 'temporaries left' "$(find . -name '.*.tmp-*' | wc -l | tr -d ' ')" 0

# Integers with a scale and an offset.
printf '16.1\n17.37\n20.3\n22.913\n25.055\n26.7\n' >range.csv
"$program" convert range.csv -o range.npy
"$program" convert range.npy -o scaled.npz --scale --dtype int16 2>err.txt || fail '--scale'
has err.txt ' q: x = '
equal 'restored' "$("$program" 'max_abs_diff(x, s * q + o) < 1e-4' x=range.npy q=scaled.npz:x \
  s=scaled.npz:scale o=scaled.npz:offset)" True
"$program" convert range.npy -o best.npz:v --recommended --tolerance 0.03 2>err.txt ||
  fail "--recommended: $(cat err.txt)"
equal 'within the tolerance' "$("$program" 'max_abs_diff(x, s * q + o) < 0.03' x=range.npy \
  q=best.npz:v s=best.npz:v_scale o=best.npz:v_offset)" True
"$program" convert range.npy -o best.npy --recommended --tolerance 0.01 2>err.txt ||
  fail "--recommended: $(cat err.txt)"
equal 'as recommended' "$("$program" b b=best.npy | head -n 1)" 'float16 (6,)'
refused 'go together' convert range.npy -o new.npy --recommended
refused '--scale makes integers' convert range.npy -o new.npy --scale --dtype float16
refused 'only variables of that dtype' convert range.npy -o new.npy --scale --dtype int32

finish
