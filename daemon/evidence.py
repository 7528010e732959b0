"""Evidence for the department: the customer's files, renamed, of harmless kinds, up to a size (policy §8).

They go with the assignment, and with each message that is passed on later.
"""

import binascii
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cases.case import Case
from cases.events import EvidenceAdded
from cases.letters import Letter
from cases.message import Attachment
from cases.trouble import NeedsHuman
from daemon.compose import File, Place
from store.desk import Store

# Kinds that open in a viewer and run nothing, each with the bytes it must begin with.
ALLOWED = {
    "image/jpeg": (".jpg", b"\xff\xd8\xff"),
    "image/png": (".png", b"\x89PNG\r\n\x1a\n"),
    "application/pdf": (".pdf", b"%PDF-"),
}
MOST_BYTES = 5 * 2**20  # of all files together; what is over it is listed in the letter
MOST_RAW = 8 * 2**20  # a larger message is not opened outside the parser workers
LONGEST_LINE = 998  # RFC 5322 section 2.1.1
GIVEN_WITH = frozenset({"assignment"})
FRESH_WITH = frozenset({"follow-up"})  # only what came with the message that is passed on


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Takes files out of stored messages."""

    store: Store

    def files_for(self, letter: Letter, case: Case, added: Sequence[EvidenceAdded]) -> Sequence[File]:
        """The files to go with a letter to the department; `added` are those not on record yet."""
        if letter.letter in FRESH_WITH:
            return tuple(self._files(added))
        if letter.letter not in GIVEN_WITH or not case.evidence:
            return ()
        known = [record.event for record in self.store.events(case.number)]
        events = [event for event in (*known, *added) if isinstance(event, EvidenceAdded)]
        return tuple(self._files(events))

    def _files(self, events: Sequence[EvidenceAdded]) -> Iterator[File]:
        left, count = MOST_BYTES, 0
        for event in events:
            wanted = [file for file in event.files if file.type in ALLOWED and file.size <= left]
            for file in wanted:
                if file.size <= left and (given := self._file(event.raw, file, count + 1)):
                    count += 1
                    left -= file.size
                    yield given

    def _file(self, raw_id: int, file: Attachment, place: int) -> File | None:
        """The file as it goes with the letter, if it is what it says it is."""
        suffix, begins = ALLOWED[file.type]
        name = f"evidence-{place}{suffix}"
        lines = self.store.raw_slice(raw_id, file.start, file.length) if file.length else b""
        content = _strictly(lines)
        # The worker that told where it is read hostile bytes: nothing is copied on its word alone.
        if content and hashlib.sha256(content).hexdigest() == file.sha256:
            if not content.startswith(begins):
                return None
            return File(name=name, type=file.type, place=Place(raw_id=raw_id, start=file.start, length=file.length))
        content = _content(self.store.raw(raw_id).raw, file)
        return File(name=name, type=file.type, content=content) if content.startswith(begins) and content else None


def _strictly(lines: bytes) -> bytes:
    """What base64 says that every reader reads alike, in lines that can stand in any message; else nothing."""
    ends = lines.count(b"\r\n")
    if not ends == lines.count(b"\n") == lines.count(b"\r"):
        return b""
    if max(map(len, lines.split(b"\r\n"))) > LONGEST_LINE:
        return b""
    try:
        return binascii.a2b_base64(lines.translate(None, b"\r\n"), strict_mode=True)
    except binascii.Error:
        return b""


def _content(raw: bytes, file: Attachment) -> bytes:
    """The bytes of a file that is written in any other way; empty when there is none such."""
    if len(raw) > MOST_RAW:
        return b""
    from parsers import attachment_content  # here, for it loads all parsers, which the daemon rarely needs

    try:
        return attachment_content(raw, file.sha256) or b""
    except NeedsHuman:
        return b""
