"""`ombud service unit`: the systemd unit that comes with ombud, filled in for this installation."""

import re
import sys
from importlib.resources import files
from pathlib import Path

from cases.trouble import NeedsHuman

UNIT = files("daemon").joinpath("service/ombud.service")


def unit(config: Path, user: str) -> str:
    """The text of the unit. Raises NeedsHuman for a user whose name systemd would not take."""
    if not re.fullmatch(r"[a-z_][a-z0-9_-]{0,30}", user):
        raise NeedsHuman(f"{user!r} is no name of a user; write one of small letters, digits, '-' and '_'")
    text = UNIT.read_text(encoding="utf-8")
    for mark, value in (("@PROGRAM@", _program()), ("@CONFIG@", _word(config.absolute())), ("@USER@", user)):
        text = text.replace(mark, value)
    return text


def _program() -> str:
    """How this very program is called: the script it was installed as, else Python with the module."""
    script = Path(sys.argv[0]).resolve()
    return _word(script) if script.name == "ombud" else f"{_word(Path(sys.executable))} -m daemon"


def _word(path: Path) -> str:
    """A path as a word of a unit (systemd.syntax(7)): quoted where it must be, without specifiers."""
    text = str(path).replace("%", "%%").replace("$", "$$")
    return text if re.fullmatch(r"[\w@%+=:,./$-]+", text) else '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'
