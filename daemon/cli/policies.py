"""`ombud policy`: the configured policy as a handbook, and the holes in it."""

import sys
from pathlib import Path

from rich.console import Console

from cases.trouble import NeedsHuman
from config.handbook import handbook, markdown_of
from config.holes import holes
from config.settings import load, rows_of
from daemon.cli.common import path_at, print_json, printable, printable_lines
from daemon.clock import Clock
from templates.handbook import page_of


def show(config: Path | None, html: Path | None) -> None:
    """The handbook as Markdown on standard output, or as HTML in a file. Raises NeedsHuman."""
    path = path_at(config)
    settings = load(path, now=Clock().now())
    title = f"{settings.policy.organisation.name}: how complaints are handled"
    text = markdown_of(handbook(*rows_of(path)), title)
    if html is None:
        sys.stdout.write(printable_lines(text))
        return
    try:
        html.write_text(page_of(title, text), encoding="utf-8")
    except OSError as error:
        raise NeedsHuman(f"cannot write {html}: {error.strerror}; name another file") from error


def check(config: Path | None, *, as_json: bool) -> int:
    """Every hole; exit status 1 when there is one. Raises NeedsHuman for settings that cannot be used at all."""
    path, now = path_at(config), Clock().now()
    found = holes(load(path, now=now), *rows_of(path), now)
    if as_json:
        print_json(
            {
                "ok": not found,
                "holes": [
                    {"file": one.file, "row": one.key, "clause": one.clause, "reason": one.wrong, "do": one.instead}
                    for one in found
                ],
            }
        )
        return 1 if found else 0
    for one in found:
        sys.stdout.write(f"{printable(one)}\n")
    if not found:
        Console().print("no holes in the policy")
    return 1 if found else 0
