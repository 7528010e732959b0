"""Queries that peewee compiles once: building the same SQL anew for every message would cost more than running it."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import peewee

from store.fields import BytesField, UTCDateTimeField, adapt, moments_of

MOST_VALUES = 512  # in one IN list


@dataclass(frozen=True, slots=True)
class _Mark:
    """Stands in a compiled statement's parameters for argument `index`, item `item` of it if it is a list."""

    index: int
    item: int = -1


class _Hole(peewee.Node):
    """Stands in a query for a value that comes later."""

    def __init__(self, mark: _Mark) -> None:
        self._mark = mark

    def __sql__(self, ctx: peewee.Context) -> peewee.Context:
        found: peewee.Context = ctx.value(self._mark, converter=False)
        return found


@dataclass(frozen=True, slots=True)
class Statement:
    """Compiled SQL, what goes into it and how its columns come out."""

    sql: str
    parameters: tuple[Any, ...]
    readers: tuple[tuple[int, Callable[[Iterable[Any]], Iterable[Any]]], ...]
    order: tuple[int, ...] | None = None  # which arguments the parameters are, where they are nothing else
    in_order: bool = False  # they are the very arguments

    def bind(self, arguments: Sequence[Any]) -> list[Any]:
        """The parameters for these arguments."""
        if self.in_order:
            # Nearly every value is a number or text as it may be, for which `adapt` need not be called.
            return [
                value
                if (kind := type(value)) is int or (kind is str and value.isascii() and "\0" not in value)
                else adapt(value)
                for value in arguments
            ]
        if self.order is not None:
            return [adapt(arguments[index]) for index in self.order]
        return [_argument(part, arguments) if isinstance(part, _Mark) else part for part in self.parameters]

    def read(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """The rows with moments, truth values and bytes as Python has them."""
        if not self.readers or not rows:
            return rows
        columns: list[Iterable[Any]] = list(zip(*rows, strict=True))
        for index, reader in self.readers:
            columns[index] = reader(columns[index])
        return list(zip(*columns, strict=True))


class Prepared:
    """A query written as a function of its values.

    `Prepared(lambda key: Outbox.select(Outbox.id).where(Outbox.key == key))`; a parameter whose name ends in `_list`
    takes a sequence of 1 to MOST_VALUES values, for `IN`.
    """

    def __init__(self, build: Callable[..., peewee.BaseQuery]) -> None:
        self._build = build
        parameters = inspect.signature(build).parameters
        self.lists = [name.endswith("_list") for name in parameters]
        self.has_lists = any(self.lists)

    def arguments(self, arguments: Sequence[Any]) -> tuple[Any, ...]:
        """The arguments with their lists filled up to a power of two, so that few lengths need compiling."""
        if not self.has_lists:
            return tuple(arguments)
        return tuple(
            _filled(argument) if is_list else argument for argument, is_list in zip(arguments, self.lists, strict=True)
        )

    def shape(self, arguments: Sequence[Any]) -> tuple[int, ...]:
        """What tells one compiled form of this query from another."""
        if not self.has_lists:
            return ()
        return tuple(len(argument) for argument, is_list in zip(arguments, self.lists, strict=True) if is_list)

    def compile(self, database: Any, arguments: Sequence[Any]) -> Statement:
        """The statement for arguments of this shape."""
        holes = [
            [_Hole(_Mark(i, item)) for item in range(len(argument))] if is_list else _Hole(_Mark(i))
            for i, (argument, is_list) in enumerate(zip(arguments, self.lists, strict=True))
        ]
        query = self._build(*holes)
        sql, parameters = database.get_sql_context().sql(query).query()
        columns = query.selected_columns if isinstance(query, peewee.Select) else ()
        readers = tuple((i, reader) for i, column in enumerate(columns) if (reader := _reader(column)))
        fixed = (part if isinstance(part, _Mark) else adapt(part) for part in parameters)
        plain = all(isinstance(part, _Mark) and part.item < 0 for part in parameters)
        order = tuple(part.index for part in parameters) if plain else None
        return Statement(sql, tuple(fixed), readers, order, in_order=order == tuple(range(len(arguments))))


class Inserting(Prepared):
    """An insert of the named columns, to be run for many rows.

    `conflict` is how peewee is told what to do about a row that is there: a function from insert to insert.
    """

    def __init__(
        self,
        *columns: "peewee.Field[Any]",
        conflict: Callable[[peewee.Insert], peewee.Insert] | None = None,
    ) -> None:
        self._columns = columns
        self._conflict = conflict
        self.lists = [False] * len(columns)
        self.has_lists = False
        self._build = self._insert

    def _insert(self, *holes: _Hole) -> peewee.BaseQuery:
        table: Any = self._columns[0].model
        insert: peewee.Insert = table.insert(dict(zip(self._columns, holes, strict=True)))
        return self._conflict(insert) if self._conflict else insert


class Changing(Prepared):
    """An update of the named columns of the row with a key; the key is the last argument."""

    def __init__(self, *columns: "peewee.Field[Any]", key: "peewee.Field[Any]") -> None:
        self._columns = columns
        self._key = key
        self.lists = [False] * (len(columns) + 1)
        self.has_lists = False
        self._build = self._update

    def _update(self, *holes: _Hole) -> peewee.BaseQuery:
        table: Any = self._key.model
        update: peewee.Update = table.update(dict(zip(self._columns, holes[:-1], strict=True)))
        return update.where(self._key == holes[-1])


def ignore(insert: peewee.Insert) -> peewee.Insert:
    """Leave the row that is there as it is."""
    return insert.on_conflict_ignore()


def chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The values in lists that fit one query."""
    for start in range(0, len(values), MOST_VALUES):
        yield values[start : start + MOST_VALUES]


def _filled(values: Sequence[Any]) -> list[Any]:
    if not 0 < len(values) <= MOST_VALUES:
        raise ValueError(f"an IN list holds 1 to {MOST_VALUES} values, not {len(values)}")
    length = 1 << (len(values) - 1).bit_length()
    return [*values, *[values[-1]] * (length - len(values))]


def _argument(mark: _Mark, arguments: Sequence[Any]) -> Any:
    value = arguments[mark.index]
    return adapt(value if mark.item < 0 else value[mark.item])


def _reader(column: Any) -> Callable[[Iterable[Any]], Iterable[Any]] | None:
    """What makes a whole column of values that a driver gives what Python has; None where they are that already."""
    if isinstance(column, peewee.Function) and column.arguments:
        column = column.arguments[0] if column.name in {"MIN", "MAX", "SUBSTR"} else column
    if isinstance(column, UTCDateTimeField):
        return moments_of
    if isinstance(column, peewee.BooleanField):
        return _truths
    return partial(map, column.python_value) if isinstance(column, BytesField) else None


def _truths(values: Iterable[Any]) -> Iterable[Any]:
    return [value if value is None else bool(value) for value in values]
