"""Cases that an earlier version wrote are folded anew: events stay as they are, what they come to may be more by now.

The number `cases.case.FOLD` is counted up whenever the same events make another case. A database remembers the one its
cases were folded with; where it differs, each case is made from its events once more before anything else happens, so
that `ombud backup verify` compares like with like and no rule meets a case that lacks what it asks for.
"""

import logging

from cases.case import FOLD, fold
from cases.trouble import NeedsHuman
from store.casebook import Casebook
from store.facts import Facts
from store.trouble import Foreign
from store.values import Saved

log = logging.getLogger("ombud.store")

FOLDED = "fold"  # the fact that says with which version of the fold the cases were made
REFOLDED = "refolded"  # the fact that there are cases whose clocks have not followed yet
_PAGE = 50  # cases in one durable transaction
_TOLD_EACH = 5_000  # cases between two lines in the log


class Refolding(Casebook, Facts):
    """What is true of every case, as this version understands its events."""

    @property
    def is_folded(self) -> bool:
        """Whether this version folded the cases. Raises Foreign when a newer one did."""
        folded = int(self.fact(FOLDED) or 0)
        if folded > FOLD:
            raise Foreign(f"database {self.db.engine.name} was written by a newer ombud; update ombud")
        return folded == FOLD

    def refold(self) -> int:
        """Fold every case anew that another version folded; how many are not what they were.

        For whoever has the database alone. What is stopped halfway begins again. A case that cannot be folded, or of
        which something was erased, stays as it is.
        """
        if self.is_folded:
            return 0
        changed, seen, last = 0, 0, ""
        while page := self.cases(limit=_PAGE, before=last):
            last = page[-1].number
            with self.db.unit("refold"):
                changed += self._refold_all([row.number for row in page])
            seen += len(page)
            if seen % _TOLD_EACH == 0:
                log.info("cases are folded anew after an update", extra={"cases": seen})
        self.record_fact(FOLDED, str(FOLD))
        return changed

    def _refold_all(self, numbers: list[str]) -> int:
        changed = sum(self._refold(number) for number in numbers)
        if changed:
            # In the same transaction: whoever is stopped after it finds these cases folded, but not their clocks.
            self.record_fact(REFOLDED, "yes")
        return changed

    def _refold(self, number: str) -> bool:
        try:
            before = self.load(number)
            recorded = [record.event for record in self.events(number)]
            events = [event for event in recorded if event is not None]
            if before is None or len(events) < len(recorded):
                return False
            after = fold(None, events)
        except (NeedsHuman, ValueError) as error:
            log.warning("a case cannot be folded anew", extra={"case": number, "reason": str(error)})
            return False
        if after == before:
            return False
        clocks = self.deadlines(number)  # they follow with the policy at hand (`daemon.recounting`)
        self.save(Saved(case=after, new_case=False, events=(), event_key="", deadlines=clocks, before=before))
        return True
