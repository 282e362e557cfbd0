#!/bin/sh
# The program's files from outside: every format in and out, stacks, standard input, and files that
# are no such thing. Usage: files_test.sh PROGRAM
. "$(dirname "$0")/checks.sh"

printf 'P5 3 2 255\n\001\002\003\004\005\006' >small.pgm
printf '\001\002\003\004\005\006' >small.raw
printf '1,2\n3,4.5\n' >table.csv

equal 'an image' "$("$program" a a=small.pgm)" 'uint8 (2, 3)
[[1 2 3]
 [4 5 6]]'
equal 'raw bytes' "$("$program" 'sum(a)' a=small.raw:uint8:2x3)" 21
equal 'raw pairs' "$("$program" a a=small.raw:'>u2':3)" 'uint16 (3,)
[ 258  772 1286]'
equal 'text' "$("$program" 'sum(t)' t=table.csv)" 10.5
for end in npy npz npz:name png pgm raw txt csv; do
  "$program" 'a' a=small.pgm -o "x.$end" || fail "-o x.$end"
  spec=x.$end
  case $end in
    raw) spec=x.raw:uint8:2x3 ;;
    txt | csv) spec=x.$end:uint8 ;;
  esac
  equal "x.$end" "$("$program" 'sum(abs(a - x))' a=small.pgm x="$spec")" 0
done
"$program" 'float32(a) / 4' a=small.pgm -o x.pfm || fail '-o x.pfm'
equal 'x.pfm' "$("$program" 'sum(abs(a - 4 * x))' a=small.pgm x=x.pfm)" 0.0
equal 'an image through a pipe' "$(cat small.pgm | "$program" 'sum(a)' a=-:pgm)" 21
refused 'hint: convert with float32(x)' 'a / 2' a=small.pgm -o half.pfm
"$program" 'a, a * 2' a=small.pgm -o both.npz:one -o both.npz:two || fail 'one archive, two results'
equal 'one archive, two results' "$("$program" 'sum(a), sum(b)' a=both.npz:one b=both.npz:two |
  tr '\n' ' ')" '21 42 '

cp x.npy ./-
equal 'a file called -' "$("$program" 'max(x)' 'x=[-]' </dev/null)" 6

mkdir frames
for i in 1 2 10; do "$program" "uint8(a + $i)" a=small.pgm -o "frames/f$i.png" || fail "frame $i"; done
equal 'a stack' "$("$program" 'max(a, axis=(-2,-1))' a='frames/*.png')" 'uint8 (3,)
[ 7  8 16]'
equal 'a stack of raw files' "$("$program" 'sum(a)' a='sma*.raw:uint8:6')" 21

equal 'standard input' "$("$program" 'max(x)' x=- <x.npy)" 6
equal 'a pipe on standard input' "$(cat x.npy | "$program" 'max(x)' x=-)" 6
refused 'can be read only once' 'x + y' x=- y=- <x.npy
head -c 130 x.npy >cut.npy
refused 'bytes of elements are missing' x x=- <cut.npy
cat cut.npy | {
  "$program" 'x' x=- -o never.npy 2>err.txt
  echo $? >status.txt
}
equal 'the status of a cut pipe' "$(cat status.txt)" 2
grep -q 'ended 4 bytes early' err.txt || fail "a cut pipe: $(cat err.txt)"

refused 'PNG images hold uint8' 'a / 2' a=small.pgm -o half.png
refused 'no known format' a a=small.pgm -o x.jpeg
refused 'its dtype and shape must be named' a a=small.raw
refused 'holds 6 bytes' a a=small.raw:uint8:7
refused 'has no array' a a=x.npz:nothing
refused 'matches no file' a a='frames/*.pgm'
mv small.pgm frames/g.pgm
printf 'P5 1 1 255\n1' >frames/h.pgm
refused 'h.pgm' a a='frames/*'
refused 'No such file' a a=absent.png
printf 'nothing' >bad.png
refused 'cannot be decoded' a a=bad.png
refused 'No such file' 'a, a' a=table.csv -o first.npy -o first.png/x.npy
for file in half.png x.jpeg never.npy first.npy; do
  [ ! -e "$file" ] || fail "$file appeared"
done
equal 'temporaries left' "$(find . -name '.*.tmp-*' | wc -l | tr -d ' ')" 0

# A mapped file that shrinks: the pipe's writer goes on when the program, which maps x first, opens y.
head -c 1000000 /dev/zero >big.raw
mkfifo pipe
{
  "$program" 'sum(x) + sum(y)' x=big.raw:uint8 y=pipe >out.txt 2>err.txt
  echo $? >status.txt
} &
timeout 20 sh -c '{ : >big.raw; cat x.npy; } >pipe'
wait
equal 'the status of a file that shrinks' "$(cat status.txt)" 2
equal 'the output of a file that shrinks' "$(cat out.txt)" ''
grep -q "'big.raw'" err.txt || fail "a file that shrinks: $(cat err.txt)"

finish
