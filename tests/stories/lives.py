"""The usual life of a case, grade by grade: who does what when, until it is archived."""

from tests.stories.telling import Story, berlin

# Moment, person, what they do, in cases of which grades.
Deed = tuple[str, str, str, tuple[str, ...]]
TOLD = "Tue 1 Dec 02:00"  # the first morning of the month at head office in Shanghai
ALL = ("general", "important", "major")
GRAVE = ("important", "major")
LIFE: tuple[Deed, ...] = (
    ("Mon 2 Nov 10:40", "lin", "grade major: a lawyer has written", ("major",)),
    ("Mon 2 Nov 11:00", "rossi", "accept", ALL),
    ("Mon 2 Nov 11:10", "weber", "contained: the carrier looks for it, nobody else is concerned", ("major",)),
    ("Tue 3 Nov 11:00", "rossi", "plan: carrier today, depot tomorrow, legal on Thursday", ("major",)),
    ("Tue 3 Nov 12:00", "lin", "register", ALL),
    ("Wed 4 Nov 10:30", "rossi", "investigated: lost at the depot; the carrier is responsible", ALL),
    ("Wed 4 Nov 11:00", "rossi", "progress: Wir haben den Verbleib geklärt.", ALL),
    ("Wed 4 Nov 15:00", "weber", "confirm", ("major",)),
    ("Thu 5 Nov 10:00", "rossi", "propose: a new parcel, 250 EUR; Rossi, by Tuesday; another carrier", ALL),
    ("Thu 5 Nov 14:00", "weber", "approve", ("important",)),
    ("Thu 5 Nov 14:00", "xu", "approve", ("major",)),
    ("Thu 5 Nov 14:30", "rossi", "offer: Wir senden ein neues Paket und erstatten 250 EUR.", ("general",)),
    ("Fri 6 Nov 10:00", "rossi", "offer: Wir senden ein neues Paket und erstatten 250 EUR.", GRAVE),
    ("Fri 6 Nov 11:00", "rossi", "agreed", ALL),
    ("Mon 9 Nov 10:00", "rossi", "resolve: sent, tracking 4711", ALL),
    ("Mon 9 Nov 14:00", "rossi", "result: Ihr neues Paket ist unterwegs.", ALL),
    ("Tue 10 Nov 15:00", "rossi", "visited: she is calm now", ("emotional",)),
    ("Tue 10 Nov 16:00", "rossi", "satisfied 4: quick in the end", GRAVE),
    ("Tue 10 Nov 16:10", "rossi", "customer confirmed: signed letter of 10 November", ("major",)),
    ("Tue 10 Nov 16:20", "weber", "assessed: no further claim, the relation is sound", ("major",)),
    ("Wed 11 Nov 10:00", "rossi", "close", ALL),
    ("Thu 12 Nov 10:00", "weber", "report: lost at the depot, carrier changed", GRAVE),
    ("Fri 13 Nov 10:00", "he", "reviewed: three this month, quality looks at the carrier", ("important",)),
    ("Fri 13 Nov 10:00", "xu", "reviewed: contract with the carrier ends in June", ("major",)),
)


def lived(story: Story, *, until: str = "", without: tuple[str, ...] = ()) -> Story:
    """The usual life goes on, to its end, or to the moment in which the stage `until` is owed.

    `without` are commands that somebody forgets.
    """
    kinds = {str(story.case.grade), *story.case.flags}
    for at, person, deed, grades in LIFE:
        command = deed.partition(":")[0]
        if until and until in story.owed():
            return story
        if kinds & set(grades) and command not in without and berlin(at) >= story.now:
            story.until(at)
            story.does(person, deed)
    if until == "archive_general":  # what was closed in November is told on the first of December
        story.until(TOLD)
    assert not until or until in story.owed(), f"{until} is never owed"
    return story
