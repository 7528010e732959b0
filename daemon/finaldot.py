"""Notes of which letter has come to its final dot, so that a kill leaves in doubt only a letter that may have left.

A letter whose fate is not on record when the daemon starts has been claimed and perhaps handed over. Before the dot it
has certainly not left; whether the dot was sent is what a note tells. It is one line in a file that was written once
before, so that writing it again needs no room on the disk, and it is not synced, so that it costs some microseconds.

Why that is enough: what a process has written is the kernel's, and outlives the process however it is killed. It does
not outlive the machine (a power cut, a crash of the kernel), so each note holds the boot id of its machine, and one of
another boot counts for nothing. Neither does a note of another claim, a damaged one, or none: then the letter is in
doubt, as it would be without notes. A note can only take a doubt away, and only by naming the very claim. It grows and
is never taken back, so an older copy of the database that meets it has no fewer doubts.
"""

import logging
import os
import secrets
import zlib
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

log = logging.getLogger("ombud.outbox")

_BOOT = Path("/proc/sys/kernel/random/boot_id")  # random(4)


def boot_id() -> str:
    """What differs after each start of this machine; empty where the kernel has no such thing."""
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return ""


@dataclass(slots=True)
class DotNote:
    """The note of one sender, who hands over one letter at a time; its file is made for the first claim.

    Without a folder, or a boot id, it notes nothing.
    """

    _folder: Path | None
    _database: str
    _boot: str
    _life: str = ""
    _claims: int = 0
    _file: int = -1
    _told: bool = False  # that there is no note

    def next_claim(self) -> str:
        """A name for the next claim, under which `Notes.may_have_left` finds this note; empty when there is none."""
        if self._file < 0:
            self._begin()
        if self._file < 0:
            return ""
        self._claims += 1
        return f"{self._life}:{self._claims}"

    def reach(self, position: int) -> None:
        """The letter at this place of the present claim is about to get its final dot.

        Raises OSError when that cannot be noted: then it must not get it.
        """
        if self._file >= 0:
            os.pwrite(self._file, _line(self._boot, self._life, self._claims, position), 0)

    def close(self) -> None:
        """Everything that was claimed is on record; a claim that follows has a note of its own."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
            _path(self._folder, self._database, self._life).unlink(missing_ok=True)

    def _begin(self) -> None:
        if self._folder is None or not self._boot:
            return
        self._life, self._claims = secrets.token_hex(8), 0
        path = _path(self._folder, self._database, self._life)
        try:
            self._file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
            os.pwrite(self._file, _line(self._boot, self._life, 0, 0), 0)
        except OSError as error:
            # Letters leave all the same; after a kill one more of them may be in doubt.
            if not self._told:
                log.warning("no note of final dots", extra={"folder": str(self._folder), "reason": error.strerror})
            self._told = True
            self.close()  # the next claim tries again: a machine that is short of files has some again
        else:
            self._told = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """All notes of one database. `folder` is one that this machine's daemon can write to, or None."""

    folder: Path | None
    database: str
    boot: str = field(default_factory=boot_id)

    def begin(self) -> DotNote:
        """A note for one sender."""
        return DotNote(self.folder, self.database, self.boot)

    def may_have_left(self, claim: str, position: int) -> bool:
        """Whether the letter at this place of a claim had come to its final dot when its daemon died, or may have."""
        life, _, number = claim.rpartition(":")
        noted = self._read(life)
        return noted is None or not number.isdecimal() or noted >= (int(number), position)

    def forget(self) -> None:
        """What they were for is on record. Only for the process that holds the database's lock."""
        for path in self.folder.glob(_name(self.database, "*")) if self.folder else ():
            path.unlink(missing_ok=True)

    def _read(self, life: str) -> tuple[int, int] | None:
        """The last claim and place that came to a final dot; None when nothing can be known."""
        if self.folder is None or not self.boot or not life.isalnum():
            return None
        try:
            text = _path(self.folder, self.database, life).read_bytes()
            _, claim, position, _ = text.split()
            found = int(claim), int(position)
        except (OSError, ValueError):
            return None
        return found if text == _line(self.boot, life, *found) else None


def _line(boot: str, life: str, claim: int, position: int) -> bytes:
    text = f"{boot} {claim:015d} {position:06d} "
    return f"{text}{zlib.crc32((life + text).encode()):08x}\n".encode()


def _path(folder: Path | None, database: str, life: str) -> Path:
    return (folder or Path()) / _name(database, life)


def _name(database: str, life: str) -> str:
    # Several desks may share a folder.
    return f"ombud-{sha256(database.encode()).hexdigest()[:12]}-{life}.dot"
