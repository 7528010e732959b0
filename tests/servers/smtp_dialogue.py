"""One connection to the scripted SMTP server: RFC 5321 as far as a submitting client needs it, plus faults."""

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.servers.smtp_script import CLOSE, HANG, Behaviour, Fault, Step, Transaction

GREYLISTED = "451 4.7.1 greylisted, try again later"


class _HungUp(Exception):
    """The dialogue is over, by command or by fault."""


@dataclass(slots=True)
class Dialogue:
    """`current` is the open transaction; it is recorded once, however it ends."""

    server: Behaviour
    number: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    tls: bool
    user: str | None = None
    current: Transaction | None = None

    async def run(self) -> None:
        try:
            await self._step(Step.CONNECT, "", "220 mx.test ESMTP")
            while line := await self._line():
                self.server.commands.append((self.number, line))
                verb, _, rest = line.partition(" ")
                await self._command(verb.upper(), rest.strip())
        except _HungUp:
            pass
        finally:
            self._finish(CLOSE)

    async def _command(self, verb: str, rest: str) -> None:
        match verb:
            case "EHLO":
                await self._step(Step.EHLO, rest, *_numbered("250", self._features()))
            case "HELO":
                await self._step(Step.EHLO, rest, "250 mx.test")
            case "STARTTLS" if self._offers_starttls:
                await self._starttls()
            case "AUTH" if self._demands_auth:
                await self._authenticate(rest)
            case "MAIL":
                await self._mail(rest)
            case "RCPT" if self.current:
                await self._recipient(self.current, rest)
            case "DATA" if self.current and self.current.recipients:
                await self._data(self.current)
            case "RCPT" | "DATA":
                await self._say("503 5.5.1 bad sequence of commands")
            case "RSET":
                self._finish("RSET")
                await self._step(Step.RSET, rest)
            case "NOOP":
                await self._step(Step.NOOP, rest)
            case "QUIT":
                self._finish("QUIT")
                await self._step(Step.QUIT, rest, "221 2.0.0 bye")
                raise _HungUp
            case _:
                await self._say("502 5.5.2 not implemented")

    async def _starttls(self) -> None:
        if self.server.context and await self._step(Step.STARTTLS, "", "220 2.0.0 go ahead"):
            await self.writer.start_tls(self.server.context)
            self.tls = True

    async def _authenticate(self, rest: str) -> None:
        mechanism, _, given = rest.partition(" ")
        if mechanism.upper() == "XOAUTH2":
            await self._show_token(rest, _decoded(given or await self._ask("334 ")))
            return
        if mechanism.upper() == "PLAIN":
            _, name, password = _decoded(given or await self._ask("334 ")).split("\0")
        elif mechanism.upper() == "LOGIN":
            name = _decoded(given or await self._ask("334 VXNlcm5hbWU6"))
            password = _decoded(await self._ask("334 UGFzc3dvcmQ6"))
        else:
            await self._say("504 5.5.4 unknown mechanism")
            return
        if (name, password) != self.server.credentials:
            await self._say("535 5.7.8 wrong name or password")
        elif await self._step(Step.AUTH, rest, "235 2.7.0 welcome"):
            self.user = name

    async def _show_token(self, rest: str, shown: str) -> None:
        """As Google and Microsoft do it: an error comes as a challenge, and an empty line brings the refusal."""
        parts = dict(part.partition("=")[::2] for part in shown.split("\1") if part)
        name, kind, token = parts.get("user", ""), *parts.get("auth", " ").split(" ", 1)
        if kind == "Bearer" and token and self.server.bearers.get(name) == token:
            if await self._step(Step.AUTH, rest, "235 2.7.0 welcome"):
                self.user = name
            return
        error = base64.b64encode(b'{"status":"401","schemes":"bearer","scope":"https://mail.test/"}').decode()
        answer = await self._ask(f"334 {error}")
        self.server.commands.append((self.number, f"after the error: {answer!r}"))
        await self._say("535 5.7.8 token refused" if not answer else "501 5.5.4 an empty line was expected")

    async def _mail(self, rest: str) -> None:
        self._finish("MAIL")
        if self._demands_auth and self.user is None:
            await self._say("530 5.7.0 authentication required")
            return
        self.current = Transaction(connection=self.number, tls=self.tls, user=self.user, sender=_path(rest))
        await self._step(Step.MAIL, rest)

    async def _recipient(self, current: Transaction, rest: str) -> None:
        recipient = _path(rest)
        if self.server.is_greylisted(current.sender, recipient):
            self._note(GREYLISTED)
            await self._say(GREYLISTED)
        elif await self._step(Step.RCPT, rest):
            self.current = replace(current, recipients=(*current.recipients, recipient))

    async def _data(self, current: Transaction) -> None:
        if not await self._step(Step.DATA, "", "354 end with a dot"):
            return
        lines: list[bytes] = []
        while (line := await self.reader.readuntil(b"\r\n")) != b".\r\n":
            lines.append(line.removeprefix(b"."))
            if len(lines) == 1 and (fault := self.server.fault_at(Step.CONTENT, "")):
                await self._strike(fault)
        self.current = replace(current, content=b"".join(lines))
        if fault := self.server.fault_at(Step.DOT, " ".join(current.recipients)):
            self.current = replace(self.current, accepted=fault.keeps)
            await self._strike(fault)
            return
        self.current = replace(self.current, accepted=True, outcome="")  # some recipients may have been refused
        self._finish("250 2.0.0 queued")
        await self._say("250 2.0.0 queued")

    async def _step(self, step: Step, line: str, *usual: str) -> bool:
        """Give the usual reply, or let the fault of this step strike; whether all went as usual."""
        if fault := self.server.fault_at(step, line):
            await self._strike(fault)
            return False
        await self._say(*(usual or ("250 2.0.0 ok",)))
        return True

    async def _strike(self, fault: Fault) -> None:
        hangs_up = fault.reply in {CLOSE, HANG} or fault.reply.startswith("421")
        self._note(fault.reply)
        if hangs_up or fault.step in {Step.MAIL, Step.DATA, Step.DOT}:
            self._finish(fault.reply)
        if fault.reply in {CLOSE, HANG}:
            if fault.reply == HANG:
                await asyncio.Event().wait()
            raise _HungUp
        await self._say(fault.reply)
        if hangs_up:
            raise _HungUp

    def _note(self, reply: str) -> None:
        if self.current is not None:
            self.current = replace(self.current, outcome=reply)

    def _finish(self, outcome: str) -> None:
        """Record the open transaction; always before the reply, so that a test finds what its client was told."""
        if self.current is not None:
            self.server.record(replace(self.current, outcome=self.current.outcome or outcome))
        self.current = None

    @property
    def _demands_auth(self) -> bool:
        return bool(self.server.credentials or self.server.bearers)

    @property
    def _offers_starttls(self) -> bool:
        return self.server.context is not None and not self.tls

    def _features(self) -> tuple[str, ...]:
        starttls = ("STARTTLS",) if self._offers_starttls else ()
        mechanisms = (["PLAIN LOGIN"] if self.server.credentials else []) + (["XOAUTH2"] if self.server.bearers else [])
        auth = (f"AUTH {' '.join(mechanisms)}",) if mechanisms else ()
        return ("mx.test", *self.server.extensions, *starttls, *auth)

    async def _ask(self, prompt: str) -> str:
        await self._say(prompt)
        return await self._line()

    async def _line(self) -> str:
        return (await self.reader.readline()).decode("utf-8", "surrogateescape").rstrip("\r\n")

    async def _say(self, *lines: str) -> None:
        self.writer.write("".join(f"{line}\r\n" for line in lines).encode())
        await self.writer.drain()


def _numbered(code: str, lines: Sequence[str]) -> tuple[str, ...]:
    return (*(f"{code}-{line}" for line in lines[:-1]), f"{code} {lines[-1]}")


def _decoded(blob: str) -> str:
    return base64.b64decode(blob).decode()


def _path(argument: str) -> str:
    """The address in "FROM:<a@b.example> SIZE=10"; empty for the null sender."""
    return argument.partition("<")[2].partition(">")[0]
