"""Where access tokens come from: an OAuth 2.0 endpoint, or a command of the admin's that prints one."""

import fcntl
import logging
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from cases.trouble import TryLater
from config.secret import Secret, from_file, replace_file
from config.values import SignIn
from daemon.access_tokens import Granted
from daemon.token_endpoint import ANSWER_LIMIT, Endpoint, is_token
from daemon.tries import SignInRefused

log = logging.getLogger("ombud.sign-in")
COMMAND_LIFETIME = timedelta(minutes=5)  # a printed token does not say how long it lives; commands keep their own


def source_of(sign_in: SignIn) -> Callable[[], Granted]:
    """How a fresh token is fetched. The function raises SignInRefused or TryLater."""
    if sign_in.command:
        return Command(argv=sign_in.command, deadline=sign_in.timeout.total_seconds()).fetch
    endpoint = Endpoint(url=sign_in.token_url, deadline=sign_in.timeout.total_seconds(), ca_file=sign_in.ca_file)
    return Grant(sign_in=sign_in, endpoint=endpoint).fetch


@dataclass(slots=True, kw_only=True)
class Grant:
    """Client credentials, or a refresh token where one is named (RFC 6749 sections 4.4 and 6)."""

    sign_in: SignIn
    endpoint: Endpoint
    _renewed: str = field(default="", repr=False)  # a refresh token that could not be written down

    def fetch(self) -> Granted:
        """One exchange with the endpoint; a refresh token that comes with the answer takes the place of the old."""
        if not self._refreshes:
            return self._ask({"grant_type": "client_credentials"})
        if self.sign_in.refresh_token_file is None:
            return self._refresh()
        with _alone(self.sign_in.refresh_token_file):
            return self._refresh()

    @property
    def _refreshes(self) -> bool:
        return self.sign_in.refresh_token is not None

    def _refresh(self) -> Granted:
        return self._ask({"grant_type": "refresh_token", "refresh_token": self._refresh_token()})

    def _refresh_token(self) -> str:
        """Read each time: another ombud (`ombud config check --connect`) or the admin may have renewed it."""
        if self._renewed:
            return self._renewed
        path = self.sign_in.refresh_token_file
        if path is not None:
            try:
                return from_file(path).reveal()
            except ValueError as error:
                raise SignInRefused(f"refresh token: {error}") from error
        assert self.sign_in.refresh_token is not None
        return self.sign_in.refresh_token.reveal()

    def _ask(self, form: dict[str, str]) -> Granted:
        sign_in = self.sign_in
        form["client_id"] = sign_in.client_id
        if sign_in.client_secret is not None:
            form["client_secret"] = sign_in.client_secret.reveal()
        if sign_in.scope:
            form["scope"] = sign_in.scope
        before = form.get("refresh_token", "")
        answer = self.endpoint.ask(form, (before, form.get("client_secret", "")))
        if before and answer.refresh_token and answer.refresh_token != before:
            self._keep(answer.refresh_token)
        return Granted(token=answer.access_token, lifetime=answer.lifetime)

    def _keep(self, renewed: str) -> None:
        """The endpoint may believe the old one no more: write the new one down before anything else is done."""
        path, reason = self.sign_in.refresh_token_file, "it has no file"
        if path is not None:
            try:
                replace_file(path, Secret(renewed))
                self._renewed, reason = "", ""
            except OSError as error:
                reason = error.strerror or str(error)
        if reason and not self._renewed:
            log.error(
                "the refresh token was renewed and lives only until ombud stops: name a refresh_token_file in a folder "
                "that ombud may write to",
                extra={"file": str(path or ""), "reason": reason},
            )
        if reason:
            self._renewed = renewed


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A program that prints a token on its first line. It gets no shell, no input and `deadline` seconds."""

    argv: tuple[str, ...]
    deadline: float

    def fetch(self) -> Granted:
        """Run it. What it writes to standard error is nobody's: it may hold a secret."""
        name = self.argv[0]
        status, printed = self._run()
        if status:
            # It does not say why; as a refused credential may be the reason, it is not run again at once.
            raise SignInRefused(f"{name} ended with status {status}; run it by hand as ombud's user")
        token = printed[:ANSWER_LIMIT].decode("ascii", "replace").partition("\n")[0].strip()
        if not is_token(token):
            raise SignInRefused(f"{name} printed no token on its first line; run it by hand as ombud's user")
        return Granted(token=token, lifetime=COMMAND_LIFETIME)

    def _run(self) -> tuple[int, bytes]:
        try:
            process = subprocess.Popen(  # noqa: S603  # the admin's own list of arguments
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise SignInRefused(f"{self.argv[0]} cannot be run: {error.strerror}") from error
        with process:
            try:
                printed, _ = process.communicate(timeout=self.deadline)
            except subprocess.TimeoutExpired as error:
                raise TryLater(f"{self.argv[0]} printed no token within {self.deadline:g} seconds") from error
            finally:
                with suppress(ProcessLookupError):  # its children too: one of them may hold the pipe
                    os.killpg(process.pid, signal.SIGKILL)
        return process.returncode, printed


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """No two processes may show the same refresh token at once: some endpoints take that for theft and revoke it."""
    try:
        descriptor = os.open(path.parent, os.O_RDONLY)
    except OSError as error:
        raise SignInRefused(f"refresh token: {path.parent}: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
