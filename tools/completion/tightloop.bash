# Completion of tightloop for bash: options, their values, subcommands and files.
_tightloop() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local evaluation='--output --define --defs --threads --memory --promotion --fp --overflow --dtype
    --casting --most-elements --most-bytes --events
    --raise --json --time --quiet --explain --explain=steps --functions --version --help'
  local options=$evaluation
  case ${COMP_WORDS[1]} in
    repl) options='--define --defs --threads --promotion --fp --overflow --help' ;;
    convert) options='--output --dtype --saturate --round --allow-loss --scale
      --recommended --tolerance --tolerance-kind --help' ;;
    precision) options='--expr --tolerance --tolerance-kind --peak --plot --memory --threads
      --seconds --define --defs --json --help' ;;
  esac
  local dtypes='bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float8_e4m3fn float8_e5m2
    float16 bfloat16 float32 float64 complex64 complex128'
  COMPREPLY=()
  case $before in
    --promotion) COMPREPLY=($(compgen -W 'exact numpy numexpr' -- "$word")) ;;
    --fp) COMPREPLY=($(compgen -W 'strict fast' -- "$word")) ;;
    --casting) COMPREPLY=($(compgen -W 'standard no safe same_kind unsafe same_value wrap saturate' -- "$word")) ;;
    --overflow) COMPREPLY=($(compgen -W 'wrap check' -- "$word")) ;;
    --raise) COMPREPLY=($(compgen -W 'divide invalid overflow underflow all' -- "$word")) ;;
    --dtype) COMPREPLY=($(compgen -W "$dtypes" -- "$word")) ;;
    --tolerance-kind) COMPREPLY=($(compgen -W 'abs rel psnr' -- "$word")) ;;
    --define | --threads | --memory | --most-elements | --most-bytes | --expr | --tolerance | --peak | --seconds) ;;
    =) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$word")) ;;
    *)
      case $word in
        -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
        *=*) COMPREPLY=($(compgen -P "${word%%=*}=" -f -- "${word#*=}")) ;;
        *)
          compopt -o filenames 2>/dev/null
          COMPREPLY=($(compgen -f -- "$word"))
          [ "$COMP_CWORD" = 1 ] && COMPREPLY+=($(compgen -W 'repl convert precision' -- "$word"))
          ;;
      esac
      ;;
  esac
  return 0
}
complete -F _tightloop tightloop
