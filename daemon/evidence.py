"""Evidence for the department: the customer's files, renamed, of harmless kinds, up to a size (policy §8)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cases.case import Case
from cases.events import EvidenceAdded
from cases.letters import Letter
from cases.message import Attachment
from cases.trouble import NeedsHuman
from daemon.compose import File
from store.desk import Store

# Kinds that open in a viewer and run nothing, each with the bytes it must begin with.
ALLOWED = {
    "image/jpeg": (".jpg", b"\xff\xd8\xff"),
    "image/png": (".png", b"\x89PNG\r\n\x1a\n"),
    "application/pdf": (".pdf", b"%PDF-"),
}
MOST_BYTES = 5 * 2**20  # of all files together; what is over it is listed in the letter
MOST_RAW = 8 * 2**20  # a larger message is not opened outside the parser workers
GIVEN_WITH = frozenset({"assignment"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Takes files out of stored messages."""

    store: Store

    def files_for(self, letter: Letter, case: Case, added: Sequence[EvidenceAdded]) -> Sequence[File]:
        """The files to go with a letter to the department; `added` are those not on record yet."""
        if letter.letter not in GIVEN_WITH or not case.evidence:
            return ()
        known = [record.event for record in self.store.events(case.number)]
        events = [event for event in (*known, *added) if isinstance(event, EvidenceAdded)]
        return tuple(self._files(events))

    def _files(self, events: Sequence[EvidenceAdded]) -> Iterator[File]:
        left, count = MOST_BYTES, 0
        for event in events:
            wanted = [file for file in event.files if file.type in ALLOWED and file.size <= left]
            raw = self.store.raw(event.raw).raw if wanted else b""
            for file in wanted:
                content = _content(raw, file)
                if content and len(content) <= left:
                    count += 1
                    left -= len(content)
                    yield File(name=f"evidence-{count}{ALLOWED[file.type][0]}", type=file.type, content=content)


def _content(raw: bytes, file: Attachment) -> bytes:
    """The bytes of a file that is what it says it is; empty otherwise."""
    if len(raw) > MOST_RAW:
        return b""
    from parsers import attachment_content  # here, for it loads all parsers, which the daemon rarely needs

    try:
        content = attachment_content(raw, file.sha256)
    except NeedsHuman:
        return b""
    return content if content and content.startswith(ALLOWED[file.type][1]) else b""
