#!/bin/sh
# The whole program from outside: values and dtypes of the promotion rules, printing, JSON, exit
# statuses, and files that appear whole or not at all. Usage: cli_test.sh PROGRAM
. "$(dirname "$0")/checks.sh"

# row EXPR DTYPE VALUE ARGUMENT...: the result in JSON.
row() {
  expr=$1 dtype=$2 value=$3
  shift 3
  got=$("$program" --json "$@" -- "$expr" $inputs 2>&1 |
    sed 's/.*"dtype":"\([a-z0-9]*\)".*"value":\(.*\)}\],"seconds".*/\1 \2/')
  equal "$expr $*" "$got" "$dtype $value"
}

npy a.npy '|u1' '(4,)' '\000\377\310\007'
npy b.npy '|u1' '(4,)' '\377\000\144\007'
npy s.npy '|i1' '(3,)' '\200\377\005'
npy t.npy '|b1' '(3,)' '\001\000\001'
npy h.npy '<i2' '(2,)' '\003\000\376\377'
npy w.npy '<i4' '(2,)' '\003\000\000\000\376\377\377\377'
npy i.npy '<i8' '(2,)' '\377\377\377\377\377\377\377\177\001\000\000\000\000\000\000\000'
npy u.npy '<u8' '(1,)' '\377\377\377\377\377\377\377\377'
npy x.npy '<f2' '(2,)' '\260\134\000\074'
npy y.npy '<V2' '(2,)' '\200\077\000\100'
npy f.npy '<f4' '(2,)' '\000\000\000\077\000\000\200\277'
npy g.npy '>f8' '(2,)' '\077\360\000\000\000\000\000\000\300\000\000\000\000\000\000\000'
npy c.npy '<c8' '(1,)' '\000\000\100\100\000\000\200\100'
npy m.npy '|u1' '(2, 2, 2)' '\001\002\003\004\005\006\007\010'
npy e.npy '<f4' '(0,)' ''

# Promotion: the table of the language, then its rules.
inputs='a=a.npy b=b.npy'
row 'a - b' int16 '[-255,255,100,0]'
row 'abs(a - b)' uint8 '[255,255,100,0]'
row 'a + b' uint16 '[255,255,300,14]'
row 'a * b' uint16 '[0,0,20000,49]'
row '(a - b)**2' uint16 '[65025,65025,10000,0]'
row 'a // 2' uint8 '[0,127,100,3]'
row 'a + 1000' uint16 '[1000,1255,1200,1007]'
row 'a > b' bool '[false,true,true,false]'
row 'sum(abs(a - b))' uint64 610
row 'sum(a - b)' int64 100
row 'a / 2' float64 '[0.0,127.5,100.0,3.5]'
row 'mean(a)' float64 115.5
row 'a * 0.5' float64 '[0.0,127.5,100.0,3.5]'
row 'a // b' uint8 '[0,0,2,1]'
row 'a % b' uint8 '[0,0,0,0]'
row 'max(a), min(b)' uint8 0
row 'a - b' uint8 '[1,255,100,0]' --promotion numpy
row 'a + b' uint8 '[255,255,44,14]' --promotion numpy
inputs='i=i.npy u=u.npy j=1'
row 'i + j' int64 '[-9223372036854775808,2]' --overflow wrap
row 'i + i' int64 '[-2,2]' --overflow wrap
row 'u' uint64 '[18446744073709551615]'
inputs='s=s.npy t=t.npy h=h.npy w=w.npy'
row 'abs(s)' uint8 '[128,1,5]'
row 't + t' uint8 '[2,0,2]'
row 'sum(t)' uint64 2
row 'sum(s)' int64 -124
row 's // 2' int8 '[-64,-1,2]'
row 's % 3' uint8 '[1,2,2]'
row 'count_nonzero(t)' int64 2
inputs='x=x.npy y=y.npy f=f.npy g=g.npy h=h.npy w=w.npy c=c.npy'
row 'sqrt(x**2)' float16 '[300.0,1.0]'
row 'x + y' float32 '[301.0,3.0]'
row 'x + 1' float16 '[301.0,2.0]'
row 'x * 0.5' float16 '[150.0,0.5]'
row 'y + y' bfloat16 '[2.0,4.0]'
row 'f * 0.5' float32 '[0.25,-0.5]'
row 'f + g' float64 '[1.5,-3.0]'
row 'h + f' float32 '[3.5,-3.0]'
row 'w + f' float64 '[3.5,-3.0]'
row 'sum(x)' float32 301.0
row 'max(x)' float16 300.0
row 'abs(c)' float32 '[5.0]'
row 'c + f[0]' complex64 '[[3.5,4.0]]'
row 'c + g[0]' complex128 '[[4.0,4.0]]'
row 'log(f - f)' float32 '["-inf","-inf"]'
inputs='a=3 b=0xff c=2.5 d=-inf z=1+2j k=True'
row 'a * b' uint16 765
row 'a + c' float64 5.5
row '-d' float64 '"inf"'
row 'z * z' complex128 '[-3.0,4.0]'
row 'not k' bool false
inputs='m=m.npy e=e.npy'
row 'sum(m, axis=(-2,-1))' uint64 '[10,26]'
row 'sum(e)' float32 0.0
row 'e + 1' float32 '[]'

# Printing.
equal 'a scalar' "$("$program" '1/3')" 0.3333333333333333
equal 'a float16 scalar' "$("$program" 'max(x)' x=x.npy)" 300.0
equal 'a complex scalar' "$("$program" 'z*1' z=1-2.5j)" '(1-2.5j)'
equal 'a bool' "$("$program" 'k' k=True)" True
equal 'an array' "$("$program" '-a' a=s.npy)" 'int16 (3,)
[128   1  -5]'
equal 'a matrix' "$("$program" 'm' m=m.npy)" 'uint8 (2, 2, 2)
[[[1 2]
  [3 4]]

 [[5 6]
  [7 8]]]'
equal 'two results' "$("$program" 'min(a), max(a)' a=a.npy)" '0
255'
equal 'an unused variable' "$("$program" '7' q=a.npy)" 7
equal 'the version' "$("$program" --version | cut -d' ' -f1)" tightloop
checks=$((checks + 1))
"$program" --help | grep -q 'Usage: tightloop' || fail '--help'
"$program" --explain 'sum(abs(a - b))' a=a.npy b=b.npy >explained.txt || fail '--explain'
[ -s explained.txt ] || fail '--explain printed nothing'
"$program" --explain --time 'sum(abs(a - b))' a=a.npy b=b.npy >explained.txt || fail '--explain --time'
"$program" --explain=steps 'sum(abs(a - b))' a=a.npy b=b.npy >steps.txt || fail '--explain=steps'
for step in 'source graph' 'typed, folded and simplified' 'outlines of stages' loops 'memory hints'; do
  grep -q "^== $step ==$" steps.txt || fail "--explain=steps tells nothing of $step"
done
"$program" --explain=steps --memory 64M 'sum(a)' a=a.npy 2>steps.txt && fail '--explain=steps --memory'
grep -q 'loops over whole arrays' steps.txt || fail "--explain=steps --memory: $(cat steps.txt)"
grep -q '^time ' explained.txt || fail '--explain --time printed no time'
"$program" --time 'sum(a)' a=a.npy | grep -q 'time .* s (median of [0-9]*), .* GB/s' || fail '--time'
if command -v python3 >/dev/null 2>&1; then
  "$program" --json --time 'a - b, x/0, z' a=a.npy b=b.npy x=f.npy z=1+2j |
    python3 -m json.tool >/dev/null || fail '--json is not JSON'
fi

# Files.
"$program" 'a + b' a=a.npy b=b.npy -o sum.npy >printed.txt || fail '-o'
equal 'nothing is printed with -o' "$(cat printed.txt)" ''
equal 'what -o wrote' "$("$program" s s=sum.npy)" 'uint16 (4,)
[255 255 300  14]'
"$program" 'm = a * 2; m, a > b' a=a.npy b=b.npy -o one.npy -o two.npy || fail 'two files'
equal 'the second file' "$("$program" t t=two.npy | head -n 1)" 'bool (4,)'
cp a.npy same.npy
"$program" 'a + 1' a=same.npy -o same.npy || fail 'an output that is an input'
equal 'an output that is an input' "$("$program" a a=same.npy)" 'uint16 (4,)
[  1 256 201   8]'
refused 'No such file' a a=a.npy -o no/such/folder.npy
refused '2 results' 'a, a' a=a.npy -o new.npy
refused 'given twice' 'a, a' a=a.npy -o new.npy -o ./new.npy
mkdir folder
refused 'is a folder' 'a, a' a=a.npy -o new.npy -o folder
[ ! -e new.npy ] || fail 'the first of two outputs appeared, though the second failed'
npy big.npy '|u1' '(4096,)' "$(printf '%4096s' '')"
(
  ulimit -f 8
  "$program" 'a * 1000000, a' a=big.npy -o large.npy -o small.npy
) >out.txt 2>err.txt
equal 'exit status past the size limit' $? 2
equal 'output past the size limit' "$(cat out.txt)" ''
[ ! -e large.npy ] && [ ! -e small.npy ] || fail 'a file appeared, past the size limit'
if [ "$(id -u)" != 0 ]; then
  mkdir locked && chmod a-w locked
  refused 'Permission denied' a a=a.npy -o locked/new.npy
fi
equal 'temporaries left' "$(find . -name '.*.tmp-*' | wc -l | tr -d ' ')" 0

# Mistakes: exit status 2, the place in the text, and nothing on stdout.
refused 'missing' </dev/null
equal 'a script on standard input' "$(echo '1+1' | "$program")" 2
printf 'a = 3\na * 2\n' >script.tl
equal 'a script from a file' "$("$program" <script.tl)" 6
refused --threads 1 --threads none
refused '^' 'a +' a=a.npy
refused "'aa'" 'aa + 1' a=a.npy
refused '    ^~' 'sum(aa)' a=a.npy
refused 'absent.npy' a a=absent.npy
refused 'is a folder' a a=./folder
refused 'neither a number nor' a a=1.2.3
refused 'is not a name' a 2a=1
refused 'given twice' a a=1 a=2
refused --jsn a --jsn
refused '^' 'a + m' a=s.npy m=a.npy
refused 'i + i' 'i + i' i=i.npy
refused 'i + j' 'i + j' i=i.npy j=1
head -c 70 i.npy >cut.npy
refused 'missing' a a=cut.npy

# Functions of the user's own.
cat >mine.tl <<'DEFINITIONS'
# Length of the hypotenuse.
hyp(x, y) = sqrt(x*x + y*y)
ratio(x, of=1) =
  d = x / of
  d
DEFINITIONS
equal '--define' "$("$program" 'g(3)' --define 'f(x) = d = x; d*d' --define 'g(x) = f(x) + 1')" 10
equal '--defs' "$("$program" 'hyp(3, 4), ratio(3, of=2), k(1)' --defs mine.tl \
  --define 'k(x) = hyp(x, 0)' | tr '\n' ' ')" '5.0 1.5 1.0 '
"$program" --functions --defs mine.tl >out.txt 2>err.txt
equal 'exit status of --functions' $? 0
grep -q '  hyp(x, y)  *Length of the hypotenuse\.' out.txt || fail '--functions lists no hyp'
grep -q '  mse(a, b, axis=None, keepdims=False)' out.txt || fail '--functions lists no mse'
refused 'absent.tl' 1 --defs absent.tl
echo 'f(x) = x +' >bad.tl
refused 'bad.tl: expected an expression' 1 --defs bad.tl
refused "'sum' is a built-in function" 1 --define 'sum(x) = x'
refused '^~' 'hyp(1)' --defs mine.tl

# Floating-point events.
equal 'an event' "$("$program" '1 / (x - 2)' x=2 --events | tr '\n' ' ')" \
  "inf event: divide in '1 / (x - 2)' "
equal 'no event' "$("$program" '1 / x' x=2 --events)" 0.5
"$program" 'log(x)' x=0 --events --json | grep -q \
  '"events":\[{"kind":"divide","expression":"log(x)","index":\[\]}\]' || fail 'events in JSON'
refused "division by zero in '1 / x'" '1 / x' x=0 --raise divide,invalid
equal 'another kind' "$("$program" '1 / x' x=0 --raise overflow)" inf
refused "--raise: 'none' is none of" 1 --raise divide,none
equal 'numexpr' "$("$program" 'x + 1' x=3 --promotion numexpr)" 4

# A closed standard output.
"$program" 1 >&- 2>err.txt
equal 'exit status with stdout closed' $? 1
equal 'stderr with stdout closed' "$(cat err.txt)" ''
"$program" a a=a.npy -o quiet.npy >&- || fail 'stdout closed, but nothing to print'
equal 'a file written with stdout closed' "$("$program" 'max(q)' q=quiet.npy)" 255
if [ -e /dev/full ]; then
  "$program" 1 >/dev/full 2>err.txt
  equal 'exit status with stdout full' $? 1
  "$program" a a=a.npy -o - >/dev/full 2>err.txt
  equal 'exit status of -o - with stdout full' $? 1
  has err.txt 'No space left'
fi

# What is no ordinary file is written in a stream and never replaced.
echo 'an old line' >log
"$program" a a=a.npy -o /dev/stdout >>log || fail '-o /dev/stdout'
equal 'a log that is appended to' "$(head -n 1 log)" 'an old line'
tail -c +13 log >after.npy
equal 'what was appended' "$("$program" 'sum(x == a)' x=after.npy a=a.npy)" 4
for format in npy npz png csv raw; do
  rm -f fifo.$format
  mkfifo fifo.$format
  cat fifo.$format >caught.$format &
  "$program" m m=m.npy -o fifo.$format 2>err.txt || {
    [ $format = csv ] || [ $format = png ] || fail "-o fifo.$format: $(cat err.txt)"
    : >fifo.$format
  }
  wait
  [ -p fifo.$format ] || fail "the pipe fifo.$format was replaced"
done
equal 'through a pipe' "$("$program" 'sum(c == m)' c=caught.npy m=m.npy)" 8
equal 'an archive through a pipe' "$("$program" 'sum(c == m)' c=caught.npz:arr_0 m=m.npy)" 8
mkfifo fifo
cat fifo >caught &
"$program" m m=m.npy -o fifo --memory 400M || {
  fail '-o fifo --memory'
  : >fifo # or the reader would wait for ever
}
wait
cmp -s caught caught.npy || fail 'a pipe gets other bytes with --memory'
"$program" 'm, m + 1' m=m.npy -o /dev/null -o /dev/null || fail '-o /dev/null'
[ -c /dev/null ] || fail '/dev/null was replaced'
echo 'm' | "$program" repl m=m.npy >/dev/null || fail 'a session'
printf ':save m /dev/null\n' | "$program" repl m=m.npy || fail ':save of a session'
"$program" convert m.npy -o /dev/null --dtype float32 || fail 'convert -o /dev/null'
[ -c /dev/null ] || fail '/dev/null was replaced'
if command -v bash >/dev/null 2>&1; then
  bash -c '"$1" m m=m.npy -o >(cat >caught2); wait; sleep 0.3' - "$program" || fail '>(command)'
  cmp -s caught2 caught.npy || fail '>(command) got other bytes'
fi
: >target.npy
ln -s target.npy link.npy
"$program" m m=m.npy -o link.npy || fail 'a symbolic link'
[ -L link.npy ] || fail 'the symbolic link was replaced'
cmp -s target.npy caught.npy || fail 'the file behind a symbolic link has other bytes'
: >.swept.npy.tmp-0
"$program" m m=m.npy -o swept.npy || fail 'sweeping'
[ ! -e .swept.npy.tmp-0 ] || fail 'what a killed writer left is still there'
refused 'uint8 cannot hold 510' 'a + a' a=a.npy -o new.npy --dtype uint8
refused 'uint8 cannot hold 510' 'a + a' a=a.npy -o new.npy --dtype uint8 --memory 400M
equal 'saturated' "$("$program" 'a + a' a=a.npy --dtype uint8 --casting saturate)" 'uint8 (4,)
[  0 255 255  14]'
equal 'wrapped' "$("$program" 'a + a' a=a.npy --dtype uint8 --casting wrap)" 'uint8 (4,)
[  0 254 144  14]'

# Bounds of a call.
for wrong in -1 abc 1e6 99999999999999999999; do
  refused "'$wrong' is no number of elements" 'sum(m)' m=m.npy --most-elements "$wrong"
done
refused 'most_elements allows 1' 'sum(m)' m=m.npy --most-elements 1
refused 'most_bytes allows 8' 'm + 1' m=m.npy --most-bytes 8
"$program" 'sum(m)' m=m.npy --most-elements 100000000 --most-bytes 1K >/dev/null ||
  fail 'a call within its bounds'

refused "'u9' is no element type" a a=a.npy --dtype u9
mkfifo pipe
{ sleep 0.2; "$program" m m=m.npy 2>err.txt; echo $? >status.txt; } >pipe &
: <pipe
wait
equal 'exit status with a broken pipe' "$(cat status.txt)" 1
equal 'stderr with a broken pipe' "$(cat err.txt)" ''

finish
