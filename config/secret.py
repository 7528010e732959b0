"""Secrets: where they may come from, and that they are never shown."""

import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cases.trouble import NeedsHuman

_FOREIGN = stat.S_IRWXG | stat.S_IRWXO


class Secret:
    """A text that shows itself to nobody who does not ask for it by name."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the one place that sends it."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> str:
        # A pickled secret would lie readable in a pipe or a file.
        raise TypeError("a secret is not copied out of the process")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and secrets.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash(self._text)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenKey:
    """A key for reply tokens. `id` is one character and part of every token, so that keys can be changed.

    `secret` is None while `file` does not exist yet; the daemon then creates it (`create_key`) for a new database.
    """

    id: str
    secret: Secret | None = field(repr=False)
    file: Path | None = None


def from_environment(name: str, environment: Mapping[str, str]) -> Secret:
    """A secret from an environment variable. Raises ValueError with what to do instead."""
    text = environment.get(name, "")
    if not text:
        raise ValueError(f"the environment variable {name} is not set; set it or use a *_file key")
    return Secret(text)


def from_file(path: Path) -> Secret:
    """A secret from a file that nobody else may read; one line end at its end is not part of it.

    Raises ValueError with what to do instead (threats T19).
    """
    try:
        with path.open(encoding="utf-8") as file:
            # Asked of the open file: between a look at the path and its reading the file could be exchanged.
            mode = os.fstat(file.fileno()).st_mode
            text = file.read().removesuffix("\n").removesuffix("\r")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ValueError(f"{path} cannot be read ({reason}); check the path and its permissions") from error
    if mode & _FOREIGN:
        raise ValueError(f"{path} can be read by others; run: chmod 600 {path}")
    if not text:
        raise ValueError(f"{path} is empty; write the secret into it")
    return Secret(text)


def create_key(path: Path) -> Secret:
    """Creates a key file of 256 random bits that only its owner may read. Raises NeedsHuman if it exists already."""
    key = secrets.token_hex(32)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{key}\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise NeedsHuman(f"the key file {path} cannot be created ({error.strerror})") from error
    return Secret(key)


def replace_file(path: Path, secret: Secret) -> None:
    """Put another secret into the file: all of it or nothing, readable by its owner alone. Raises OSError."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{secret.reveal()}\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
