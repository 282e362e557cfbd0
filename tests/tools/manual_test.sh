#!/bin/sh
# The manual page and the completions of the shells know the options that the program has, no more
# and no less; --help fits a screen. Usage: manual_test.sh PROGRAM
. "$(dirname "$0")/checks.sh"
root=$tests/../..

# The long options of a text, each once.
options() {
  grep -o -e '--[a-z][a-z-]*' | sort -u | tr '\n' ' '
}

wanted() {
  "$program" $1 --help | options
}

help=$("$program" --help)
equal 'lines of --help' "$(printf '%s\n' "$help" | awk 'END { print NR <= 24 }')" 1
equal 'columns of --help' "$(printf '%s\n' "$help" | awk 'length > 80' | wc -l | tr -d ' ')" 0

# The manual page.
page=$root/docs/tightloop.1
equal 'the manual page' "$(sed 's/\\-/-/g' "$page" | options)" \
  "$({ "$program" --help; "$program" convert --help; "$program" precision --help; } | options)"
if command -v groff >/dev/null 2>&1; then
  equal 'what groff says of it' "$(groff -man -Tutf8 -ww -z "$page" 2>&1)" ''
fi

# The ends of files' names that it lists are those that the program writes.
ends() {
  tr '\n' ' ' | grep -o "$1 [^;]*" | grep -oE '\.[a-z]{3}\b' | sort -u | tr '\n' ' '
}
equal 'formats' "$(sed -n '/says the format/p' "$page" | ends 'says the format:')" \
  "$("$program" convert --help | sed -n '/OUT ends in/,/[.]$/p' | ends 'OUT ends in')"

variables() {
  grep -rhoE --exclude=CMakeLists.txt "$1TIGHTLOOP_[A-Z_]+" "$2" | grep -oE 'TIGHTLOOP_[A-Z_]+' |
    sort -u | tr '\n' ' '
}
equal 'environment variables' "$(variables '' "$page")" "$(variables '"' "$root/src")"

# bash, as it would be asked.
if command -v bash >/dev/null 2>&1; then
  asked() {
    bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tightloop
      printf "%s\n" "${COMPREPLY[@]}"' - "$root/tools/completion/tightloop.bash" "$@"
  }
  for command in repl convert precision; do
    equal "options of $command in bash" "$(asked tightloop $command -- | options)" \
      "$(wanted $command)"
  done
  equal 'options in bash' "$(asked tightloop 1 -- | options)" "$(wanted '')"
  equal 'a value' "$(asked tightloop 1 --promotion nump)" numpy
  : >stack.npy
  equal 'a file' "$(asked tightloop a a=sta)" a=stack.npy
  equal 'a subcommand' "$(asked tightloop prec)" precision
fi

# zsh, by its text: one section per subcommand after the lists that they share.
zsh=$root/tools/completion/_tightloop
section() {
  awk -v name="$1" '/^  [a-z*]+\)$/ { inside = ($1 == name ")") } inside' "$zsh"
}
list() {
  awk -v name="$1" '$0 == name "=(" { inside = 1 } /^\)/ { inside = 0 } inside' "$zsh"
}
for command in repl convert precision '*'; do
  text=$(section "$command")
  for shared in definitions limits rules; do
    case $text in *"\$$shared"*) text="$text $(list $shared)" ;; esac
  done
  of=$command
  [ "$command" = '*' ] && of=
  equal "options of $command in zsh" "$(printf '%s' "$text" | options)" "$(wanted "$of")"
done

finish
