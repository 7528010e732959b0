"""Events and cases as text and back: one canonical JSON, so that the same value always has the same digest."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from json.encoder import encode_basestring as _quoted
from threading import Lock
from typing import Any, TypeVar, get_type_hints

import cattrs

from cases.case import Case
from cases.events import Event
from cases.trouble import NeedsHuman
from store.fields import clean_text, moment_text

T = TypeVar("T")


class Unreadable(NeedsHuman):
    """A record that this version of ombud cannot read; a newer one wrote it, or it was tampered with."""


def event_classes() -> dict[str, type[Event]]:
    """Every kind of event by its name."""
    found: dict[str, type[Event]] = {}
    waiting: list[type[Event]] = [Event]
    while waiting:
        event_class = waiting.pop()
        waiting += event_class.__subclasses__()
        # `dataclass(slots=True)` makes a class anew; the one it was made from lingers among the subclasses.
        if getattr(sys.modules[event_class.__module__], event_class.__name__) is event_class:
            found[event_class.__name__] = event_class
    return found


def encode(value: Event | Case) -> str:
    """The value as canonical JSON: sorted keys, no spaces, UTC times, no U+0000. Raises ValueError for a naive time."""
    plain = _CONVERTER.unstructure(value)
    text = _dump(plain)
    return _dump(_cleaned(plain)) if _is_dirty(text) else text


def _is_dirty(text: str) -> bool:
    """PostgreSQL's JSON functions refuse an escaped U+0000, UTF-8 refuses lone surrogates; both are rare."""
    return "\\u0000" in text or clean_text(text) != text


def decode_event(kind: str, payload: str) -> Event:
    """The event of that kind. Raises Unreadable."""
    event_class = _EVENT_CLASSES.get(kind)
    if event_class is None:
        raise Unreadable(f"an event of the kind {kind!r} is on record, which this version does not know")
    return _decode(payload, event_class)


def decode_case(snapshot: str) -> Case:
    """The case. Raises Unreadable."""
    return _decode(snapshot, Case)


class Snapshots:
    """Cases as they were last written or read: the same text is the same case, and reading it anew costs a lot.

    So does writing it anew: of a case that was written before only the fields that have changed since are written.
    Only the text decides, so whoever else wrote to the database is seen. For any thread.
    """

    def __init__(self, most: int = 200) -> None:
        self._most = most
        self._known: dict[str, _Known] = {}
        self._mutex = Lock()

    def encode(self, case: Case) -> str:
        """As `encode`; the case is at hand when its snapshot comes back."""
        known = self._known.get(case.number)
        parts = _written(case, known if known and known.parts else None)
        text = f"{{{','.join(parts)}}}"
        if _is_dirty(text):
            text, parts = encode(case), ()
        self._remember(case.number, _Known(text, case, parts))
        return text

    def decode(self, number: str, text: str) -> Case:
        """As `decode_case`."""
        known = self._known.get(number)
        if known and known.text == text:
            return known.case
        case = decode_case(text)
        self._remember(number, _Known(text, case, ()))
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
    """A case with its snapshot; `parts` are the texts of its fields in their order, if it was written here."""

    text: str
    case: Case
    parts: tuple[str, ...]


def _written(case: Case, known: _Known | None) -> tuple[str, ...]:
    """The fields as JSON in the order of their names; those that are the very same as in `known` are taken over."""
    new = case.__dict__
    if known is None:
        return tuple(key + _json(new[name], plain) for name, key, plain in _FIELDS)
    old = known.case.__dict__
    return tuple(
        part if (value := new[name]) is old[name] else key + _json(value, plain)
        for (name, key, plain), part in zip(_FIELDS, known.parts, strict=True)
    )


def _json(value: Any, plain: Callable[[Any], Any]) -> str:
    kind = type(value)
    if kind is tuple and not value:  # most fields of most cases are empty, or text
        return "[]"
    if kind is str:
        return _quoted(value)
    return _dump(plain(value))


def _decode(text: str, wanted: type[T]) -> T:
    try:
        return _CONVERTER.structure(json.loads(text), wanted)
    except (cattrs.BaseValidationError, ValueError, TypeError, KeyError) as error:
        raise Unreadable(f"a {wanted.__name__} on record cannot be read: {error}") from error


_dump = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def _cleaned(plain: Any) -> Any:
    if isinstance(plain, str):
        return clean_text(plain)
    if isinstance(plain, dict):
        return {clean_text(key): _cleaned(value) for key, value in plain.items()}
    return [_cleaned(item) for item in plain] if isinstance(plain, list | tuple) else plain


def _read_moment(text: str, _: type[datetime]) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def _converter() -> cattrs.Converter:
    # A field that this version does not know would be lost silently by the next save.
    converter = cattrs.Converter(forbid_extra_keys=True)
    converter.register_unstructure_hook(datetime, moment_text)
    converter.register_structure_hook(datetime, _read_moment)
    return converter


_CONVERTER = _converter()
# Of a case: the name of each field, as JSON has it, and what makes its value plain.
_FIELDS = tuple(
    (name, f'"{name}":', _CONVERTER.get_unstructure_hook(kind)) for name, kind in sorted(get_type_hints(Case).items())
)
_EVENT_CLASSES = event_classes()
