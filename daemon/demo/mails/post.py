"""Reads the week's post from `post.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from daemon.demo.mails.writing import Draft

SHANGHAI = ZoneInfo("Asia/Shanghai")
_OURS = frozenset({"about", "account", "expect", "folder", "at"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A message of the story: what is sent, where it arrives, what it is about and what must come of it."""

    draft: Draft
    about: str
    account: str = "complaints"
    folder: str = "INBOX"
    expect: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Its name in the story."""
        return self.draft.key


def read_post() -> tuple[Piece, ...]:
    """All of it, in the order of arrival."""
    text = files("daemon.demo.mails").joinpath("post.toml").read_text(encoding="utf-8")
    return tuple(sorted((_piece(row) for row in tomllib.loads(text)["mail"]), key=lambda piece: piece.draft.at))


def at(text: str) -> datetime:
    """A moment such as `2026-11-23 09:12`, in Shanghai."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


def _piece(row: Mapping[str, Any]) -> Piece:
    account = row.get("account", "complaints")
    facts = {key: value for key, value in row.items() if key not in _OURS}
    if account == "regulators":
        facts.setdefault("to", ["authorities@meridian.example"])
    return Piece(
        draft=Draft(at=at(row["at"]), **facts),
        about=row["about"],
        account=account,
        folder=row.get("folder", "INBOX"),
        expect=row.get("expect", {}),
    )
