#!/usr/bin/env bash
# Builds the jar twice, from two clean copies in folders of different names, and compares the bytes.
set -eu
unset CDPATH
cd -P -- "$(dirname -- "$0")/.."
. ci/find-jdk.sh
sluice_find_java jdk || { sluice_explain_missing_java "JDK (not only a runtime)"; exit 1; }
sluice_check_maven
export JAVA_HOME=$sluice_java

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# tar -m: the copies get times of their own, as two checkouts would.
copy() {
  mkdir -p "$1"
  if git rev-parse --git-dir >/dev/null 2>&1; then
    # Deleted but not yet committed files are listed too.
    git ls-files -z --cached --others --exclude-standard |
      while IFS= read -r -d '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done |
      tar -cf - --null -T - | tar -xmf - -C "$1"
  else
    tar -cf - --exclude ./target . | tar -xmf - -C "$1"
  fi
}

sha256() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

copy "$work/one"
copy "$work/the other one"
for tree in "one" "the other one"; do
  if ! (cd "$work/$tree" && mvn -B -ntp -Pquick package) >"$work/log" 2>&1; then
    tail -n 40 "$work/log"
    exit 1
  fi
done

first=$(sha256 "$work/one/target/sluice.jar")
second=$(sha256 "$work/the other one/target/sluice.jar")
echo "$first  first build"
echo "$second  second build"
if [ "$first" != "$second" ]; then
  echo "The two builds differ."
  exit 1
fi
echo "The two builds are identical."
