"""Asks an OAuth 2.0 token endpoint: one form, one answer, within a deadline (RFC 6749 sections 4.4, 5 and 6)."""

import http.client
import json
import re
import socket
import ssl
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from cases.trouble import NeedsHuman, TryLater
from daemon.accounts import hint_of, is_loopback
from daemon.tries import SignInRefused
from daemon.watchdog import Watchdog

ANSWER_LIMIT = 2**18  # bytes; tokens have some thousands
USUAL_LIFETIME = timedelta(minutes=5)  # of a token whose endpoint does not say (RFC 6749 section 5.1 lets it)
LONGEST_LIFETIME = timedelta(days=1)
# Of the endpoint's own making; all other errors of RFC 6749 section 5.2 say that our credentials are no good.
_LATER = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]+")
_TOKEN = re.compile(r"[\x21-\x7e]+")  # RFC 6750 section 2.1 allows less; anything else could break out of a line


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was granted. `refresh_token` is empty unless the endpoint sent another one."""

    access_token: str = field(repr=False)
    lifetime: timedelta
    refresh_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where tokens are granted; no redirect is followed and no proxy used.

    `deadline` in seconds is for the whole exchange. Raises NeedsHuman for plain text to anything but this machine.
    """

    url: str
    deadline: float = 30.0
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if not parts.hostname or parts.scheme not in {"https", "http"}:
            raise NeedsHuman(f"{self.url} is no token endpoint; write it with https://")
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise NeedsHuman(f"{self.url} would send secrets readable; write https://")

    def ask(self, form: Mapping[str, str], secrets: Iterable[str] = ()) -> Answer:
        """Post the form. Raises SignInRefused (our credentials are no good) or TryLater.

        What the endpoint says is part of the text that is raised, but for `secrets`.
        """
        watchdog = Watchdog()
        try:
            with watchdog.limit(self.deadline):
                status, body = self._exchange(urlencode(form).encode(), watchdog)
        except (OSError, http.client.HTTPException) as error:
            if watchdog.expired:
                raise self._too_slow() from error
            raise TryLater(f"{self._host}: {_safe(error, secrets)}{hint_of(error)}") from error
        finally:
            watchdog.release()
        if watchdog.expired:  # the library takes a cut in the headers for their end
            raise self._too_slow()
        return self._read(status, body, tuple(secrets))

    def _too_slow(self) -> TryLater:
        return TryLater(f"{self._host} did not answer within {self.deadline:g} seconds")

    @property
    def _host(self) -> str:
        return f"token endpoint {urlsplit(self.url).hostname}"

    def _exchange(self, form: bytes, watchdog: Watchdog) -> tuple[int, bytes]:
        parts = urlsplit(self.url)
        host, secure = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        connection = http.client.HTTPConnection(host, port, timeout=self.deadline)
        with closing(connection):
            sock = socket.create_connection((host, port), self.deadline)
            connection.sock = sock
            watchdog.guard(sock)
            if secure:
                connection.sock = self._context().wrap_socket(sock, server_hostname=host)
            elif not is_loopback(sock.getpeername()[0]):
                raise OSError(f"{host} is not this machine, and plain text is for loopback only")
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
            connection.request("POST", path, form, headers)
            with connection.getresponse() as response:
                return response.status, response.read(ANSWER_LIMIT + 1)

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca_file)

    def _read(self, status: int, body: bytes, secrets: tuple[str, ...]) -> Answer:
        try:
            said = json.loads(body) if len(body) <= ANSWER_LIMIT else None
        except (ValueError, RecursionError):
            said = None
        if status == 200 and isinstance(said, dict):
            return self._granted(said)
        said = said if isinstance(said, dict) else {}
        error = str(said.get("error", ""))
        if status in {400, 401, 403} and error and error not in _LATER:
            more = _safe(said.get("error_description", ""), secrets)
            raise SignInRefused(f"{self._host} refuses: {_safe(error, secrets)} {more}".strip())
        raise TryLater(f"{self._host} answers {status} {_safe(error, secrets)}".strip())

    def _granted(self, said: Mapping[str, object]) -> Answer:
        token, refresh = said.get("access_token"), said.get("refresh_token") or ""
        if not isinstance(token, str) or not _TOKEN.fullmatch(token) or not isinstance(refresh, str):
            raise TryLater(f"{self._host} answers without an access token")
        return Answer(
            access_token=token,
            lifetime=_lifetime(said.get("expires_in")),
            refresh_token=refresh if _TOKEN.fullmatch(refresh) else "",
        )


def is_token(text: str) -> bool:
    """Whether this can be sent as a token at all."""
    return bool(_TOKEN.fullmatch(text))


def _lifetime(said: object) -> timedelta:
    """Seconds, by some endpoints as a text."""
    try:
        seconds = float(str(said))
        return min(timedelta(seconds=seconds), LONGEST_LIFETIME) if seconds > 0 else USUAL_LIFETIME
    except (ValueError, OverflowError):
        return USUAL_LIFETIME


def _safe(text: object, secrets: Iterable[str]) -> str:
    """On one line, not too long, and without what must not be shown."""
    shown = str(text)
    for secret in secrets:
        if secret:
            shown = shown.replace(secret, "***")
    return _UNPRINTABLE.sub(" ", shown)[:200].strip()
