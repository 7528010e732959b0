"""From the settings of an account to its two servers, with the secrets that open them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from config.secret import Secret
from config.values import Account, SignIn
from daemon import accounts
from daemon.access_tokens import AccessTokens
from daemon.accounts import ImapAccount, Mechanism, SmtpAccount
from daemon.clock import Clock
from daemon.reach import Outage, Reach
from daemon.token_sources import source_of
from daemon.tries import Refusal, Tries


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Where the messages of an account come from and where its letters leave."""

    imap: ImapAccount
    smtp: SmtpAccount

    @property
    def refusals(self) -> Mapping[str, Refusal]:
        """By server (`imap`, `smtp`): what was said by those that refuse our sign-in."""
        return {**self.imap.tries.refusals, **self.smtp.tries.refusals}

    @property
    def outage(self) -> Outage | None:
        """Why letters cannot leave for a while now, though nobody refuses us."""
        return self.smtp.reach.outage

    @property
    def tries(self) -> Mapping[str, Tries]:
        """The counts of refused sign-ins, each once, by a name to remember them by."""
        imap, smtp = self.imap.tries, self.smtp.tries
        found = {f"refused sign-ins: {self.imap.name}": imap}
        return found if smtp is imap else found | {f"refused sign-ins: {self.imap.name} smtp": smtp}


def doors_of(account: Account, clock: Clock, source: Callable[[SignIn], Any] = source_of) -> Doors:
    """Both servers. They share access tokens, and what is known of refusals if they share the name."""
    imap, smtp, sign_in = account.imap, account.smtp, account.sign_in
    tokens = AccessTokens(fetch=source(sign_in), clock=clock) if sign_in else None
    tries = Tries(clock)
    return Doors(
        imap=ImapAccount(
            name=account.name,
            host=imap.host,
            port=imap.port,
            tls=accounts.Tls(str(imap.tls)),
            user=imap.user,
            ca_file=imap.ca_file,
            tries=tries,
            folders=account.folders,
            processed=account.processed_folder,
            quarantine=account.quarantine_folder,
            size_cap=account.size_cap,
            **_key(imap.password, tokens),
        ),
        smtp=SmtpAccount(
            name=account.name,
            host=smtp.host,
            port=smtp.port,
            tls=accounts.Tls(str(smtp.tls)),
            user=smtp.user,
            ca_file=smtp.ca_file,
            tries=tries if smtp.user == imap.user else Tries(clock),
            reach=Reach(clock),
            max_per_minute=account.max_per_minute,
            max_per_day=account.max_per_day,
            **(_key(smtp.password, tokens) if smtp.user else {}),
        ),
    )


def _key(password: Secret | None, tokens: AccessTokens | None) -> dict[str, Any]:
    """What is shown to a server: the password where one is named, else a token."""
    if password is None and tokens is not None:
        return {"mechanism": Mechanism.XOAUTH2, "secret": tokens.get, "renew": tokens.refused}
    return {"secret": password.reveal if password else str}
