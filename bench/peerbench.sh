#!/usr/bin/env bash
# One whole ingest between a real Dovecot and an SMTP sink, beside other systems, in one run.
#
#   bench/peerbench.sh setup|run|check      the three commands that a side-by-side benchmark calls
#
# They read where the servers are from PB_IMAP_HOST, PB_IMAP_PORT, PB_IMAP_USER, PB_IMAP_PASS, PB_SMTP_HOST,
# PB_SMTP_PORT, PB_DB (a new SQLite file) and PB_WORK (a scratch folder), and need `make check` once (for .venv).
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
python="$here/.venv/bin/python"
[ -x "$python" ] || python=${OMBUD_PYTHON:-python3}
cd "$here"
case "${1:-}" in
  setup) # modules compiled, as any installer leaves them
    "$python" -m compileall -q cases config daemon parsers store templates
    "$python" -m bench.peer_settings && exec "$python" -m daemon init-db --config "$PB_WORK/ombud.toml" ;;
  run) exec "$python" -m daemon run --once --from 2025-01-01 --config "$PB_WORK/ombud.toml" ;;
  check) "$python" -m daemon stats --json --config "$PB_WORK/ombud.toml" | tr -d '\n' ;;
  *) echo "usage: bench/peerbench.sh setup|run|check" >&2; exit 2 ;;
esac
