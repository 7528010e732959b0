"""The cause analysis of each quarter that ends within a simulation: who gets it and when, as `daemon.reviewing` does.

Like every letter of a simulation it is counted and not rendered; whether there is anything to say is looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from cases.analysis import has_no_effect
from cases.case import Case
from cases.course import Measure
from cases.people import Person
from cases.policy import Policy
from cases.quarters import Quarter, quarter_of
from cases.report_rules import AnalysisRow
from cases.rise_views import holders_of, reading
from cases.rises import ALL, LIMITS, limits_of
from cases.words import ANALYSIS
from daemon.analysing import zone_of
from daemon.simulating.agenda import Agenda, Turn
from daemon.simulating.record import Run, seen_report
from daemon.simulating.tallies import MemoryTallies


@dataclass(slots=True, kw_only=True)
class Quarterly:
    """Tells about quarters. Nothing is said of those that ended before the run, of which it knows nothing."""

    policy: Policy
    run: Run
    agenda: Agenda
    tallies: MemoryTallies
    cases: Mapping[str, Case]

    def begin(self, at: datetime) -> None:
        """Plans the first analysis for everybody who gets one."""
        for row in self.policy.reports.analyses:
            for centre in self.policy.directory.centres if row.about == "centre" else ("",):
                quarter = quarter_of(at, zone_of(centre, self.policy))
                for holder in holders_of(row.to, centre, self.policy):
                    self._plan(row, centre, quarter, holder)

    def _plan(self, row: AnalysisRow, centre: str, quarter: Quarter, holder: Person) -> None:
        """In the holder's first working moment after the quarter."""
        end = quarter.end(zone_of(centre, self.policy))
        if end < self.run.end:
            opening = self.policy.calendar_of_person(holder).opening(end)
            self.agenda.plan(opening, Turn.LOOK_AT_ALL, partial(self._tell, row, centre, quarter, holder))

    def _tell(self, row: AnalysisRow, centre: str, quarter: Quarter, holder: Person, now: datetime) -> None:
        person = reading(holder, self.policy, now)
        if person and self._says_something(centre, quarter):
            at = self.policy.calendar_of_person(person).opening(now)
            self.run.reports.append(seen_report(person, at, now, ANALYSIS, row.name, row.clause))
        self._plan(row, centre, quarter.following, holder)

    def _says_something(self, centre: str, quarter: Quarter) -> bool:
        """Whether there were complaints or missed limits in it or in the one before, or measures are open."""
        zone = zone_of(centre, self.policy)
        start, end = quarter.before.start(zone), quarter.end(zone)
        if self.tallies.tally_times(f"centre:{centre}" if centre else ALL, start, end):
            return True
        missed = [limits_of(centre)] if centre else [f"{LIMITS}:{one}" for one in self.policy.directory.centres]
        if any(self.tallies.tally_times(series, start, end) for series in missed):
            return True
        cases = (case for case in self.cases.values() if case.measures and (not centre or case.centre == centre))
        return any(self._is_shown(measure, end) for case in cases for measure in case.measures)

    def _is_shown(self, measure: Measure, end: datetime) -> bool:
        if measure.opened_at >= end:
            return False
        return has_no_effect(measure.effect, self.policy) if measure.checked_at else not measure.verified_at
