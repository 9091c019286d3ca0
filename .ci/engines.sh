# Shared by the install scripts: where engines live, how one is swapped in whole, and how to say that one is missing.
# Sourced, never run. An install script never fails: what a machine or a registry lacks is said on one line, and the
# tests that need it skip with the same reason.

engines="${FAASTEN_ENGINES:-$HOME/.cache/faasten-engines}"
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
mkdir -p "$engines"

# missing <engine> <reason>: say it and stop this script without failing the caller.
missing() {
  echo "engine missing: $1: $2"
  exit 0
}

# need <engine> <command>...: every command must be on the PATH.
need() {
  local engine="$1" tool
  shift
  for tool in "$@"; do
    command -v "$tool" >/dev/null 2>&1 || missing "$engine" "'$tool' is not on the PATH"
  done
}

# current <engine> <version>: true when that version is already in place.
current() {
  [ -f "$engines/$1/.version" ] && [ "$(cat "$engines/$1/.version")" = "$2" ]
}

# staging <engine>: prints a fresh folder beside the final one, so that the swap below is a rename.
staging() {
  local folder="$engines/.$1.$$"
  rm -rf "$folder"
  mkdir -p "$folder"
  echo "$folder"
}

# install_as <engine> <version> <staged folder>: the staged folder becomes the engine. A half-made install is never seen.
install_as() {
  echo "$2" >"$3/.version"
  rm -rf "${engines:?}/$1"
  mv "$3" "$engines/$1"
  echo "engine ready: $1 $2"
}

# quietly <log file> <command>...: shows the end of the log only when the command fails.
quietly() {
  local log="$1"
  shift
  "$@" >"$log" 2>&1 && return 0
  tail -n 5 "$log" >&2
  return 1
}
