"""Column types that hold the same value on SQLite and on PostgreSQL, and the only way a value reaches a database."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import peewee

MOMENT = "TIMESTAMPTZ"
# SQLite has no type for moments: text of one fixed width in UTC sorts as time does.
SQLITE_TYPES = {MOMENT: "TEXT"}


class UTCDateTimeField(peewee.Field):
    """A moment: aware in, aware UTC out, to the microsecond; a naive one is refused with ValueError."""

    field_type = MOMENT

    def db_value(self, value: datetime | None) -> str | None:
        return None if value is None else moment_text(value)

    def python_value(self, value: datetime | str | None) -> datetime | None:
        return moments_of((value,))[0]


class CleanTextField(peewee.TextField):
    """Text that both databases can hold: without U+0000 and lone surrogates."""

    def db_value(self, value: str | None) -> str | None:
        return None if value is None else clean_text(value)


class BytesField(peewee.Field):
    """Bytes as they are."""

    field_type = "BLOB"

    def python_value(self, value: bytes | memoryview | None) -> bytes | None:
        return value if value is None or isinstance(value, bytes) else bytes(value)


def moments_of(values: Iterable[datetime | str | None]) -> list[datetime | None]:
    """The moments of a column as the drivers give them, in UTC."""
    found = [datetime.fromisoformat(value) if isinstance(value, str) else value for value in values]
    return [value if value is None or value.tzinfo is UTC else value.astimezone(UTC) for value in found]


def moment_text(moment: datetime) -> str:
    """The moment in UTC as text of a fixed width. Raises ValueError for a naive one."""
    if moment.tzinfo is not UTC:
        if moment.tzinfo is None:
            raise ValueError(f"{moment} has no time zone; a naive time never reaches the database")
        moment = moment.astimezone(UTC)
    return _text_of(moment)


# One moment goes into many columns and records. Only for UTC: of two moments of another zone that are alike one may be
# an hour later than the other, when its clocks have been set back.
@lru_cache(maxsize=4096)
def _text_of(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")


def clean_text(text: str) -> str:
    """The text without U+0000, which PostgreSQL refuses, and with `?` for surrogates, which UTF-8 refuses."""
    if "\0" in text:
        text = text.replace("\0", "")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return text.encode("utf-8", "replace").decode()
    return text  # itself: most text is clean, and a snapshot is long


def adapt(value: Any) -> Any:
    """A value as the drivers may get it. Raises ValueError for a naive datetime, TypeError for what is no column."""
    kind = type(value)
    if kind is str:
        return value if value.isascii() and "\0" not in value else clean_text(value)
    if kind in _PLAIN:
        return value
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, str):  # a StrEnum
        return clean_text(str(value))
    if isinstance(value, int):  # an IntEnum
        return int(value)
    raise TypeError(f"{kind.__name__} cannot be stored")


_PLAIN = frozenset({int, bool, bytes, type(None)})
