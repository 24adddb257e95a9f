#!/usr/bin/env bash
# Anonymous memory (RssAnon) of an idle site server with -Xmx256m.
#   idle.sh SCRATCH [SECONDS]        default 60 s
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,3p' "$0"; exit 2; }
here=$(cd -P -- "$(dirname -- "$0")/.." && pwd)
mkdir -p "$1"; data=$1/idle-site; rm -rf "$data"
"$here/sluice" site init IDL --data "$data" --listen 127.0.0.1:0 --admin 127.0.0.1:0 >/dev/null
SLUICE_HEAP=256m "$here/sluice" site serve --data "$data" >/dev/null 2>"$1/idle.log" &
pid=$!
trap 'kill $pid 2>/dev/null || :' EXIT
sleep "${2:-60}"
grep -E 'RssAnon|RssFile|VmRSS|Threads' "/proc/$pid/status"
