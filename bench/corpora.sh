#!/usr/bin/env bash
# Makes benchmark corpora: DIR/NAME/v1 and, where there is one, DIR/NAME/v2. Finished ones are kept.
#   corpora.sh DIR [server] [jdk] [native] [small] [random] [unseen]        without names: server jdk
# server: an application server, mostly jars     native: large programs and libraries, Linux and Windows
# small:  many small files, a month apart        random: 1 GiB that does not compress; v2 has 48 small edits
# jdk:    the JDK's folder                       unseen: scripts, WebAssembly and libraries; nothing was tuned on it
# Versions and dates are pinned. native, small and unseen need npm, random openssl and python3.
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,7p' "$0"; exit 2; }
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

# packed TARGET PACKAGE@VERSION...: packages of the npm registry, unpacked side by side.
packed() {
  local to=$1 archive each
  shift
  mkdir -p "$root/.downloads"
  for each in "$@"; do
    archive=$(cd "$root/.downloads" && npm pack --silent "$each") || {
      echo "corpora.sh: the registry did not give $each" >&2
      exit 1
    }
    mkdir -p "$to/${each%@*}"
    tar -xzf "$root/.downloads/$archive" -C "$to/${each%@*}" --strip-components=1
    rm -f "$root/.downloads/$archive"
  done
}

# installed TARGET DATE PACKAGE...: a node_modules tree as the npm registry stood at that date.
installed() {
  local to=$1 date=$2
  shift 2
  mkdir -p "$to"
  (
    cd "$to" && echo '{"private":true}' >package.json
    npm install --silent --ignore-scripts --no-audit --no-fund --legacy-peer-deps --before="$date" "$@"
  )
}

# randomly DIR: v1 and v2 of the random corpus; every run makes the same bytes.
randomly() {
  mkdir -p "$1/v1" "$1/v2"
  # openssl ends by the closed pipe, which is what is wanted.
  (openssl enc -aes-256-ctr -nosalt -pass pass:corpus -pbkdf2 </dev/zero 2>/dev/null || :) |
    head -c 1073741824 >"$1/v1/blob.bin"
  python3 - "$1" <<'EDITS'
import random, sys
r = random.Random(7)
old = open(sys.argv[1] + '/v1/blob.bin', 'rb').read()
at = 0
with open(sys.argv[1] + '/v2/blob.bin', 'wb') as new:
    for i, place in enumerate(sorted(r.sample(range(len(old) - 65536), 48))):
        new.write(old[at:place])
        length = r.randrange(1, 8192)
        at = place
        if i % 3 != 0:  # deleted or overwritten
            at += length
        if i % 3 != 1:  # inserted or overwritten
            new.write(r.randbytes(length))
    new.write(old[at:])
EDITS
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
    native)
      packed "$root/native/v1" @next/swc-linux-x64-gnu@16.4.5 @oven/bun-windows-x64@1.4.4 \
        @cloudflare/workerd-windows-64@1.20261019.1
      packed "$root/native/v2" @next/swc-linux-x64-gnu@16.4.6 @oven/bun-windows-x64@1.4.5 \
        @cloudflare/workerd-windows-64@1.20261023.1
      ;;
    small)
      small=(@mui/icons-material @mui/material date-fns next typescript @tabler/icons-react rxjs lodash react-icons
        googleapis @angular/cli webpack jest eslint)
      installed "$root/small/v1" 2026-09-01 "${small[@]}"
      installed "$root/small/v2" 2026-10-01 "${small[@]}"
      ;;
    random) randomly "$root/random" ;;
    unseen)
      packed "$root/unseen/v1" onnxruntime-node@1.20.0 pyodide@0.27.3 monaco-editor@0.52.0
      packed "$root/unseen/v2" onnxruntime-node@1.20.1 pyodide@0.27.4 monaco-editor@0.52.2
      ;;
    *) echo "corpora.sh: no corpus is called $corpus" >&2; exit 2 ;;
  esac
  touch "$root/$corpus/.done"
done

for folder in "$root"/*/v[12]; do
  printf '%-10s %-3s %8d files %12d bytes\n' "$(basename "$(dirname "$folder")")" "$(basename "$folder")" \
    "$(find "$folder" -type f | wc -l)" "$(find "$folder" -type f -printf '%s\n' | awk '{s += $1} END {printf "%d", s}')"
done
