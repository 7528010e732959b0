"""Many phrases are found in a text as if each had been looked for by itself."""

from hypothesis import given
from hypothesis import strategies as st

from parsers.finder import Finder

_LETTERS = "abcdé 的了가 "
_PHRASE = st.text(_LETTERS, min_size=1, max_size=9)


@given(
    st.lists(_PHRASE, max_size=12), st.lists(_PHRASE, max_size=12), st.lists(st.text(_LETTERS, max_size=60), max_size=3)
)
def test_what_is_found_is_what_stands_there(first: list[str], more: list[str], texts: list[str]) -> None:
    """Whatever the phrases are made of, also when some are added later, and in a text that was asked before."""
    finder = Finder(first)
    for text in texts:
        assert {one for one in first if one in text} == finder.found(text)
    finder.add(more)
    for text in [*texts, *texts]:
        assert {one for one in (*first, *more) if one in text} == finder.found(text)


def test_words_that_are_forgotten_are_met_again() -> None:
    """What is remembered of words is bounded, and no text is answered from half of it."""
    finder = Finder(["needle"])
    for number in range(60):
        assert {"needle"} == finder.found(f"a needle {str(number) * 10_000}")
