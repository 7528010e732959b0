"""An OAuth 2.0 token endpoint on a thread of its own that grants, refuses, dawdles or talks rubbish to order."""

import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl

Answer = tuple[int, bytes]
Script = Callable[[dict[str, str]], Answer]


def grants(token: str, **more: object) -> Script:
    """200 with this token."""
    said = {"token_type": "Bearer", "access_token": token, "expires_in": 3600} | more
    return lambda _form: (200, json.dumps(said).encode())


def refuses(error: str = "invalid_grant", status: int = 400, description: str = "no good") -> Script:
    """An error as RFC 6749 section 5.2 has it."""
    return lambda _form: (status, json.dumps({"error": error, "error_description": description}).encode())


def says(status: int, body: bytes) -> Script:
    """Anything."""
    return lambda _form: (status, body)


@dataclass(slots=True)
class TokenEndpoint:
    """Listens on 127.0.0.1:`port` inside the with block.

    `script` answers a form; `forms` holds what was posted, in order. `trickles`: one byte now and then, for ever.
    GET is Dovecot's question about a token: `known` maps tokens to names.
    """

    script: Script = field(default_factory=lambda: grants("token-1"))
    context: ssl.SSLContext | None = None
    trickles: bool = False
    known: dict[str, str] = field(default_factory=dict)
    forms: list[dict[str, str]] = field(default_factory=list, init=False)
    headers: list[dict[str, str]] = field(default_factory=list, init=False)
    stopping: threading.Event = field(default_factory=threading.Event, init=False)
    _server: Any = field(default=None, init=False)
    _thread: threading.Thread | None = field(default=None, init=False)

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"{'https' if self.context else 'http'}://localhost:{self.port}/tenant/oauth2/v2.0/token"

    def __enter__(self) -> Self:
        handler = type("Handler", (_Handler,), {"endpoint": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        if self.context:
            self._server.socket = self.context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="token-endpoint")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        if self._thread:
            self._thread.join(10)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = True

    def handle_error(self, *_: object) -> None:
        """A client that went away is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    endpoint: TokenEndpoint
    timeout = 10

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        form = dict(parse_qsl(self.rfile.read(length).decode(), keep_blank_values=True))
        self.endpoint.forms.append(form)
        self.endpoint.headers.append(dict(self.headers))
        if self.endpoint.trickles:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not self.endpoint.stopping.wait(0.02):
                self.wfile.write(b"x")
            return
        self._answer(*self.endpoint.script(form))

    def do_GET(self) -> None:
        """Dovecot asks with the token in the header (introspection_mode = auth)."""
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        name = self.endpoint.known.get(token)
        if name is None:
            self._answer(200, b'{"active": false}')
        else:
            self._answer(200, json.dumps({"email": name, "active": True}).encode())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if status in {301, 302, 307, 308}:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silence."""
