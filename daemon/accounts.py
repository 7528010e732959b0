"""How the mail servers are reached: one value per account, safe to print."""

import ipaddress
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from cases.trouble import NeedsHuman
from daemon.reach import Reach
from daemon.tries import Tries


class Tls(StrEnum):
    """How a connection is protected; there is no "if possible"."""

    IMPLICIT = "implicit"  # TLS from the first byte (RFC 8314)
    STARTTLS = "starttls"  # required: no upgrade, no sign-in
    NONE = "none"  # to loopback addresses only


class Mechanism(StrEnum):
    """What `secret` returns and how it is shown to the server."""

    PASSWORD = "password"  # noqa: S105  # a name, not a secret
    XOAUTH2 = "xoauth2"  # an access token, fresh at each call


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What both kinds of server have in common.

    `secret` is asked at each sign-in and its answer never kept, so a rotated password or token is found by itself; it
    raises TryLater when there is none to be had. `renew` is told which one a server refused, and says whether asking
    again is worth a second try. `tries` counts refusals, for all servers of one name.
    `deadline` is for one whole operation, in seconds; reading or writing bodies adds a second per `rate` bytes.
    Raises NeedsHuman for plain text to anything but a loopback address.
    """

    name: str
    host: str
    port: int
    tls: Tls = Tls.IMPLICIT
    user: str = ""
    secret: Callable[[], str] = field(default=str, repr=False)
    renew: Callable[[str], bool] = field(default=lambda _secret: False, repr=False)
    tries: Tries = field(default_factory=Tries, repr=False, compare=False)
    mechanism: Mechanism = Mechanism.PASSWORD
    ca_file: Path | None = None  # trusted instead of the machine's authorities
    connect_timeout: float = 30.0
    deadline: float = 120.0
    rate: int = 100_000

    def __post_init__(self) -> None:
        if self.tls is Tls.NONE and not is_loopback(self.host):
            raise NeedsHuman(
                f'account {self.name!r}: tls = "none" is for loopback addresses; write "implicit" or "starttls"'
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapAccount(Account):
    """Where messages come from. Folder names use `/` between levels, whatever the server uses."""

    port: int = 993
    folders: tuple[str, ...] = ("INBOX",)
    processed: str = "Processed"
    quarantine: str = "Quarantine"
    size_cap: int = 30 * 2**20  # bytes; of a larger message only the headers are fetched
    header_cap: int = 2**18  # bytes of headers fetched then


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpAccount(Account):
    """Where letters leave. No `user`: no sign-in."""

    port: int = 465
    max_per_minute: int | None = None
    max_per_day: int | None = None
    reply_timeout: float = 600.0  # seconds to wait after the final dot (RFC 5321 section 4.5.3.2.6)
    keep_open: float = 60.0  # seconds an idle connection is kept between batches
    helo: str = ""  # our name in EHLO; empty: the machine's
    reach: Reach = field(default_factory=Reach, repr=False, compare=False)


_OTHER_NAME = (62, 64)  # OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH


def is_loopback(host: str) -> bool:
    """Whether the host is this machine, by name or address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def hint_of(error: BaseException) -> str:
    """What an admin should look at in the settings, to be put behind the error; empty when nothing is known."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in _OTHER_NAME:
            return "; write the name that the certificate names into host"
        return "; for a server that no public authority has signed, name its authority in ca_file"
    if isinstance(error, ssl.SSLError) and error.reason in {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE"}:
        return '; this port does not speak TLS from the first byte: correct port, or write tls = "starttls"'
    if isinstance(error, ConnectionRefusedError):
        return "; nothing listens there: correct host or port, or the server is down"
    if isinstance(error, socket.gaierror):
        return "; correct host, or the name service is down"
    return ""


def tls_context(account: Account) -> ssl.SSLContext:
    """Verifies chain and host name. Raises NeedsHuman when `ca_file` cannot be read."""
    if account.tls is Tls.NONE:
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used, and trusts nobody: reading authorities takes time
    try:
        return ssl.create_default_context(cafile=account.ca_file)
    except OSError as error:
        raise NeedsHuman(f"account {account.name!r}: ca_file {account.ca_file}: {error}") from error
