"""Which of the locales a letter exists in is the reader's: exact, then language and script, then English, told."""

from collections.abc import Sequence

from templates.words import script_of

FALLBACK = "en"


def choose(asked: str, there: Sequence[str]) -> tuple[str, bool]:
    """The locale to write in, and whether that is another language or script than the one asked for.

    `es-MX` is served by `es`; `zh-TW`, `zh-HK` and `zh-MO` want traditional script, other Chinese simplified, by
    CLDR's likely subtags. A reader of one script is never silently given the other: who asks for `zh-Hant` where
    only `zh-Hans` exists gets English and True, so that the caller can route the letter to a speaker (M31).
    An empty `asked` means that the language is unknown: English, and nothing was fallen back from.
    """
    tag = asked.replace("_", "-").casefold()
    if not tag:
        return FALLBACK, False
    exact = next((locale for locale in there if locale.casefold() == tag), "")
    if exact:
        return exact, False
    wanted = script_of(asked)
    same = [locale for locale in there if wanted[0] and script_of(locale) == wanted]
    if same:
        return min(same, key=len), False
    return FALLBACK, True
