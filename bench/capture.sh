#!/usr/bin/env bash
# sluice capture against tar | zstd -3 -T2 on one folder, in turn, page cache warm.
#   capture.sh FOLDER SCRATCH [RUNS]
# Prints medians and the ratio of each pair; then a recapture of the unchanged folder.
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,4p' "$0"; exit 2; }
here=$(cd -P -- "$(dirname -- "$0")/.." && pwd)
folder=$(cd "$1" && pwd); mkdir -p "$2"; scratch=$(cd "$2" && pwd); runs=${3:-5}
for tool in zstd /usr/bin/time; do
  command -v "$tool" >/dev/null || { echo "capture.sh needs $tool (apt install zstd time)" >&2; exit 1; }
done
"$here/sluice" --version >/dev/null

# timed OUT COMMAND...: appends "wall cpu rss_kB" to OUT.
timed() {
  local out=$1; shift
  /usr/bin/time -o "$scratch/time" -f '%e %U %S %M' "$@" >"$scratch/stdout" 2>"$scratch/stderr"
  awk '{print $1, $2 + $3, $4}' "$scratch/time" >>"$out"
}
median() { awk -v c="$2" '{print $c}' "$1" | sort -n | awk '{a[NR] = $1} END {print (NR % 2) ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2}'; }
row() { printf '%-28s %8.2f s %8.2f s %7d MB\n' "$1" "$(median "$2" 1)" "$(median "$2" 2)" "$(($(median "$2" 3 | cut -d. -f1) / 1024))"; }

find "$folder" -type f -exec cat {} + >/dev/null
rm -f "$scratch"/peer "$scratch"/ours "$scratch"/again
for ((i = 0; i <= runs; i++)); do
  rm -rf "$scratch/lib" "$scratch/t.zst"; sync
  [ "$i" = 1 ] && rm -f "$scratch"/peer "$scratch"/ours "$scratch"/again # the first pair only warms up
  timed "$scratch/peer" bash -c "tar -C '$folder' -cf - . | zstd -q -3 -T2 -o '$scratch/t.zst'"
  sync
  timed "$scratch/ours" "$here/sluice" capture "$folder" --library "$scratch/lib" --json
  stored=$(stat -c %s "$scratch/t.zst")
  frames=$(find "$scratch/lib/packs" -name '*.pack' -printf '%s\n' | awk '{s += $1} END {printf "%d", s}')
  all=$(find "$scratch/lib" -type f -printf '%s\n' | awk '{s += $1} END {printf "%d", s}')
  timed "$scratch/again" "$here/sluice" capture "$folder" --library "$scratch/lib" --json
  read_again=$(sed 's/.*"bytes_read":\([0-9]*\).*/\1/' "$scratch/stdout")
done
printf '%-28s %10s %10s %10s\n' "$(basename "$(dirname "$folder")")/$(basename "$folder"), $runs runs" wall cpu peak
row 'tar | zstd -3 -T2' "$scratch/peer"
row 'sluice capture' "$scratch/ours"
row 'sluice capture, unchanged' "$scratch/again"
paste -d' ' "$scratch/ours" "$scratch/peer" | awk '{print $1 / $4}' | sort -n |
  awk '{a[NR] = $1} END {printf "wall ratio, pair by pair: least %.2f, median %.2f, most %.2f\n", a[1], a[int((NR + 1) / 2)], a[NR]}'
awk -v f="$frames" -v a="$all" -v t="$stored" 'BEGIN {printf "packs %d bytes = %.3fx of the tar, library %d = %.3fx\n", f, f / t, a, a / t}'
echo "bytes read by the recapture: $read_again"
