# Sourced by ./sluice, ./verify and ci/reproducible.sh: finds Java for them.
#
#   sluice_find_java jdk     a JDK of the least version below or newer (it has bin/javac)
#   sluice_find_java runtime a JDK or a mere runtime
#
# On success sets sluice_java to its home and returns 0. Looks at SLUICE_JAVA_HOME, JAVA_HOME, PATH,
# then the usual folders; the first that fits wins.

sluice_java_least=25

# Prints the feature version (25) of the Java in home $1, or nothing. The release file answers without
# starting a JVM; a few packagers leave it out, so ask the JVM itself then.
sluice_java_version() {
  local line=
  [ -x "$1/bin/java" ] || return 0
  if [ -r "$1/release" ]; then
    line=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
  fi
  if [ -z "$line" ]; then
    line=$("$1/bin/java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1)
  fi
  printf '%s' "$line"
}

sluice_java_fits() {
  local version
  [ -n "$1" ] && [ -x "$1/bin/java" ] || return 1
  [ "$2" != jdk ] || [ -x "$1/bin/javac" ] || return 1
  version=$(sluice_java_version "$1")
  [ -n "$version" ] && [ "$version" -ge "$sluice_java_least" ] 2>/dev/null
}

# Prints the home of the java on the PATH, symbolic links followed.
sluice_java_on_path() {
  local file folder
  file=$(command -v java) || return 0
  while [ -L "$file" ]; do
    folder=$(cd -P -- "$(dirname -- "$file")" && pwd)
    file=$(readlink -- "$file")
    case $file in /*) ;; *) file=$folder/$file ;; esac
  done
  (cd -P -- "$(dirname -- "$file")/.." && pwd)
}

sluice_find_java() {
  local home
  for home in "${SLUICE_JAVA_HOME:-}" "${JAVA_HOME:-}" "$(sluice_java_on_path)" \
    /usr/lib/jvm/* /opt/* /opt/java/* "$HOME"/.sdkman/candidates/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if sluice_java_fits "$home" "$1"; then
      sluice_java=$home
      return 0
    fi
  done
  return 1
}

sluice_explain_missing_java() {
  echo "Sluice needs a $1 of version $sluice_java_least or newer and found none." >&2
  echo "Get one: 'apt install openjdk-25-jdk-headless' where the distribution has it, 'sdk install java'" >&2
  echo "with SDKMAN, 'brew install openjdk' on macOS, or a download of Temurin from adoptium.net." >&2
  echo "If it is installed in an unusual place, set SLUICE_JAVA_HOME to its folder." >&2
}

# Complains and returns 1 unless Maven is there and new enough.
sluice_check_maven() {
  local version major minor patch
  if ! command -v mvn >/dev/null 2>&1; then
    echo "Sluice is built by Maven 3.8.7 or newer, and there is no mvn on the PATH." >&2
    echo "Get it: 'apt install maven', 'sdk install maven' or 'brew install maven'." >&2
    return 1
  fi
  version=$(JAVA_HOME=$sluice_java mvn -v 2>/dev/null | sed -n 's/.*Apache Maven \([0-9.]*\).*/\1/p')
  IFS=. read -r major minor patch _ <<EOF
$version.0.0.0
EOF
  if [ -z "$version" ] || [ $((major * 1000000 + minor * 1000 + ${patch:-0})) -lt 3008007 ]; then
    echo "Sluice is built by Maven 3.8.7 or newer; this is ${version:-an unknown version} ($(command -v mvn))." >&2
    return 1
  fi
}
