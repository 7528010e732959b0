"""What the decision between robot and person is taken on."""

import re
from dataclasses import dataclass
from functools import cached_property

from cases.message import Automatic
from parsers.head import Head
from parsers.phrases import fold
from parsers.subjects import Subject, read_subject

Verdict = tuple[Automatic, str] | None

_LOOKED_AT = 6000  # characters of a text
_CITED = re.compile(
    '"[^"]{6,300}"|“[^“”]{6,300}”|„[^„“”]{6,300}[“”]|«[^«»]{6,300}»|»[^«»]{6,300}«|「[^「」]{4,300}」|『[^『』]{4,300}』'
)


@dataclass(frozen=True, kw_only=True)
class Signs:
    """One message in the eyes of the rules; the folded forms are made once."""

    head: Head
    sender: str = ""  # normalised address; empty when unknown
    sender_name: str = ""
    subject: str = ""
    text: str = ""
    own: str = ""  # without quotation and signature
    types: tuple[str, ...] = ()  # media types of the leaves
    invites: bool = False  # a part is a calendar's request or answer
    report_type: str = ""
    return_path: str | None = None
    own_addresses: tuple[str, ...] = ()

    @cached_property
    def told(self) -> Subject:
        """The subject taken apart."""
        return read_subject(self.subject)

    @cached_property
    def folded_subject(self) -> str:
        """The whole subject, without decoration at its start."""
        return fold(self.subject).lstrip("*[]【】<>!#-=~ \"'「")

    @cached_property
    def folded(self) -> str:
        """The beginning of the whole text."""
        return fold(self.text[:_LOOKED_AT])

    @cached_property
    def folded_own(self) -> str:
        """The beginning of the writer's own words."""
        return fold(self.own[:_LOOKED_AT])

    @cached_property
    def uncited(self) -> str:
        """The writer's own words without what they cite in quotation marks: somebody else said that."""
        return _CITED.sub(" ", self.own[:_LOOKED_AT])

    @cached_property
    def spoken(self) -> str:
        """The same, folded."""
        return fold(self.uncited)

    @cached_property
    def local(self) -> str:
        """The sender's local part without plus part, in lower case."""
        return self.sender.rpartition("@")[0].partition("+")[0].strip('"').lower()

    @property
    def answers(self) -> bool:
        """Whether it says that it answers another message."""
        return bool(self.told.replies) or any(self.head.first(name) for name in ("in-reply-to", "references"))
