# What the scripts of this folder share. Sourced with the program as $1: a scratch folder as the
# working folder, counted checks, and files of a few elements.
set -u
program=$1
tests=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work" || exit 1
checks=0
failures=0

fail() {
  failures=$((failures + 1))
  printf 'FAILED: %s\n' "$*" >&2
}

# equal WHAT GOT WANTED
equal() {
  checks=$((checks + 1))
  [ "$2" = "$3" ] || fail "$1
  got:    $2
  wanted: $3"
}

# has FILE TEXT
has() {
  checks=$((checks + 1))
  grep -qF -- "$2" "$1" || fail "'$2' is not in $1: $(cat "$1")"
}

# refused TEXT ARGUMENT...: status 2, a part of stderr, nothing on stdout, no file called new.*.
refused() {
  text=$1
  shift
  checks=$((checks + 1))
  "$program" "$@" >out.txt 2>err.txt
  got=$?
  [ "$got" = 2 ] || fail "$*: exit status $got: $(cat err.txt)"
  [ ! -s out.txt ] || fail "$*: printed $(head -c 200 out.txt)"
  has err.txt "$text"
  for new in new.*; do
    [ ! -e "$new" ] || fail "$*: $new appeared"
  done
  rm -f out.txt err.txt
}

# npy FILE DESCR SHAPE DATA: DATA in printf's escapes.
npy() {
  header="{'descr': '$2', 'fortran_order': False, 'shape': $3, }"
  {
    printf '\223NUMPY\001\000'
    printf "\\$(printf '%03o' $((${#header} + 1)))\\000"
    printf '%s\n' "$header"
    printf "$4"
  } >"$1"
}

# finish: the last line of a script.
finish() {
  printf '%d checks, %d failures\n' "$checks" "$failures"
  [ "$failures" = 0 ]
}
