"""Whether the rows of reports.toml fit together and name roles that there are."""

from collections.abc import Iterator

from cases.report_rules import CENTRE_HEAD
from config.checks import Place
from config.mistakes import Findings
from config.policy_tables import Tables
from config.vocabulary import DIRECTORY_ROLES

_READERS = DIRECTORY_ROLES | {CENTRE_HEAD}


def check_reports(tables: Tables, findings: Findings) -> None:
    """Readers are roles that can be found without a case; a word names one kind of cause."""
    file = tables.name_of("reports.toml")
    for key, analysis in tables.analyses:
        Place(findings=findings, file=file, key=key).must_be_known("to", analysis.to, _READERS, "role")
    for key, rise in tables.rises:
        for role in rise.to:
            Place(findings=findings, file=file, key=key).must_be_known("to", role, _READERS, "role")
    if tables.early_warning:
        place = Place(findings=findings, file=file, key="early_warning")
        for role in tables.early_warning.names_for:
            place.must_be_known("names_for", role, _READERS, "role")
    owners: dict[str, str] = {}
    for key, cause in tables.root_causes:
        for word in cause.words:
            if owners.setdefault(word.casefold(), cause.name) != cause.name:
                place = Place(findings=findings, file=file, key=key)
                place.add("words", f"{word!r} already means {owners[word.casefold()]!r}", "use another word")


def cited_by_reports(tables: Tables) -> Iterator[tuple[str, str, str]]:
    """File, key and text of every clause of reports.toml."""
    yield from (("reports.toml", f"{key}.clause", row.clause) for key, row in tables.root_causes)
    yield from (("reports.toml", f"{key}.clause", row.clause) for key, row in tables.analyses)
    yield from (("reports.toml", f"{key}.clause", row.clause) for key, row in tables.rises)
    if tables.early_warning:
        yield "reports.toml", "early_warning.clause", tables.early_warning.clause
