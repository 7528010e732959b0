"""The tables of `parsers/data`."""

from functools import cache
from importlib.resources import files
from typing import Any

import tomli


@cache
def table(name: str) -> dict[str, Any]:
    """The parsed table `parsers/data/<name>.toml`; read once, never to be changed by its readers."""
    return tomli.loads(files("parsers.data").joinpath(f"{name}.toml").read_text(encoding="utf-8"))
