#!/usr/bin/env bash
# Netra: every job of the house, readable from top to bottom.
#
#   ./run.sh start    install what is needed, then collect, screen and serve the made-up office
#   ./run.sh test     install what the tests need (Chromium included), then every check
#   ./run.sh check    format, lint, types, import contracts
#   ./run.sh serve    only serve the review page again
#   ./run.sh bench    measure ratios against the named baselines, with plots in build/bench/
#   ./run.sh long     the long campaigns: kills, fuzzing (an hour and more)
#   ./run.sh docs     take the pictures of docs/tangkapan anew
#   ./run.sh lock     write the lock files anew from pyproject.toml
#   ./run.sh sbom     write docs/komponen.md and docs/komponen.cdx.json anew from the lock files
#   ./run.sh install  only make the environment
set -euo pipefail
cd "$(dirname "$0")"

VENV=.venv
BIN=$VENV/bin
export PYTHONUTF8=1

say() { printf '\033[1m» %s\033[0m\n' "$*" >&2; }

# need COMMAND PACKAGE...: make sure a Debian package is there; install it when we may, else print the exact command.
need() {
  local probe=$1; shift
  eval "$probe" >/dev/null 2>&1 && return 0
  local as=()
  [ "$(id -u)" = 0 ] || as=(sudo -n)
  if command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; then
    say "memasang paket sistem: $*"
    "${as[@]}" apt-get update -qq >&2
    DEBIAN_FRONTEND=noninteractive "${as[@]}" apt-get install -y -qq --no-install-recommends "$@" >&2
    eval "$probe" >/dev/null 2>&1 && return 0
  fi
  say "belum ada: $*. Pasang dengan perintah ini lalu ulangi:"
  echo "    sudo apt-get update && sudo apt-get install -y --no-install-recommends $*" >&2
  exit 1
}

find_python() {
  local one
  for one in "${PYTHON:-}" python3.13 python3.12 python3.11 python3; do
    [ -n "$one" ] && command -v "$one" >/dev/null &&
      "$one" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$one"; return; }
  done
  return 1
}

# install LOCKFILE: an environment that holds exactly the lock; quick when nothing changed.
install() {
  local lock=$1 python stamp
  need 'find_python' python3 python3-venv
  python=$(find_python)
  need "$python -c 'import venv, ensurepip'" python3-venv
  stamp="$(sha256sum "$lock" pyproject.toml | sha256sum | cut -c1-16) $lock"
  [ -x $BIN/python ] && grep -qxF "$stamp" $VENV/stamp 2>/dev/null && return 0
  # An environment with the test lock holds everything that the smaller lock asks for.
  [ "$lock" = constraints.txt ] && [ -x $BIN/netra ] &&
    grep -qxF "$(sha256sum constraints-test.txt pyproject.toml | sha256sum | cut -c1-16) constraints-test.txt" $VENV/stamp 2>/dev/null && return 0
  say "menyiapkan lingkungan Python dari $lock (sekali saja)"
  $BIN/python -c "import pip" 2>/dev/null || "$python" -m venv --clear $VENV  # one that was cut off is made anew
  $BIN/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
  PYTHONWARNINGS=ignore $BIN/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
  echo "$stamp" >$VENV/stamp
}

# What the browser tests need: Chromium, and the library that playwright's own driver leans on.
browser() {
  need 'type -P chromium' chromium fonts-noto-color-emoji
  need 'compgen -G "/usr/lib/*/libatomic.so.1" || compgen -G "/usr/lib64/libatomic.so.1"' libatomic1
}

# What reads the words in recorded pictures; the office runs without it, the tests try it.
READER='tesseract --list-langs 2>/dev/null | grep -x ind'
reader() {
  need "$READER" tesseract-ocr tesseract-ocr-ind
  need '[ -f /usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf ]' fonts-dejavu-core
}
reader_missing() {
  eval "$READER" >/dev/null 2>&1 || say "pembaca gambar belum ada (tidak wajib): sudo apt-get install -y tesseract-ocr tesseract-ocr-ind"
}

# What the real AT Protocol network of the tests leans on; the rest of it is installed by tests/server/atproto.py.
network() {
  need 'compgen -G "/usr/lib/postgresql/*/bin/initdb"' postgresql
  need 'type -P redis-server' redis-server
  need 'type -P g++ && type -P make' g++ make
}

# What reads the papers of a case back from PDF; only the tests need it.
papers() { need 'type -P pdftotext && type -P pdftoppm' poppler-utils; }

# Where tests put their thousands of small databases: in memory if 4 GB are free there, else where temporary files go.
memory() {
  local free
  free=$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1) || free=0
  if [ -w /dev/shm ] && [ "${free:-0}" -gt 4194304 ]; then echo /dev/shm; else echo "${TMPDIR:-/tmp}"; fi
}

check() {
  say "bentuk, gaya, tipe, kontrak impor"
  $BIN/ruff format --check .
  $BIN/ruff check .
  $BIN/mypy
  $BIN/lint-imports --no-cache
}

case "${1:-}" in
  start)   install constraints.txt; reader_missing; exec $BIN/netra demo "${@:2}" ;;
  serve)   install constraints.txt; exec $BIN/netra serve "${@:2}" ;;
  install) install constraints.txt ;;
  check)   install constraints-test.txt; check ;;
  test)
    install constraints-test.txt; browser; reader; papers; network; check
    say "semua pengujian"
    shelf="$(mktemp -d "$(memory)/netra-uji.XXXXXX")"
    trap 'rm -rf "$shelf"' EXIT
    $BIN/pytest -n "${NETRA_WORKERS:-2}" --dist loadfile -m "not long and not bench" --basetemp="$shelf/t" "${@:2}" ;;
  bench)   install constraints-test.txt; exec $BIN/pytest -m "bench" -p no:randomly -s tests/bench "${@:2}" ;;
  long)    install constraints-test.txt; browser; exec $BIN/pytest -m "long" -s "${@:2}" ;;
  docs)    install constraints-test.txt; browser; exec $BIN/python -m tests.e2e.pictures docs/tangkapan ;;
  lock)
    install constraints-test.txt
    $BIN/python -m pip install --quiet uv
    flags=(--quiet --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header)
    $BIN/uv pip compile "${flags[@]}" --upgrade --extra test pyproject.toml -o constraints-test.txt
    $BIN/uv pip compile "${flags[@]}" --extra install -c constraints-test.txt pyproject.toml -o constraints.txt ;;
  sbom)    install constraints-test.txt; exec $BIN/python -m tests.components ;;
  *) sed -n '2,15p' "$0" | sed 's/^# \{0,1\}//'; exit 2 ;;
esac
