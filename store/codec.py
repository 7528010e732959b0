"""Events and cases as text and back: one canonical JSON, so that the same value always has the same digest."""

import json
import sys
from datetime import UTC, datetime
from json.encoder import c_make_encoder, encode_basestring  # type: ignore[attr-defined]
from typing import Any, TypeVar

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
    plain = CONVERTER.unstructure(value)
    text = dump(plain)
    return dump(_cleaned(plain)) if is_dirty(text) else text


def is_dirty(text: str) -> bool:
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


def _decode(text: str, wanted: type[T]) -> T:
    try:
        return CONVERTER.structure(json.loads(text), wanted)
    except (cattrs.BaseValidationError, ValueError, TypeError, KeyError) as error:
        raise Unreadable(f"a {wanted.__name__} on record cannot be read: {error}") from error


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
# What `_ENCODER.encode` makes anew for each value: no indent, the separators, sorted keys, no key skipped, no NaN.
_pieces = c_make_encoder and c_make_encoder(
    None, _ENCODER.default, encode_basestring, None, ":", ",", True, False, False
)


def dump(plain: Any) -> str:
    """Plain values as canonical JSON. Raises ValueError for what JSON has not, TypeError for what is not plain."""
    return "".join(_pieces(plain, 0)) if _pieces else _ENCODER.encode(plain)


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


CONVERTER = _converter()
_EVENT_CLASSES = event_classes()
