"""Values as JSON: quickly, for a run of the time machine writes millions, and without holding a long document whole."""

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from enum import Enum
from fractions import Fraction
from json.encoder import encode_basestring
from operator import attrgetter
from typing import Any

from cases.target import Target

_Way = Callable[[Any], Any]
_dump = json.JSONEncoder(ensure_ascii=False).encode


class Written(str):
    """A value that is JSON already."""

    __slots__ = ()


def plain(value: object) -> Any:
    """A value as JSON can hold it; times in UTC with their offset."""
    kind = type(value)
    way = _ways.get(kind)
    if way is None:
        way = _ways[kind] = _way_of(kind)
    return way(value)


def line(value: object) -> str:
    """The JSON of `plain(value)` in one line."""
    kind = type(value)
    way = _lines.get(kind)
    if way is None:
        way = _lines[kind] = _line_of(kind)
    text: str = way(value)
    return text


def written(value: object, depth: int = 0) -> Iterator[str]:
    """The JSON of a document in pieces: a key a line, and each row of a table on a line of its own.

    Tables may be iterators, which are read as their rows are written.
    """
    begin = "\n" + " " * (depth + 1)
    if isinstance(value, Written):
        yield value
    elif isinstance(value, Mapping):
        for place, (key, item) in enumerate(value.items()):
            yield f"{',' if place else '{'}{begin}{line(str(key))}: "
            yield from written(item, depth + 1)
        yield f"\n{' ' * depth}}}" if value else "{}"
    elif isinstance(value, Iterable) and not isinstance(value, str | bytes):
        place = -1
        for place, item in enumerate(value):
            yield f"{',' if place else '['}{begin}{line(item)}"
        yield f"\n{' ' * depth}]" if place >= 0 else "[]"
    else:
        yield line(value)


_ways: dict[type, _Way] = {}  # found once for each type
_lines: dict[type, Callable[[Any], str]] = {}


def _way_of(kind: type) -> _Way:
    if issubclass(kind, Target):
        return str
    if dataclasses.is_dataclass(kind):
        return _of_fields(tuple(field.name for field in dataclasses.fields(kind)))
    if issubclass(kind, Enum):
        return lambda value: value.name.lower() if isinstance(value.value, int) else value.value
    if issubclass(kind, date):  # or a moment
        return kind.isoformat
    if issubclass(kind, Fraction):
        return float
    if issubclass(kind, bytes):
        return lambda value: value.decode("utf-8", "replace")
    if issubclass(kind, Mapping):
        return lambda value: {str(key): plain(item) for key, item in value.items()}
    if issubclass(kind, Sequence) and not issubclass(kind, str):
        return lambda value: [plain(item) for item in value]
    if issubclass(kind, AbstractSet):
        return lambda value: sorted(plain(item) for item in value)
    return lambda value: value


def _of_fields(names: tuple[str, ...]) -> _Way:
    if len(names) < 2:
        return lambda value: {name: plain(getattr(value, name)) for name in names}
    get = attrgetter(*names)

    def fields(value: object) -> dict[str, Any]:
        found = zip(names, get(value), strict=True)
        return {name: item if item.__class__ is str else plain(item) for name, item in found}

    return fields


def _line_of(kind: type) -> Callable[[Any], str]:
    if kind is Written:
        return str
    if kind in _SHORT:
        return _SHORT[kind]
    if issubclass(kind, str) and not issubclass(kind, Enum):
        return encode_basestring
    if dataclasses.is_dataclass(kind) and not issubclass(kind, Target):
        return _line_of_fields(dataclasses.fields(kind))
    if issubclass(kind, date):
        return _line_of_date
    if issubclass(kind, Enum):
        return {one: _dump(plain(one)) for one in kind}.__getitem__
    if issubclass(kind, Mapping):
        return lambda value: f"{{{', '.join([f'{line(str(key))}: {line(item)}' for key, item in value.items()])}}}"
    if issubclass(kind, Sequence) and not issubclass(kind, bytes):
        return lambda value: f"[{', '.join(map(line, value))}]"
    return lambda value: _dump(plain(value))


_last: tuple[date, str] = date.min, f'"{date.min}"'  # and how it is written: what happens together has one moment


def _line_of_date(value: date) -> str:
    global _last  # noqa: PLW0603 (one reference, replaced as a whole)
    known, text = _last
    if known is not value:
        text = f'"{value.isoformat()}"'
        _last = value, text
    return text


_SHORT: Mapping[type, Callable[[Any], str]] = {
    bool: {True: "true", False: "false"}.__getitem__,
    int: int.__repr__,
    type(None): lambda _: "null",
}
_BY_TYPE: Mapping[object, str] = {
    str: "text",
    datetime: "date",
}  # what writes a field that is nothing else by its class


def _line_of_fields(fields: Sequence[dataclasses.Field[Any]]) -> Callable[[Any], str]:
    if len(fields) < 2:
        return lambda value: line(plain(value))
    parts = ", ".join(f'"{one.name}": {{{_BY_TYPE.get(one.type, "line")}(value.{one.name})}}' for one in fields)
    # One expression from names of fields, which are identifiers, and nothing else: millions of rows are written by it.
    way: Callable[[Any], str] = eval(  # noqa: S307
        f"lambda value: f'{{{{{parts}}}}}'", {"text": encode_basestring, "date": _line_of_date, "line": line}
    )
    return way
