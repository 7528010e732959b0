"""Snapshots of cases as text and back, field by field: what has not changed is not written, what is usual not read."""

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import compress
from json.encoder import encode_basestring as _quoted
from operator import is_not
from threading import Lock
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

import cattrs

from cases.case import WAITING, Case
from cases.later import TELLER
from store.codec import CONVERTER, Unreadable, decode_case, dump, encode, is_dirty
from store.fields import moment_text


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
        text = "" if parts is None else "".join((*parts, "}"))
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
    key: str  # with what stands before it
    usual: str  # empty where there is no default, or none that cases may share
    default: Any
    kind: Any
    plain: Callable[[Any], Any]
    text: Callable[[Any], str] | None  # how it is written, where that is known more closely than by `plain`
    read: Callable[[Any, Any], Any] | None  # None where JSON has the value as it is
    until: str  # where it may wait until somebody asks: the key of the next one; else empty

    def write(self, value: Any) -> str:
        """The field's part of the snapshot."""
        kind = type(value)
        if kind is tuple and not value:  # most fields of most cases are empty, or text
            return f"{self.key}[]"
        if kind is str:
            return self.key + _quoted(value)
        return self.key + (self.text(value) if self.text else dump(self.plain(value)))


@dataclass(frozen=True, slots=True)
class _Teller:
    """Tells the fields of a case that were cut off when it was read and not looked at (`cases.later`)."""

    parts: Sequence[str]  # of all fields in their order, never changed

    def __call__(self, name: str) -> Any:
        """The value of the field. Raises Unreadable."""
        place = _PLACES[name]
        field, part = _FIELDS[place], self.parts[place]
        try:
            assert field.read
            return field.read(json.loads(part[len(field.key) :]), field.kind)
        except (ValueError, TypeError, KeyError, cattrs.BaseValidationError) as error:
            raise Unreadable(f"{name} of a case on record cannot be read: {error}") from error


def _written(case: Case, known: _Known | None) -> Sequence[str] | None:
    """The parts of the snapshot; those of fields that are the very same as in `known` are taken over.

    None when one of them has what no database takes.
    """
    new = case.__dict__
    if known is None:
        parts = [field.write(getattr(case, field.name)) for field in _FIELDS]
        return None if is_dirty("".join(parts)) else parts
    old, parts = known.case.__dict__, list(known.parts)
    teller: _Teller | None = new.get(TELLER)
    if teller is old.get(TELLER) and [*new] == [*old]:  # as mostly: no field was asked for only since
        changed: Iterable[str] = compress(new, map(is_not, new.values(), old.values()))
    else:
        changed = (field.name for field in _FIELDS if new.get(field.name, teller) is not old.get(field.name, _NONE))
    for name in changed:
        place = _PLACES[name]
        if name not in new:
            assert teller
            parts[place] = teller.parts[place]  # nobody has asked, so it is what it was
            continue
        part = _moments_since(new[name], old[name], parts[place]) if name == _MOMENTS and name in old else ""
        parts[place] = part = part or _FIELDS[place].write(new[name])
        if is_dirty(part):
            return None
    return parts


def _read(text: str) -> tuple[Case, Sequence[str]] | None:
    """The case of a snapshot that this version wrote, with its parts; None when it must be read another way."""
    values, parts, begins = _USUAL.copy(), _USUAL_PARTS.copy(), text.startswith
    place = at = 0
    try:
        while True:
            way = _WAYS[place]
            if not begins(way.text, at):
                found = _way(text, at, place)
                if found is None:
                    return None
                # Most cases are like the one before.
                way = _WAYS[place] = found
            start, at, place = at + way.usual, at + way.length, way.place
            if place == _COUNT:
                break
            name, until, read, kind = _READING[place]
            if until:
                end = text.index(until, at)
                del values[name]
            else:
                value, end = _scan(text, at)
                if read:
                    value = read(value, kind)
                elif type(value) is not kind:
                    return None
                values[name] = value
            parts[place] = text[start:end]
            at, place = end, place + 1
    except (ValueError, TypeError, KeyError, StopIteration, cattrs.BaseValidationError):
        return None
    if at != len(text):
        return None
    case = object.__new__(Case)
    values[TELLER] = _Teller(parts)
    case.__dict__.update(values)
    return case, parts


class _Way(NamedTuple):
    """What stands in a snapshot from one field to the value of the next one that is not as usual, or to the end."""

    text: str
    length: int  # of the text
    usual: int  # how much of it are fields that are as usual
    place: int  # of the field whose value follows; behind the last one at the end


def _way(text: str, at: int, place: int) -> _Way | None:
    """The way from the field at this place on, which stands there in the text; None when no field does."""
    start = at
    while place < _COUNT and (usual := _FIELDS[place].usual) and text.startswith(usual, at):
        at, place = at + len(usual), place + 1
    key = _FIELDS[place].key if place < _COUNT else "}"
    if not text.startswith(key, at):
        return None
    found = text[start : at + len(key)]
    return _Way(found, len(found), at - start, place)


_scan = json.JSONDecoder().scan_once  # type: ignore[attr-defined]  # raises StopIteration where there is no JSON
_BARE = (str, int, bool)
_NONE = object()


def _moments_text(moments: Mapping[str, datetime]) -> str:
    """As `dump` writes them; of nearly every decision this is what is new."""
    parts = [f'{_quoted(name)}:"{moment_text(moments[name])}"' for name in sorted(moments)]
    return f"{{{','.join(parts)}}}"


_MOMENTS = "moments"


def _moments_since(new: Mapping[str, datetime], old: Mapping[str, datetime], part: str) -> str:
    """The part with what has happened since, mostly one kind of event; empty where it must be written anew."""
    names = [*old]
    for name in [name for name in new if new[name] is not old.get(name)]:
        mark = f'{_quoted(name)}:"'
        moment = moment_text(new[name])  # always as wide
        if name in old:
            start = _place_of(mark, part) + len(mark)
            part = f"{part[:start]}{moment}{part[start + len(moment) :]}"
            continue
        following = min([other for other in names if other > name], default="")
        if following:
            at = _place_of(f'{_quoted(following)}:"', part)
            part = f'{part[:at]}{mark}{moment}",{part[at:]}'
        else:
            part = f'{part[:-1]}{"," if names else ""}{mark}{moment}"}}'
        names.append(name)
    return part if len(names) == len(new) else ""  # what holds no more is taken out


def _place_of(mark: str, part: str) -> int:
    """Where a name stands in an object: a quotation mark within another name has a backslash before it."""
    found = part.find(f",{mark}")
    return (found if found >= 0 else part.index(f"{{{mark}")) + 1


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


def _reading(kind: Any) -> Callable[[Any, Any], Any]:
    """What makes a value of this kind of what JSON has."""
    if kind == Mapping[str, datetime]:
        return lambda value, _kind: dict(zip(value, map(_moment, value.values()), strict=True))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        members: dict[str, Any] = {member.value: member for member in kind}
        return lambda value, _kind: members[value]
    if get_origin(kind) is tuple and get_args(kind)[1:] == (...,):
        # The converter would look for the way to read an item at each item.
        (item, _), own = get_args(kind), CONVERTER.get_structure_hook(get_args(kind)[0])
        return lambda value, _kind: tuple([own(one, item) for one in value])
    return CONVERTER.get_structure_hook(kind)


def _fields() -> Iterator[_Field]:
    defaults = {field.name: field.default for field in dataclasses.fields(Case)}
    kinds = sorted(get_type_hints(Case).items())
    nexts = [*(name for name, _ in kinds[1:]), ""]
    start = "{"
    for (name, kind), following in zip(kinds, nexts, strict=True):
        key, plain, default = f'{start}"{name}":', CONVERTER.get_unstructure_hook(kind), defaults[name]
        start = ","
        has_one = default is not dataclasses.MISSING
        yield _Field(
            name=name,
            key=key,
            usual=key + dump(plain(default)) if has_one else "",
            default=default if has_one else None,
            kind=kind,
            plain=plain,
            text=_moments_text if kind == Mapping[str, datetime] else None,
            read=None if kind in _BARE else _reading(kind),
            until=f',"{following}":' if name in WAITING and following else "",
        )


_FIELDS = tuple(_fields())
_PLACES = {field.name: place for place, field in enumerate(_FIELDS)}
_USUAL = {field.name: field.default for field in _FIELDS}
_USUAL_PARTS = [field.usual for field in _FIELDS]
_COUNT = len(_FIELDS)


_READING = tuple((field.name, field.until, field.read, field.kind) for field in _FIELDS)
# The way that was taken last from each field. For any thread: a way that does not fit is looked for.
_WAYS = [_Way("?", 1, 0, 0)] * (_COUNT + 1)
