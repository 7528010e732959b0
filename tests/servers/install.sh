#!/bin/sh
# Installs what the tests start: Dovecot, PostgreSQL, systemd's tools and strace. Does nothing when all are there.
set -eu

missing=""
[ -x /usr/lib/dovecot/imap ] || missing="$missing dovecot-imapd"
if ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && ! command -v initdb >/dev/null 2>&1; then
    missing="$missing postgresql"
fi
# For `systemd-analyze`, which judges the unit that comes with ombud, and for libseccomp, which plays its filter.
command -v systemd-analyze >/dev/null 2>&1 || missing="$missing systemd"
# For errors of the disk.
command -v strace >/dev/null 2>&1 || missing="$missing strace"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Test servers that are not installed:$missing" >&2
    echo "Their tests are skipped. To run them, install the packages as root: sudo apt-get install$missing" >&2
    # A skipped test proves nothing, so a CI run must not get past this point.
    case "${CI:-}" in "" | 0 | false) exit 0 ;; *) exit 1 ;; esac
fi

echo "Installing test servers:$missing"
export DEBIAN_FRONTEND=noninteractive
# RUNLEVEL=1 keeps the packages from starting system-wide services: the tests run private ones.
apt-get update -qq
RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $missing >/dev/null
