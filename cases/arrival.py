"""A message with the circumstances of its arrival: what decisions are taken on."""

from dataclasses import dataclass
from datetime import datetime

from cases.case import Case
from cases.making import quick
from cases.message import IncomingMessage
from cases.words import Channel


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """Cases on record that a message may have to do with, the newest first."""

    earlier: tuple[Case, ...] = ()  # of the same sender
    alike: tuple[Case, ...] = ()  # with a number, a model or words in common
    leads: tuple[Case, ...] = ()  # of the groups that those belong to


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A message that was read. `received_at` is the server's date (INTERNALDATE), UTC.

    `number` is the case number a new case would get. `hold` says why letters about it must not leave by themselves.
    """

    raw: int
    message: IncomingMessage
    received_at: datetime
    number: str = ""
    account: str = ""
    channel: Channel = Channel.CUSTOMER
    desk: str = ""
    centre: str = ""  # the account's default centre
    language: str = ""  # the account's default language
    hold: str = ""
    background: Background = Background()
