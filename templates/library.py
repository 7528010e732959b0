"""Where letters come from: the files that are shipped, and an admin's own in front of them, file by file."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from jinja2 import BaseLoader, Environment, TemplateNotFound

from cases.trouble import NeedsHuman

LETTER = ".md.j2"
HEAD_FIELDS = frozenset({"subject", "preheader"})


class LetterBroken(NeedsHuman):
    """A template, word list or layout cannot be used; the text names every file and what is wrong in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One source, split: the lines of its head as templates of their own; the body keeps its line numbers."""

    name: str
    locale: str
    subject: str
    preheader: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """All files by their path below `templates/`, for instance `en/result.md.j2`; `own` are the admin's."""

    files: Mapping[str, str]
    own: frozenset[str]
    mistakes: tuple[str, ...]

    def letters(self) -> Mapping[str, tuple[str, ...]]:
        """Letter → locales that have it, `en` first."""
        found: dict[str, list[str]] = {}
        for path in self.files:
            locale, _, name = path.partition("/")
            if path.endswith(LETTER) and name and not name.startswith("_"):
                found.setdefault(name.removesuffix(LETTER), []).append(locale)
        return {name: tuple(sorted(found[name], key=lambda tag: (tag != "en", tag))) for name in sorted(found)}

    def letter(self, name: str, locale: str) -> Letter:
        """The split source of a letter. Raises LetterBroken when its head is not one."""
        path = f"{locale}/{name}{LETTER}"
        return _letter(name, locale, path, self.files[path])


class LibraryLoader(BaseLoader):
    """Gives Jinja the bodies of letters, pieces (`_name.md.j2`, looked for beside the letter) and the layout."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, None]:  # noqa: ARG002  # Jinja's
        """The source Jinja shall compile."""
        if template not in self._library.files:
            raise TemplateNotFound(template)
        locale, _, name = template.partition("/")
        if template.endswith(LETTER) and name and not name.startswith("_"):
            return self._library.letter(name.removesuffix(LETTER), locale).body, template, None
        return self._library.files[template], template, None


def load_library(overrides: Path | None) -> Library:
    """Reads all files. Files of `overrides` win; what is wrong with them stands in `mistakes`."""
    shipped = _shipped(files("templates"), "")
    own: dict[str, str] = {}
    mistakes: list[str] = []
    if overrides is not None and not overrides.is_dir():
        mistakes.append(f"{overrides} is not a directory")
    for path in sorted(overrides.rglob("*")) if overrides else ():
        if not path.is_file() or not path.name.endswith((LETTER, ".toml", ".html.j2")):
            continue
        name = path.relative_to(overrides).as_posix() if overrides else ""
        try:
            own[name] = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            mistakes.append(f"{name}: is not UTF-8 at byte {error.start}")
        except OSError as error:
            mistakes.append(f"{name}: cannot be read ({error.strerror})")
    mistakes += _strangers(own, shipped)
    return Library(files=shipped | own, own=frozenset(own), mistakes=tuple(mistakes))


def _strangers(own: Mapping[str, str], shipped: Mapping[str, str]) -> list[str]:
    """Files that nobody would ever ask for: usually a misspelt name."""
    known = {path.partition("/")[2] for path in shipped}
    return [
        f"{path}: no such letter; there are {', '.join(sorted(name for name in known if name.endswith(LETTER)))}"
        for path in own
        if path not in shipped and path.partition("/")[2] not in known and not path.partition("/")[2].startswith("_")
    ]


def _shipped(folder: Traversable, prefix: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in folder.iterdir():
        if entry.is_dir():
            found |= _shipped(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith((LETTER, ".toml", ".html.j2")):
            found[prefix + entry.name] = entry.read_text(encoding="utf-8")
    return found


def _letter(name: str, locale: str, path: str, source: str) -> Letter:
    head, line, body = source.partition("\n---\n")
    if not line:
        raise LetterBroken(f"{path}: the head must end with a line of three hyphens")
    fields: dict[str, str] = {}
    for row in head.splitlines():
        key, colon, value = row.partition(":")
        if not colon or key not in HEAD_FIELDS or key in fields:
            raise LetterBroken(f"{path}: {row!r} does not belong into the head; write subject: … and preheader: …")
        fields[key] = value.strip()
    if not fields.get("subject"):
        raise LetterBroken(f"{path}: the head has no subject")
    lines_before = head.count("\n") + 2
    return Letter(
        name=name,
        locale=locale,
        subject=fields["subject"],
        preheader=fields.get("preheader", ""),
        body="\n" * lines_before + body,
    )
