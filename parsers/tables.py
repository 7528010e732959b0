"""The tables of `parsers/data`."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """The parsed table `parsers/data/<name>.toml`; read once, never to be changed by its readers."""
    return tomllib.loads(files("parsers.data").joinpath(f"{name}.toml").read_text(encoding="utf-8"))
