#!/usr/bin/env bash
# sluice restore, durable, against zstd -d | tar -x && sync on one folder, in turn, page cache warm.
#   restore.sh FOLDER SCRATCH [RUNS [SEED]]
# Prints medians and the ratio of each pair, reading back told apart; then a restore with SEED, or the last one, as seed.
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,4p' "$0"; exit 2; }
here=$(cd -P -- "$(dirname -- "$0")/.." && pwd)
folder=$(cd "$1" && pwd); mkdir -p "$2"; scratch=$(cd "$2" && pwd); runs=${3:-5}; seed=${4:+$(cd "$4" && pwd)}
for tool in zstd /usr/bin/time; do
  command -v "$tool" >/dev/null || { echo "restore.sh needs $tool (apt install zstd time)" >&2; exit 1; }
done
# Nothing is deleted between runs: ext4 makes files many times slower after it.
[ -z "$(ls -A "$scratch")" ] || { echo "restore.sh needs an empty SCRATCH" >&2; exit 1; }

# timed OUT COMMAND...: appends "wall cpu rss_kB" to OUT.
timed() {
  local out=$1; shift
  /usr/bin/time -o "$scratch/time" -f '%e %U %S %M' "$@" >"$scratch/stdout" 2>"$scratch/stderr"
  awk '{print $1, $2 + $3, $4}' "$scratch/time" >>"$out"
}
median() { awk -v c="$2" '{print $c}' "$1" | sort -n | awk '{a[NR] = $1} END {print (NR % 2) ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2}'; }
row() { printf '%-28s %8.2f s %8.2f s %7d MB\n' "$1" "$(median "$2" 1)" "$(median "$2" 2)" "$(($(median "$2" 3 | cut -d. -f1) / 1024))"; }
# told FILE: appends the seconds of writing and reading back that the command told.
told() { sed 's/.*"writing":\([0-9.]*\),"verifying":\([0-9.]*\).*/\1 \2/' "$scratch/stdout" >>"$1"; }

tar -C "$folder" -cf - . | zstd -q -3 -T2 -o "$scratch/t.zst"
version=$("$here/sluice" capture "$folder" --library "$scratch/lib" --json | sed 's/.*"digest":"\([0-9a-f]*\)".*/\1/')
restore() { timed "$1" "$here/sluice" restore "$version" --library "$scratch/lib" --json "${@:2}"; }
for ((i = 0; i <= runs; i++)); do
  [ "$i" = 1 ] && rm -f "$scratch"/peer "$scratch"/ours "$scratch"/phases "$scratch"/seeded # the first pair only warms up
  sync
  mkdir "$scratch/tar$i"
  timed "$scratch/peer" bash -c "zstd -dc '$scratch/t.zst' | tar -C '$scratch/tar$i' -xf - && sync -f '$scratch'"
  restore "$scratch/ours" --to "$scratch/to$i"
  told "$scratch/phases"
  restore "$scratch/seeded" --to "$scratch/seeded$i" --seed "${seed:-$scratch/to$i}"
done
printf '%-28s %10s %10s %10s\n' "$(basename "$(dirname "$folder")")/$(basename "$folder"), $runs runs" wall cpu peak
row 'zstd -d | tar -x && sync' "$scratch/peer"
row 'sluice restore' "$scratch/ours"
row 'the same with a seed' "$scratch/seeded"
awk '{printf "writing %.2f s, reading back %.2f s\n", $1, $2}' "$scratch/phases"
paste -d' ' "$scratch/phases" "$scratch/peer" | awk '{print $1 / $3}' | sort -n |
  awk '{a[NR] = $1} END {printf "wall ratio of writing alone, pair by pair: least %.2f, median %.2f, most %.2f\n", a[1], a[int((NR + 1) / 2)], a[NR]}'
uptime
