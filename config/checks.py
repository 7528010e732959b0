"""What a check knows: the names that exist, and where to note what is wrong."""

from collections.abc import Iterable
from dataclasses import dataclass

from config.mistakes import Findings
from config.shape import similar


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Names that may be referred to. Open: a file could not be read, so no name is known to be missing."""

    names: frozenset[str]
    open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All names that rows refer to."""

    people: Known
    departments: Known
    centres: Known
    calendars: Known
    stages: Known
    ladders: Known
    letters: Known
    signals: frozenset[str]
    categories: frozenset[str]
    clauses: Known
    held_roles: Known


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A row in a file, where mistakes are noted."""

    findings: Findings
    file: str
    key: str

    def add(self, key: str, wrong: str, instead: str = "") -> None:
        """Notes a mistake at a key of this row."""
        self.findings.add(self.file, f"{self.key}.{key}" if self.key else key, wrong, instead)

    def must_be_known(self, key: str, name: str, known: Known | Iterable[str], what: str) -> None:
        """Notes a name that nothing is called by."""
        names = known.names if isinstance(known, Known) else frozenset(known)
        is_open = isinstance(known, Known) and known.open
        if name not in names and not is_open:
            self.add(key, f"there is no {what} {name!r}", similar(name, names))


def twice(names: Iterable[str]) -> frozenset[str]:
    """The names that occur more than once."""
    seen: set[str] = set()
    found: set[str] = set()
    for name in names:
        (found if name in seen else seen).add(name)
    return frozenset(found)
