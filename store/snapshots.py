"""Snapshots of cases as text and back, field by field: what has not changed is not written, what is usual not read."""

import dataclasses
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from json.encoder import encode_basestring as _quoted
from threading import Lock
from typing import Any, get_type_hints

import cattrs

from cases.case import Case
from store.codec import CONVERTER, decode_case, dump, encode, is_dirty


class Snapshots:
    """Cases as they were last written or read: the same text is the same case, and reading it anew costs a lot.

    So does writing it anew: of a case that was written or read before only the fields that have changed since are
    written. Only the text decides, so whoever else wrote to the database is seen. For any thread.
    """

    def __init__(self, most: int = 200) -> None:
        self._most = most
        self._known: dict[str, _Known] = {}
        self._mutex = Lock()

    def encode(self, case: Case) -> str:
        """As `codec.encode`; the case is at hand when its snapshot comes back."""
        known = self._known.get(case.number)
        parts = _written(case, known if known and known.parts else None)
        text = "" if parts is None else f"{{{','.join(parts)}}}"
        if parts is None:
            text, parts = encode(case), ()
        self._remember(case.number, _Known(text, case, parts))
        return text

    def decode(self, number: str, text: str) -> Case:
        """As `codec.decode_case`."""
        known = self._known.get(number)
        if known and known.text == text:
            return known.case
        case, parts = _read(text) or (decode_case(text), ())
        self._remember(number, _Known(text, case, parts))
        return case

    @contextmanager
    def at_hand(self, cases: int) -> Iterator[None]:
        """So many are kept meanwhile, where those that were written are read again soon."""
        most = self._most
        self._most = max(most, cases)
        try:
            yield
        finally:
            with self._mutex:
                self._most = most
                for number in list(self._known)[:-most]:
                    del self._known[number]

    def _remember(self, number: str, known: "_Known") -> None:
        with self._mutex:
            self._known.pop(number, None)  # so that the oldest stands first
            if len(self._known) >= self._most:
                del self._known[next(iter(self._known))]
            self._known[number] = known


@dataclass(frozen=True, slots=True)
class _Known:
    """A case with its snapshot; `parts` are its fields in their order, none where the text had to be mended."""

    text: str
    case: Case
    parts: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Field:
    """How a field of a case is written and read. Its part of the snapshot begins with `key` and is mostly `usual`."""

    name: str
    key: str
    usual: str  # empty where there is no default, or none that cases may share
    default: Any
    kind: Any
    plain: Callable[[Any], Any]
    read: Callable[[Any, Any], Any] | None  # None where JSON has the value as it is

    def write(self, value: Any) -> str:
        """The field's part of the snapshot."""
        kind = type(value)
        if kind is tuple and not value:  # most fields of most cases are empty, or text
            return f"{self.key}[]"
        if kind is str:
            return self.key + _quoted(value)
        return self.key + dump(self.plain(value))


def _written(case: Case, known: _Known | None) -> Sequence[str] | None:
    """The parts of the snapshot; those of fields that are the very same as in `known` are taken over.

    None when one of them has what no database takes.
    """
    new = case.__dict__
    if known is None:
        parts = [field.write(new[field.name]) for field in _FIELDS]
        return None if is_dirty("".join(parts)) else parts
    old, parts = known.case.__dict__, list(known.parts)
    for place, field in enumerate(_FIELDS):
        value = new[field.name]
        if value is not old[field.name]:
            parts[place] = part = field.write(value)
            if is_dirty(part):
                return None
    return parts


def _read(text: str) -> tuple[Case, Sequence[str]] | None:
    """The case of a snapshot that this version wrote, with its parts; None when it must be read another way."""
    values: dict[str, Any] = {}
    parts: list[str] = []
    place = 1
    try:
        for field in _FIELDS:
            usual = field.usual
            if usual and text.startswith(usual, place):
                value, part = field.default, usual
            else:
                start = place + len(field.key)
                if not text.startswith(field.key, place):
                    return None
                value, end = _scan(text, start)
                part = text[place:end]
                if field.read:
                    value = field.read(value, field.kind)
                elif type(value) is not field.kind:
                    return None
            values[field.name] = value
            parts.append(part)
            place += len(part) + 1
    except (ValueError, TypeError, KeyError, cattrs.BaseValidationError):
        return None
    if text != f"{{{','.join(parts)}}}":
        return None
    case = object.__new__(Case)
    case.__dict__.update(values)
    return case, parts


_scan = json.JSONDecoder().raw_decode
_BARE = (str, int, bool)


def _field(name: str, kind: Any, default: Any) -> _Field:
    key, plain = f'"{name}":', CONVERTER.get_unstructure_hook(kind)
    has_one = default is not dataclasses.MISSING
    return _Field(
        name=name,
        key=key,
        usual=key + dump(plain(default)) if has_one else "",
        default=default if has_one else None,
        kind=kind,
        plain=plain,
        read=None if kind in _BARE else CONVERTER.get_structure_hook(kind),
    )


_DEFAULTS = {field.name: field.default for field in dataclasses.fields(Case)}
_FIELDS = tuple(_field(name, kind, _DEFAULTS[name]) for name, kind in sorted(get_type_hints(Case).items()))
