#!/usr/bin/env bash
# Makes benchmark corpora: DIR/NAME/v1 and, where there is one, DIR/NAME/v2. Finished ones are kept.
#   corpora.sh DIR [server] [jdk]
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,3p' "$0"; exit 2; }
here=$(cd -P -- "$(dirname -- "$0")/.." && pwd)
mkdir -p "$1" && root=$(cd "$1" && pwd) && shift
[ $# -gt 0 ] || set -- server jdk
. "$here/ci/find-jdk.sh"
sluice_find_java jdk || { sluice_explain_missing_java JDK; exit 1; }
export JAVA_HOME=$sluice_java

# unpack GROUP:ARTIFACT VERSION TARGET: a zip from the Maven repository, without its top folder.
unpack() {
  local zip=$root/.downloads/${1#*:}-$2.zip
  mkdir -p "$root/.downloads"
  [ -f "$zip" ] || mvn -q -B dependency:copy -Dartifact="$1:$2:zip" -DoutputDirectory="$root/.downloads"
  rm -rf "$3.part" && mkdir -p "$3.part"
  unzip -q "$zip" -d "$3.part"
  mv "$3.part"/* "$3"
  rm -rf "$3.part"
}

for corpus in "$@"; do
  [ ! -e "$root/$corpus/.done" ] || continue
  rm -rf "${root:?}/$corpus" && mkdir -p "$root/$corpus"
  case $corpus in
    server)
      unpack org.wildfly:wildfly-dist 36.0.0.Final "$root/server/v1"
      unpack org.wildfly:wildfly-dist 36.0.1.Final "$root/server/v2"
      ;;
    jdk) cp -rL "$JAVA_HOME" "$root/jdk/v1" ;;
    *) echo "corpora.sh: no corpus is called $corpus" >&2; exit 2 ;;
  esac
  touch "$root/$corpus/.done"
done

for folder in "$root"/*/v[12]; do
  printf '%-10s %-3s %8d files %12d bytes\n' "$(basename "$(dirname "$folder")")" "$(basename "$folder")" \
    "$(find "$folder" -type f | wc -l)" "$(find "$folder" -type f -printf '%s\n' | awk '{s += $1} END {printf "%d", s}')"
done
