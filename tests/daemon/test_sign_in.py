"""Access tokens: where they come from, how long they are kept, and what a refusal leads to."""

import json
import logging
import os
import stat
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cases.trouble import NeedsHuman, TryLater
from config.secret import Secret
from config.values import SignIn
from daemon.access_tokens import AccessTokens, Granted
from daemon.clock import VirtualClock
from daemon.token_endpoint import Answer, Endpoint
from daemon.token_sources import source_of
from daemon.tries import MOST, SignInRefused, Tries
from tests.servers.tls import Authority
from tests.servers.token_endpoint import Script, TokenEndpoint, grants, refuses, says

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
CANARY = "canary-secret"


def client(endpoint: TokenEndpoint) -> SignIn:
    """Client credentials."""
    return SignIn(token_url=endpoint.url, client_id="desk-id", client_secret=Secret(CANARY), scope="all-of-it")


def refresh_file(folder: Path, token: str = "refresh-1") -> Path:
    path = folder / "refresh.token"
    path.write_text(f"{token}\n")
    path.chmod(0o600)
    return path


def refreshing(endpoint: TokenEndpoint, path: Path) -> SignIn:
    return replace(client(endpoint), refresh_token=Secret("refresh-1"), refresh_token_file=path)


class TestEndpoint:
    def test_client_credentials_are_exchanged_in_one_form(self) -> None:
        with TokenEndpoint() as endpoint:
            granted = source_of(client(endpoint))()
        assert Granted(token="token-1", lifetime=timedelta(hours=1)) == granted
        assert [
            {
                "grant_type": "client_credentials",
                "client_id": "desk-id",
                "client_secret": CANARY,
                "scope": "all-of-it",
            }
        ] == endpoint.forms
        assert CANARY not in json.dumps(endpoint.headers)

    def test_over_tls_the_certificate_is_verified(self, authority: Authority) -> None:
        with TokenEndpoint(context=authority.server_context()) as endpoint:
            trusted = replace(client(endpoint), ca_file=authority.ca_file)
            assert "token-1" == source_of(trusted)().token
            with pytest.raises(TryLater, match="ca_file"):
                source_of(client(endpoint))()
        foreign = TokenEndpoint(context=authority.server_context("elsewhere.example"))
        with foreign as endpoint, pytest.raises(TryLater, match="name that the certificate names"):
            source_of(replace(client(endpoint), ca_file=authority.ca_file))()
        assert [] == endpoint.forms

    @pytest.mark.parametrize(
        "error", ["invalid_grant", "invalid_client", "unauthorized_client", "interaction_required"]
    )
    def test_credentials_that_are_no_good_are_told_apart_with_the_reason_and_without_a_secret(self, error: str) -> None:
        with (
            TokenEndpoint(refuses(error, description=f"{CANARY} has\r\nexpired")) as endpoint,
            pytest.raises(SignInRefused, match=rf"{error} \*\*\* has expired") as caught,
        ):
            source_of(client(endpoint))()
        assert CANARY not in str(caught.value)

    @pytest.mark.parametrize(
        "script",
        [
            says(500, b"oops"),
            says(503, b""),
            says(429, b'{"error": "slow_down"}'),
            refuses("temporarily_unavailable"),
            says(400, b"<html>proxy</html>"),
            says(200, b"<html>hello</html>"),
            says(200, b"[]"),
            says(200, b"[" * 100_000),
            says(200, b"{}"),
            says(200, b'{"access_token": 7}'),
            says(200, b'{"access_token": "a b"}'),
            says(200, b'{"access_token": "a\\r\\nX LOGOUT"}'),
            says(200, b"x" * 2**19),
            says(307, b""),
        ],
    )
    def test_an_endpoint_in_trouble_has_not_refused_us(self, script: Script) -> None:
        with TokenEndpoint(script) as endpoint, pytest.raises(TryLater) as caught:
            source_of(client(endpoint))()
        assert not isinstance(caught.value, SignInRefused)
        assert 1 == len(endpoint.forms), "the form goes to the address of the settings and nowhere else"

    def test_one_that_trickles_is_given_up_in_time(self) -> None:
        with TokenEndpoint(trickles=True) as endpoint, pytest.raises(TryLater, match=r"within 0\.3 seconds"):
            Endpoint(url=endpoint.url, deadline=0.3).ask({})

    def test_one_that_is_not_there_is_tried_later(self) -> None:
        with TokenEndpoint() as endpoint:
            url = endpoint.url
        with pytest.raises(TryLater, match="nothing listens there"):
            Endpoint(url=url).ask({})

    @pytest.mark.parametrize("url", ["http://login.example.com/token", "ftp://localhost/x", "localhost/token", ""])
    def test_secrets_go_nowhere_in_plain_text(self, url: str) -> None:
        with pytest.raises(NeedsHuman):
            Endpoint(url=url)

    @pytest.mark.parametrize(
        ("said", "lifetime"),
        [(60, 60), ("3599", 3599), (None, 300), (-5, 300), ("soon", 300), ("nan", 300), (1e300, 300), (10**7, 86400)],
    )
    def test_a_lifetime_that_cannot_be_is_taken_for_a_short_one(self, said: object, lifetime: int) -> None:
        with TokenEndpoint(grants("t", expires_in=said)) as endpoint:
            answer = Endpoint(url=endpoint.url).ask({})
        assert Answer(access_token="t", lifetime=timedelta(seconds=lifetime)) == answer


class TestRefreshTokens:
    def test_a_renewed_one_is_written_down_at_once_and_for_its_owner_alone(self, tmp_path: Path) -> None:
        path = refresh_file(tmp_path)
        with TokenEndpoint(grants("a-1", refresh_token="refresh-2")) as endpoint:
            fetch = source_of(refreshing(endpoint, path))
            fetch()
            assert ("refresh-2\n", 0o600) == (path.read_text(), stat.S_IMODE(path.stat().st_mode))
            fetch()
        assert ["refresh-1", "refresh-2"] == [form["refresh_token"] for form in endpoint.forms]
        assert [path] == list(tmp_path.iterdir()), "nothing is left lying about"

    def test_an_endpoint_that_renews_nothing_changes_nothing(self, tmp_path: Path) -> None:
        path = refresh_file(tmp_path)
        before = path.stat().st_ino
        with TokenEndpoint() as endpoint:
            source_of(refreshing(endpoint, path))()
        assert ("refresh-1\n", before) == (path.read_text(), path.stat().st_ino)

    def test_the_file_is_read_each_time_so_an_admin_can_replace_it(self, tmp_path: Path) -> None:
        path = refresh_file(tmp_path)
        with TokenEndpoint(refuses()) as endpoint:
            fetch = source_of(refreshing(endpoint, path))
            with pytest.raises(SignInRefused, match="invalid_grant"):
                fetch()
            path.write_text("refresh-9\n")
            endpoint.script = grants("a-1")
            assert "a-1" == fetch().token
        assert "refresh-9" == endpoint.forms[-1]["refresh_token"]

    def test_a_file_that_others_may_read_is_not_used(self, tmp_path: Path) -> None:
        path = refresh_file(tmp_path)
        path.chmod(0o644)
        with TokenEndpoint() as endpoint, pytest.raises(SignInRefused, match="chmod 600"):
            source_of(refreshing(endpoint, path))()
        assert [] == endpoint.forms

    @pytest.mark.parametrize("from_file", [True, False])
    def test_one_that_cannot_be_written_down_is_used_and_told_once(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture, from_file: bool
    ) -> None:
        path = refresh_file(tmp_path)
        with TokenEndpoint(grants("a-1", refresh_token="refresh-2")) as endpoint:
            sign_in = refreshing(endpoint, path)
            if from_file:
                (tmp_path / f".{path.name}.part").mkdir()  # also root cannot write there
            else:
                sign_in = replace(sign_in, refresh_token_file=None)
            fetch = source_of(sign_in)
            for _ in range(3):
                fetch()
        assert ["refresh-1", "refresh-2", "refresh-2"] == [form["refresh_token"] for form in endpoint.forms]
        assert [logging.ERROR] == [record.levelno for record in caplog.records]
        assert "refresh-2" not in caplog.text

    def test_two_at_once_never_show_the_same_token_where_each_is_good_once(self, tmp_path: Path) -> None:
        """An endpoint that takes a token shown twice for theft: two processes are like two sources of one file."""
        path, good = refresh_file(tmp_path), ["refresh-1"]

        def once(form: dict[str, str]) -> tuple[int, bytes]:
            if form["refresh_token"] != good[0]:
                return refuses()(form)
            time.sleep(0.01)
            good[0] = f"refresh-{len(endpoint.forms) + 1}"
            return grants("a", refresh_token=good[0])(form)

        with TokenEndpoint(once) as endpoint:
            refused: list[str] = []

            def ask(fetch: Callable[[], Granted]) -> None:
                try:
                    for _ in range(5):
                        fetch()
                except TryLater as error:
                    refused.append(str(error))

            threads = [threading.Thread(target=ask, args=(source_of(refreshing(endpoint, path)),)) for _ in range(3)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(30)
        assert ([], 15) == (refused, len(endpoint.forms))


class TestCommand:
    def source(self, folder: Path, script: str, *arguments: str, deadline: float = 20.0) -> Callable[[], Granted]:
        path = folder / "token program"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o700)
        return source_of(SignIn(command=(str(path), *arguments), timeout=timedelta(seconds=deadline)))

    def test_its_first_line_is_the_token_and_no_shell_reads_its_arguments(self, tmp_path: Path) -> None:
        fetch = self.source(tmp_path, 'echo "$#-$1"; echo more', "a;b$(c)*")
        assert "1-a;b$(c)*" == fetch().token

    @pytest.mark.parametrize("script", ["exit 3", "true", "echo; echo late", "echo 'a b'", "echo ü"])
    def test_one_that_prints_no_token_counts_as_a_refusal(self, tmp_path: Path, script: str) -> None:
        with pytest.raises(SignInRefused, match="by hand"):
            self.source(tmp_path, f"echo {CANARY} >&2; {script}")()

    def test_one_that_is_missing_is_named(self) -> None:
        with pytest.raises(SignInRefused, match="/nowhere/at/all cannot be run"):
            source_of(SignIn(command=("/nowhere/at/all",)))()

    def test_one_that_hangs_is_ended_with_its_children(self, tmp_path: Path) -> None:
        mark = tmp_path / "child"
        fetch = self.source(tmp_path, f"sleep 600 & echo $! > '{mark}'; wait", deadline=1.0)
        with pytest.raises(TryLater, match="within 1 seconds") as caught:
            fetch()
        assert not isinstance(caught.value, SignInRefused)
        child = int(mark.read_text())
        until = time.monotonic() + 20
        while _lives(child):
            assert time.monotonic() < until
            time.sleep(0.01)


def _lives(process: int) -> bool:
    """Whether it runs; one that nobody has reaped yet does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class TestCache:
    def tokens(self, clock: VirtualClock, *lifetimes: int) -> tuple[AccessTokens, list[datetime]]:
        asked: list[datetime] = []

        def fetch() -> Granted:
            asked.append(clock.now())
            life = lifetimes[min(len(asked), len(lifetimes)) - 1]
            return Granted(token=f"token-{len(asked)}", lifetime=timedelta(seconds=life))

        return AccessTokens(fetch=fetch, clock=clock), asked

    @pytest.mark.parametrize(("lifetime", "renewed"), [(3600, 3300), (600, 540), (60, 54)])
    def test_a_token_is_kept_until_shortly_before_it_expires(self, lifetime: int, renewed: int) -> None:
        clock = VirtualClock(NOW)
        tokens, asked = self.tokens(clock, lifetime)
        for second in range(lifetime):
            clock.set(NOW + timedelta(seconds=second))
            expected = "token-1" if second < renewed else "token-2"
            assert expected == tokens.get()
        assert [NOW, NOW + timedelta(seconds=renewed)] == asked

    def test_a_refused_token_is_not_given_out_again(self) -> None:
        clock = VirtualClock(NOW)
        tokens, asked = self.tokens(clock, 3600)
        first = tokens.get()
        clock.advance(timedelta(minutes=2))
        assert tokens.refused(first), "it may have been revoked: a fresh one is worth a try"
        assert "token-2" == tokens.get()
        assert not tokens.refused("token-2"), "a fresh one that is refused as well will not be better for another"
        assert tokens.refused("token-1"), "somebody else has fetched another one meanwhile"
        assert 2 == len(asked)

    def test_when_the_clock_was_set_back_nothing_is_kept(self) -> None:
        clock = VirtualClock(NOW)
        tokens, asked = self.tokens(clock, 3600)
        tokens.get()
        clock.set(NOW - timedelta(days=365))
        assert "token-2" == tokens.get()
        assert 2 == len(asked)

    def test_a_failure_is_not_kept(self) -> None:
        clock = VirtualClock(NOW)
        said: Sequence[Exception | str] = [TryLater("away"), "token"]
        answers = iter(said)

        def fetch() -> Granted:
            answer = next(answers)
            if isinstance(answer, Exception):
                raise answer
            return Granted(token=answer, lifetime=timedelta(hours=1))

        tokens = AccessTokens(fetch=fetch, clock=clock)
        with pytest.raises(TryLater):
            tokens.get()
        assert "token" == tokens.get()

    def test_tokens_show_themselves_to_nobody(self) -> None:
        shown = repr(Granted(token=CANARY, lifetime=timedelta(hours=1)))
        shown += repr(Answer(access_token=CANARY, lifetime=timedelta(hours=1), refresh_token=CANARY))
        assert CANARY not in shown


def simulate(
    hours: int, works: Callable[[str, float], bool], *, anew_every: int = 0, paused: bool = True
) -> dict[str, list[float]]:
    """Two servers that try every ten seconds; when each was really tried and refused, in seconds.

    `anew_every`: seconds after which another process goes on with what the one before remembered.
    """
    clock = VirtualClock(NOW)
    tries, refused = Tries(clock), dict[str, list[float]](imap=[], smtp=[])
    kept = [""]
    for second in range(0, hours * 3600, 10):
        clock.set(NOW + timedelta(seconds=second))
        if anew_every and second % anew_every == 0:
            clock = VirtualClock(clock.now())  # the steady clock may begin anywhere
            tries = Tries(clock, remember=kept.append)
            tries.recall(kept[-1], paused=paused)
        for server in ("imap", "smtp"):
            try:
                tries.check(server)
            except SignInRefused:
                continue
            if works(server, second):
                tries.accepted(server)
            else:
                refused[server].append(second)
                tries.refused(server, "no")
    return refused


def most_in_an_hour(moments: Sequence[float]) -> int:
    return max((sum(start <= moment < start + 3600 for moment in moments) for start in moments), default=0)


class TestTries:
    @pytest.mark.parametrize(
        "works",
        [
            lambda _server, _second: False,
            lambda server, _second: server == "smtp",
            lambda server, second: server == "smtp" and second % 7200 < 3600,
            lambda _server, second: second % 1800 < 900,
        ],
    )
    def test_both_servers_together_refuse_at_most_six_times_in_any_hour(
        self, works: Callable[[str, float], bool]
    ) -> None:
        refused = simulate(8, works)
        together = sorted(refused["imap"] + refused["smtp"])
        assert 4 <= most_in_an_hour(together) <= MOST
        assert 20 * 60 > min(b - a for a, b in zip(refused["imap"], refused["imap"][1:], strict=False)) >= 10 * 60

    @pytest.mark.parametrize("anew_every", [60, 300, 1500])
    @pytest.mark.parametrize(
        "works",
        [lambda _server, _second: False, lambda server, _second: server == "smtp", lambda _, second: second > 14400],
    )
    def test_a_timer_that_starts_a_pass_now_and_then_locks_no_account_either(
        self, works: Callable[[str, float], bool], anew_every: int
    ) -> None:
        refused = simulate(8, works, anew_every=anew_every)
        assert 2 <= most_in_an_hour(sorted(refused["imap"] + refused["smtp"])) <= MOST

    def test_who_restarts_the_daemon_has_the_next_try_at_once_but_not_a_seventh(self) -> None:
        refused = simulate(3, lambda *_: False, anew_every=60, paused=False)
        together = sorted(refused["imap"] + refused["smtp"])
        assert {0, 60} <= set(together)
        assert MOST == most_in_an_hour(together)

    def test_a_start_by_hand_ends_no_pause_of_the_server_that_it_did_not_try(self) -> None:
        kept = [""]
        tries = Tries(VirtualClock(NOW), remember=kept.append)
        tries.refused("imap", "no")
        tries.refused("smtp", "no")
        by_hand = Tries(VirtualClock(NOW + timedelta(minutes=1)), remember=kept.append)
        by_hand.recall(kept[-1], paused=False)
        by_hand.check("imap")
        by_hand.accepted("imap")
        by_timer = Tries(VirtualClock(NOW + timedelta(minutes=2)))
        by_timer.recall(kept[-1], paused=True)
        by_timer.check("imap")
        with pytest.raises(SignInRefused, match="in 8 minutes"):
            by_timer.check("smtp")

    def test_who_was_accepted_meanwhile_waits_for_nothing(self) -> None:
        kept = [""]
        tries = Tries(VirtualClock(NOW), remember=kept.append)
        tries.refused("imap", "no")
        tries.accepted("imap")
        again = Tries(VirtualClock(NOW))
        again.recall(kept[-1], paused=True)
        again.check("imap")
        assert {} == again.refusals

    @pytest.mark.parametrize("text", ["", "{", "7", '[["a", "imap", "no"]]', "[[1]]", '[[1e99, "imap", "no"]]', "null"])
    def test_a_memory_that_cannot_be_read_is_as_good_as_none(self, text: str) -> None:
        tries = Tries(VirtualClock(NOW))
        tries.recall(text, paused=True)
        tries.check("imap")

    def test_a_server_that_accepts_us_is_not_held_up_by_one_that_does_not(self) -> None:
        clock = VirtualClock(NOW)
        tries = Tries(clock)
        said = set()
        for minute in range(600):
            clock.set(NOW + timedelta(minutes=minute))
            tries.check("smtp")
            tries.accepted("smtp")
            try:
                tries.check("imap")
                tries.refused("imap", "no such user")
            except SignInRefused as error:
                said.add(str(error))
        assert "the sign-in was refused and is tried again in 9 minutes (no such user)" in said

    def test_since_when_a_server_refuses_is_remembered_until_it_accepts(self) -> None:
        clock = VirtualClock(NOW)
        tries = Tries(clock)
        tries.refused("imap", "first")
        clock.advance(timedelta(hours=1))
        tries.refused("imap", "second")
        assert (NOW, "second") == (tries.refusals["imap"].since, tries.refusals["imap"].because)
        tries.accepted("imap")
        assert {} == tries.refusals


def test_the_environment_of_a_command_is_that_of_the_daemon(tmp_path: Path) -> None:
    """Commands such as `az` or `gcloud` find their own credentials by HOME."""
    script = tmp_path / "print"
    script.write_text('#!/bin/sh\necho "$HOME"\n')
    script.chmod(0o700)
    assert os.environ["HOME"] == source_of(SignIn(command=(str(script),)))().token
