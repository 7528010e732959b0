"""Order, contract, project and waybill numbers of a text, each value once."""

from functools import lru_cache

from parsers.labels import ANY_DIGIT, MAX_TEXT, Numbered, kind_before, labelled
from parsers.waybills import among, find_waybills

__all__ = ["Numbered", "find_numbers", "find_waybills", "kind_before"]

MAX_NUMBERS = 20


@lru_cache(maxsize=16)  # the end of a letter is asked about several times
def find_numbers(text: str) -> tuple[Numbered, ...]:
    """Order, contract, project and waybill numbers; each value once, the surest reading first."""
    text = text[:MAX_TEXT]
    if not ANY_DIGIT.search(text):
        return ()
    by_words = tuple(labelled(text))
    waybills = among(text, by_words)
    found: dict[str, Numbered] = {one.value: one for one in waybills}
    bare = {one.value.replace("-", ""): one for one in waybills}
    for one in by_words:
        before = found.get(one.value) or bare.get(one.value.replace("-", ""))
        if before is None and one.kind == "waybill":
            continue  # a piece of one that was found
        # The word before a number says what it is, unless its form does so without doubt.
        if before is None or (one.kind != before.kind and before.confidence < 0.9 <= one.confidence):
            if before is not None:
                found.pop(before.value, None)
            found[one.value] = one
    return tuple(sorted(found.values(), key=lambda one: one.start))[:MAX_NUMBERS]
