"""Which limits of a case were kept, as its record tells."""

from cases.case import Case
from cases.policy import Policy
from cases.words import Action


def late_stages(case: Case, policy: Policy) -> list[str]:
    """The stages whose limit had passed before they were done."""
    found: dict[str, None] = {}
    for step in case.steps:
        row = policy.stage(step.stage)
        ladder = policy.ladders[row.ladder[case.grade]] if row and case.grade in row.ladder else ()
        past = {one.name for one in ladder if one.action is not Action.REMIND}
        if step.step.partition("#")[0] in past:
            found[step.stage] = None
    return list(found)
