"""A message with the circumstances of its arrival: what decisions are taken on."""

from dataclasses import dataclass
from datetime import datetime

from cases.message import Address, IncomingMessage, Proof
from cases.words import Channel


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
    from_form: bool = False  # a trusted website form wrote it for a customer named in Reply-To
    hold: str = ""

    @property
    def proof(self) -> Proof:
        """How far the writer is believed. What a form says about its visitor nobody has checked (policy §12)."""
        return Proof.UNPROVEN if self.from_form else self.message.proof

    @property
    def proof_because(self) -> str:
        """Why the writer is believed that far."""
        return "address typed into a form" if self.from_form else self.message.proof_because

    @property
    def writer(self) -> Address | None:
        """Who wrote: the sender, or for a trusted form the customer in Reply-To (policy §3)."""
        if self.from_form and self.message.reply_to:
            return self.message.reply_to[0]
        return self.message.sender
