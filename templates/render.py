"""Letters: rendered in the reader's language, from shipped templates or an admin's own (issue: subject, text, HTML)."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import cast

# jinja2 loads this only when a letter fails, and a machine that is short of files then fails once more.
import jinja2.debug  # noqa: F401
from jinja2 import Template, TemplateError, TemplateSyntaxError
from jinja2.meta import find_undeclared_variables

from templates.filters import FILTERS, State
from templates.library import LETTER, LetterBroken, LibraryLoader, load_library
from templates.locales import FALLBACK, choose
from templates.neutral import calm, line, plain
from templates.press import Frame, Press, parse_styles
from templates.samples import SAMPLES
from templates.sandbox import STATE, Sandbox
from templates.slots import cut, fill_html, fill_text
from templates.words import Words, parse_words

LONGEST_SUBJECT = 180  # characters; mail programs show far fewer
LONGEST_MARKDOWN = 400_000  # characters, before values are filled in
_AT_ONCE = 500  # parts of a template's output
LONGEST_LETTER = 2_000_000  # characters of one part

# What a clumsy template can do inside the sandbox.
_MISTAKES = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, RecursionError, AttributeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A letter as its reader gets it.

    `locale` is the one it was written in; `fell_back` says that this is not the language and script asked for, or
    that an admin's template failed on this very letter and the shipped one stepped in.
    """

    subject: str
    text: str
    html: str
    locale: str
    fell_back: bool


@dataclass(frozen=True, slots=True)
class _Compiled:
    subject: Template
    preheader: Template
    body: Template


class Renderer:
    """One set of templates: the shipped ones, with the files of `overrides` in front of them.

    A broken override is refused here, with all its mistakes at once (LetterBroken, which NeedsHuman).
    """

    def __init__(self, overrides: Path | None = None) -> None:
        self._library = load_library(overrides)
        self._letters = self._library.letters()
        self._sandbox = _Beside(LibraryLoader(self._library), FILTERS)
        self._compiled: dict[tuple[str, str], _Compiled] = {}
        self._words: dict[str, Words] = {}
        self._shipped = Renderer() if overrides is not None else None
        self._press = self._new_press(list(self._library.mistakes))
        if overrides is not None and (mistakes := self.check_all()):
            raise LetterBroken("\n".join(mistakes))

    def letters(self) -> tuple[str, ...]:
        """The names of all letters."""
        return tuple(self._letters)

    def locales_of(self, letter: str) -> tuple[str, ...]:
        """The locales the letter exists in, English first. Raises LetterBroken for a letter that does not exist."""
        if letter not in self._letters:
            raise LetterBroken(f"no letter is called {letter!r}; there are {', '.join(self._letters)}")
        return self._letters[letter]

    def render(self, letter: str, locale: str, view: Mapping[str, object]) -> Rendered:
        """The letter in the locale (BCP 47), or in the nearest that there is (`templates.locales.choose`).

        `view` holds plain values, as in `templates.samples`; whatever the letter may not know is left out before the
        template sees it (invariant 9). Raises LetterBroken when template and view do not fit.
        """
        chosen, fell_back = choose(locale, self.locales_of(letter))
        try:
            return self._write(letter, chosen, view, fell_back=fell_back)
        except LetterBroken:
            if self._shipped is None:
                raise
            # One bad template of an admin must not keep letters from leaving (threats T18).
            nearest, _ = choose(locale, self._shipped.locales_of(letter))
            return self._shipped._write(letter, nearest, view, fell_back=True)  # noqa: SLF001  # our own twin

    def label(self, locale: str, names: str, name: str) -> str:
        """What staff letters of that locale, or of the nearest that there is, call something."""
        chosen, _ = choose(locale, self.locales_of("assignment"))
        return self._words_of(chosen).label(names, name)

    def check_all(self) -> tuple[str, ...]:
        """Every mistake in every letter, locale, word list and layout, as `path: what is wrong`; none is good."""
        mistakes = [*self._library.mistakes]
        for letter, locales in self._letters.items():
            if letter not in SAMPLES:
                continue  # named by the library already
            if FALLBACK not in locales:
                mistakes.append(f"{FALLBACK}/{letter}{LETTER}: is missing; English is what every reader falls back to")
            for locale in locales:
                mistakes += self._check(letter, locale)
        return tuple(dict.fromkeys(mistakes))

    def _check(self, letter: str, locale: str) -> Iterator[str]:
        path = f"{locale}/{letter}{LETTER}"
        try:
            self._write(letter, locale, SAMPLES[letter], fell_back=False)
            parts = self._library.letter(letter, locale)
        except LetterBroken as error:
            yield str(error)
            return
        for part in (parts.subject, parts.preheader, parts.body):
            for name in sorted(find_undeclared_variables(self._sandbox.parse(part)) - SAMPLES[letter].keys()):
                yield f"{path}: {name!r} does not exist for this letter; there are {', '.join(SAMPLES[letter])}"

    def _new_press(self, mistakes: list[str]) -> Press:
        try:
            styles = parse_styles(self._library.files["style.toml"])
            # An admin's own layout is the company's face: it is for every letter.
            own = "layout.html.j2" in self._library.own and "note.html.j2" not in self._library.own
            note = None if own else self._sandbox.get_template("note.html.j2")
            return Press(self._sandbox.get_template("layout.html.j2"), styles, note)
        except LetterBroken as error:
            raise LetterBroken("\n".join([*mistakes, str(error)])) from error
        except TemplateError as error:
            name = getattr(error, "name", None) or "layout.html.j2"
            raise LetterBroken("\n".join([*mistakes, f"{name}: {error}"])) from error

    def _words_of(self, tag: str) -> Words:
        if tag not in self._words:
            path = f"{tag}/words.toml"
            if path not in self._library.files:
                raise LetterBroken(f"{path}: is missing; a locale needs its words")
            below = self._shipped._library.files.get(path, "") if self._shipped else ""  # noqa: SLF001  # our own twin
            try:
                self._words[tag] = parse_words(tag, self._library.files[path], below)
            except (ValueError, tomllib.TOMLDecodeError) as error:
                raise LetterBroken(f"{path}: {error}") from error
        return self._words[tag]

    def _compile(self, letter: str, locale: str) -> _Compiled:
        if (letter, locale) not in self._compiled:
            parts = self._library.letter(letter, locale)
            self._compiled[letter, locale] = _Compiled(
                self._sandbox.from_string(parts.subject),
                self._sandbox.from_string(parts.preheader),
                self._sandbox.get_template(f"{locale}/{letter}{LETTER}"),
            )
        return self._compiled[letter, locale]

    def _write(self, letter: str, locale: str, view: Mapping[str, object], *, fell_back: bool) -> Rendered:
        words = self._words_of(locale)
        try:
            compiled = self._compile(letter, locale)
            known = cast("dict[str, object]", plain({key: view[key] for key in SAMPLES[letter] if key in view}))
            return self._fill(compiled, words, known, fell_back=fell_back)
        except TemplateSyntaxError as error:
            raise LetterBroken(f"{error.name or f'{locale}/{letter}{LETTER}'}: line {error.lineno}: {error}") from error
        except _MISTAKES as error:
            raise LetterBroken(f"{locale}/{letter}{LETTER}: {error}") from error

    def _fill(self, compiled: _Compiled, words: Words, view: dict[str, object], *, fell_back: bool) -> Rendered:
        links = self._press.links(words)
        frame = Frame(
            subject=line(_head(compiled.subject, words, view), LONGEST_SUBJECT),
            preheader=line(_head(compiled.preheader, words, view)),
            organisation=calm(str(cast("dict[str, object]", view["organisation"])["name"])),
            number=calm(str(view.get("number") or "")),
            reference=line(str(view["reference"])),
        )
        if not frame.subject:
            raise ValueError("the subject is empty")
        state = State(words=words, links=links)
        state.slots.values += frame.values()
        markdown = _run(compiled.body, view, state)
        form = self._press.form(markdown, words, marker=bool(view["marker"]), frame=frame)
        text = fill_text(form.text, state.slots.values, rtl=words.rtl)
        html = fill_html(form.html, state.slots.values, rtl=words.rtl)
        if max(len(text), len(html)) > LONGEST_LETTER:
            raise ValueError(f"the letter is longer than {LONGEST_LETTER} characters")
        return Rendered(subject=frame.subject, text=text, html=html, locale=words.tag, fell_back=fell_back)


class _Beside(Sandbox):
    """Looks for included pieces beside the letter that includes them."""

    def join_path(self, template: str, parent: str) -> str:
        """`_actions.md.j2` in `en/reminder.md.j2` is `en/_actions.md.j2`."""
        return template if "/" in template else f"{parent.rpartition('/')[0]}/{template}"


def _run(template: Template, view: dict[str, object], state: State) -> str:
    parts = template.generate({**view, STATE: state})
    out, length = [], 0
    # Looked at now and then, as most parts are short: a clumsy loop still ends soon.
    while some := list(islice(parts, _AT_ONCE)):
        out.append("".join(some))
        length += len(out[-1])
        if length > LONGEST_MARKDOWN:
            raise ValueError(f"the template writes more than {LONGEST_MARKDOWN} characters")
    return "".join(out)


def _head(template: Template, words: Words, view: dict[str, object]) -> str:
    state = State(words=words, links={"link": "", "button": "", "quiet": ""})
    return fill_text([(cut(_run(template, view, state)), 0)], state.slots.values, rtl=words.rtl)


@cache
def _default() -> Renderer:
    return Renderer()


def render(letter: str, locale: str, view: Mapping[str, object]) -> Rendered:
    """`Renderer.render` with the shipped templates."""
    return _default().render(letter, locale, view)


def locales_of(letter: str) -> tuple[str, ...]:
    """`Renderer.locales_of` with the shipped templates."""
    return _default().locales_of(letter)


def check_all() -> tuple[str, ...]:
    """`Renderer.check_all` with the shipped templates."""
    return _default().check_all()
