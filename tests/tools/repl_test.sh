#!/bin/sh
# Sessions from outside, as scripts on standard input: values, exit statuses, files, closed pipes.
# Usage: repl_test.sh PROGRAM
. "$(dirname "$0")/checks.sh"

# session SCRIPT ARGUMENT...: what a script prints.
session() {
  script=$1
  shift
  printf '%s\n' "$script" | "$program" repl "$@"
}

# ended TEXT SCRIPT ARGUMENT...: exit status 2 and a part of stderr.
ended() {
  checks=$((checks + 1))
  text=$1
  shift
  session "$@" >out.txt 2>err.txt
  [ $? = 2 ] || fail "$1: exit status is not 2"
  grep -qF -- "$text" err.txt || fail "$1: '$text' is not in: $(cat err.txt)"
}

equal 'a script' "$(session 'x = arange(3)
d = x * 2
d, sum(d)')" 'array([0, 2, 4])
6'
equal 'an input of several lines' "$(session 'sum(arange(4),
  axis=0)
1 + \
2')" '6
3'
equal 'a definition of several lines' "$(session 'f(x) =
  d = x * x
  d + 1

f(3)')" '10'
equal 'the last line without its end' "$(printf '1 + 1' | "$program" repl)" 2
equal ':quit' "$(session '1
:quit
2')" 1
equal 'variables and options' "$(session 'x + k + f(1), uint8(255) + uint8(1)' x=arange.npy k=0.5 \
  --define 'f(x) = x' --promotion numpy 2>&1 | head -n 1)" \
  "tightloop: error: cannot open 'arange.npy': No such file or directory"
session ':save arange(3, dtype="int16") arange.npy' || fail ':save'
equal 'a saved file' "$(session 'x + k + f(1)' x=arange.npy k=1 --define 'f(x) = x')" \
  'array([2, 3, 4], dtype=int32)'
equal 'what load finds' "$(session 'load("arange.npy")')" 'array([0, 1, 2], dtype=int16)'
equal 'a lazy value straight into a file' "$(session 'd = zeros((3, 2), "float32") + 1
:save d ones.npy
load("ones.npy") - 1, sum(load("ones.npy"))')" 'array([[0., 0.],
       [0., 0.],
       [0., 0.]], dtype=float32)
6.0'

ended 'line 2: error: unknown variable' 'a = 1
a + bb
:save a never.npy'
[ ! -e never.npy ] || fail 'a script went on after its error'
ended 'line 1: error: the text has' "$(head -c 1100000 /dev/zero | tr '\0' x)"
ended "did you mean ':plan'?" ':plna x'
ended "could be :save, :show, :set" ':s'
ended "needs an argument" ':info'
ended "takes no arguments" ':quit now'
ended "no function is called 'summ'" ':help summ'
ended "unknown option 'x'" ':set x'
for option in '-o x.npy' '--memory 1G' --json --time --events '--raise all' --quiet --explain; do
  ended 'repl takes no -o' '1' $option
done
ended 'cannot allocate' 'x = random((100000, 1000000, 1000))'
ended 'cannot open' 'a = load("absent.npy")'
equal 'nothing on stdout after an error' "$(session 'aa' 2>/dev/null)" ''

# A word that names a subcommand is an expression where it has a value.
equal 'an expression called repl' "$("$program" repl repl=3)" 3
equal 'its help' "$("$program" repl --help | head -n 1 | cut -c 1-14)" 'Runs a session'

# Output that nobody reads, and that does not fit.
mkfifo pipe
{ session 'arange(10)
arange(20)' 2>err.txt; echo $? >status.txt; } >pipe &
: <pipe
wait
equal 'exit status with a broken pipe' "$(cat status.txt)" 1
equal 'stderr with a broken pipe' "$(cat err.txt)" ''
if [ -e /dev/full ]; then
  session 'arange(3)' >/dev/full 2>err.txt
  equal 'exit status with stdout full' $? 1
fi
"$program" repl <&- >out.txt 2>err.txt
equal 'exit status with stdin closed' $? 0

finish
