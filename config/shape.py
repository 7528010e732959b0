"""How a table of settings must look: the base of all models, and pydantic's complaints in our words."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from config.mistakes import Findings

M = TypeVar("M", bound="Row")


class Row(BaseModel):
    """A table whose keys are all known. Values are not converted: `"993"` is no number."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


def read_row(model: type[M], table: object, file: str, key: str, findings: Findings) -> M | None:
    """The table as a value; None when something in it is wrong, which is then noted."""
    try:
        return model.model_validate(table)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            wrong, instead = _told(detail, model)
            findings.add(file, _dotted(key, detail["loc"]), wrong, instead)
        return None


def read_rows(model: type[M], tables: object, file: str, key: str, findings: Findings) -> list[tuple[str, M]]:
    """The good rows of `[[key]]`, each with its dotted name; what is wrong with the others is noted."""
    if not isinstance(tables, list):
        findings.add(file, key, "must be a list of tables", f"write [[{key}]] above each of them")
        return []
    named = [(label(key, table, place), table) for place, table in enumerate(tables, start=1)]
    found = [(name, read_row(model, table, file, name, findings)) for name, table in named]
    return [(name, row) for name, row in found if row is not None]


def label(key: str, table: object, place: int) -> str:
    """How a row is called in a message: by its name or id, else by its place, counted from one."""
    for name in ("id", "name", "category", "fact", "stage"):
        if isinstance(table, Mapping) and isinstance(table.get(name), str):
            return f"{key}[{table[name]}]"
    return f"{key}[#{place}]"


def similar(word: str, known: Iterable[str]) -> str:
    """`"poll_seconds"` for `poll_second`: what was probably meant, and everything that is known if it is little."""
    words = sorted(known)
    close = get_close_matches(word, words, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"known are {', '.join(words)}" if 0 < len(words) <= 30 else ""


def _dotted(key: str, location: Sequence[str | int]) -> str:
    text = key
    for part in location:
        if isinstance(part, int):
            text += f"[#{part + 1}]"
        elif part != "[key]":
            text += f".{part}" if text else part
    return text


_KINDS = {
    "string_type": ("is no text", "put it in quotes"),
    "int_type": ("is no whole number", "write a number without quotes and without a point"),
    "float_type": ("is no number", "write a number without quotes"),
    "decimal_type": ("is no number", "write a number without quotes"),
    "bool_type": ("is neither true nor false", "write true or false, without quotes"),
    "list_type": ("is no list", "write it in square brackets, also when it is only one"),
    "tuple_type": ("is no list", "write it in square brackets, also when it is only one"),
    "dict_type": ("is no table", "write it as [table] or { key = value }"),
    "model_type": ("is no table", "write it as [table] or { key = value }"),
    "date_type": ("is no date", "write it as 2026-12-24, without quotes"),
    "missing": ("is missing", "add it"),
}


def _told(detail: ErrorDetails, model: type[BaseModel]) -> tuple[str, str]:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in _KINDS:
        return _KINDS[kind]
    if kind == "extra_forbidden":
        known = _fields_at(model, detail["loc"][:-1])
        return "unknown key", similar(str(detail["loc"][-1]), known) or "remove it"
    if kind in {"literal_error", "enum"}:
        return "is none of the words that are known here", f"write {context['expected']}"
    if kind in {"greater_than_equal", "greater_than"}:
        return "is too small", f"write {_least(kind, context)}"
    if kind in {"less_than_equal", "less_than"}:
        return "is too large", f"write at most {context.get('le', context.get('lt'))}"
    if kind in {"too_short", "string_too_short"}:
        return "is empty", "write at least one"
    if kind == "value_error":
        wrong, _, instead = str(context["error"]).partition("; ")
        return wrong, instead
    return detail["msg"], ""


def _least(kind: str, context: Mapping[str, Any]) -> str:
    return f"at least {context['ge']}" if kind == "greater_than_equal" else f"more than {context['gt']}"


def _fields_at(model: type[BaseModel], location: Sequence[str | int]) -> set[str]:
    """The keys of the (nested) model in which an unknown key was found."""
    current: Any = model
    for part in location:
        if isinstance(part, int):
            continue
        if not (isinstance(current, type) and issubclass(current, BaseModel)):
            return set()
        field = current.model_fields.get(part)
        current = _model_in(field.annotation) if field else None
    return set(current.model_fields) if isinstance(current, type) and issubclass(current, BaseModel) else set()


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in getattr(annotation, "__args__", ()) if (model := _model_in(part))), None)
