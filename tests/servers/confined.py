"""Runs a program under what a systemd unit forbids, as far as a process can forbid itself things without systemd.

    python -m tests.servers.confined UNIT PROGRAM ARGUMENT...

Applied: SystemCallFilter=, SystemCallArchitectures=, SystemCallErrorNumber=EPERM and RestrictAddressFamilies= by
libseccomp, MemoryDenyWriteExecute= by prctl(PR_SET_MDWE), NoNewPrivileges=, UMask=, LimitNOFILE=. Not applied: mount
and user name spaces, capabilities, TasksMax=.
"""

import ctypes
import errno
import os
import resource
import socket
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ALLOW, ERRNO = 0x7FFF0000, 0x00050000  # seccomp.h
NOT_EQUAL = 1
NO_NEW_PRIVS, MDWE = 38, 65  # prctl(2)
LIBRARY = "libseccomp.so.2"


class _Compare(ctypes.Structure):
    _fields_ = (
        ("arg", ctypes.c_uint),
        ("op", ctypes.c_int),
        ("datum_a", ctypes.c_uint64),
        ("datum_b", ctypes.c_uint64),
    )


def settings_of(unit: Path) -> dict[str, list[str]]:
    """Every value of every key, in order."""
    found: dict[str, list[str]] = {}
    for line in unit.read_text(encoding="utf-8").splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith(("#", ";")):
            found.setdefault(key, []).append(value)
    return found


def calls_in(words: Iterable[str]) -> set[str]:
    """System calls, with sets such as @system-service taken apart as systemd itself does."""
    calls: set[str] = set()
    for word in words:
        if not word.startswith("@"):
            calls.add(word)
            continue
        shown = subprocess.run(["systemd-analyze", "syscall-filter", word], capture_output=True, text=True, check=True)
        inside = [line.strip() for line in shown.stdout.splitlines()[1:]]
        calls |= calls_in(line for line in inside if line and not line.startswith("#"))
    return calls


def allowed_calls(unit: dict[str, list[str]]) -> set[str]:
    """What the lines of SystemCallFilter= leave, from first to last (systemd.exec(5))."""
    allowed = calls_in(["@default"])
    for line in unit["SystemCallFilter"]:
        if line.startswith("~"):
            allowed -= calls_in(line[1:].split())
        else:
            allowed |= calls_in(line.split())
    return allowed


def confine(unit: dict[str, list[str]]) -> None:
    """From here on, for this process and all its children."""
    os.umask(int(unit["UMask"][0], 8))
    files = int(unit["LimitNOFILE"][0])
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    allowed = allowed_calls(unit)
    families = [int(getattr(socket, name)) for name in unit["RestrictAddressFamilies"][0].split()]
    libc, seccomp = ctypes.CDLL(None, use_errno=True), ctypes.CDLL(LIBRARY)
    seccomp.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(seccomp.seccomp_init(ctypes.c_uint32(ERRNO | errno.EPERM)))
    number = seccomp.seccomp_syscall_resolve_name
    for name in sorted(allowed - {"socket"}):
        call = number(name.encode())
        if call >= 0:
            _must(seccomp.seccomp_rule_add_exact_array(context, ALLOW, call, 0, None))
    for family in families:
        rule = (_Compare * 1)(_Compare(0, 4, family, 0))  # SCMP_CMP_EQ
        _must(seccomp.seccomp_rule_add_array(context, ALLOW, number(b"socket"), 1, rule))
    if unit["NoNewPrivileges"] == ["yes"] and libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "PR_SET_NO_NEW_PRIVS")
    # Linux 6.3 and later; older ones have the filter on mmap alone, which systemd makes and this program does not.
    if unit["MemoryDenyWriteExecute"] == ["yes"] and libc.prctl(MDWE, 1, 0, 0, 0):
        sys.stderr.write("this kernel has no PR_SET_MDWE\n")
    _must(seccomp.seccomp_load(context))


def _must(status: int) -> None:
    if status:
        raise OSError(-status, os.strerror(-status))


def main(unit: str, *program: str) -> None:
    confine(settings_of(Path(unit)))
    os.execvp(program[0], program)  # noqa: S606  # a test's own words


if __name__ == "__main__":
    main(*sys.argv[1:])
