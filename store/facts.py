"""Facts about the database itself: its id, when it was copied, whether letters wait since it was restored."""

from store.part import Part
from store.prepared import Inserting, Prepared
from store.tables.base import About, Counter

RESTORED = "restored"  # since when letters wait because the database is a copy (ISO 8601); forgotten when they may go
LOST_SINCE = "lost_since"  # when that copy was made: what came later may be known to the mail server only

_FACT = Prepared(lambda name: About.select(About.value).where(About.name == name))
_RECORD = Inserting(
    About.name,
    About.value,
    conflict=lambda insert: insert.on_conflict(conflict_target=[About.name], preserve=[About.value]),
)
_FORGET = Prepared(lambda name: About.delete().where(About.name == name))
_SKIP = Prepared(lambda count: Counter.update({Counter.value: Counter.value + count}).where(Counter.name == "case"))


class Facts(Part):
    """Small things to remember, by name."""

    def fact(self, name: str) -> str:
        """What is remembered; empty when nothing is."""
        return str(self.db.value(_FACT, name) or "")

    def record_fact(self, name: str, value: str) -> None:
        """Remember, in place of what was there."""
        with self.db.writing("fact"):
            self.db.run_many(_RECORD, [(name, value)])

    def forget_fact(self, name: str) -> None:
        """No more."""
        with self.db.writing("fact"):
            self.db.run(_FORGET, name)

    def skip_numbers(self, count: int) -> None:
        """Give out none of the next `count` case numbers."""
        with self.db.writing("fact"):
            self.db.run(_SKIP, count)
