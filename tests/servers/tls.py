"""A certificate authority for the tests: servers that clients may verify, and servers that they must refuse."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path

import trustme

NAMES = ("localhost", "127.0.0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """One private authority; `ca_file` is what a client is told to trust."""

    folder: Path
    _ca: trustme.CA = field(default_factory=trustme.CA)

    def __post_init__(self) -> None:
        self._ca.cert_pem.write_to_path(str(self.ca_file))

    @property
    def ca_file(self) -> Path:
        return self.folder / "ca.pem"

    def write_certificate(self, folder: Path) -> tuple[Path, Path]:
        """Write a certificate for the loopback names with its key into `folder`; (certificate, key), key mode 0600."""
        issued = self._ca.issue_cert(*NAMES)
        certificate, key = folder / "server.pem", folder / "server.key"
        certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        key.touch(mode=0o600)
        key.write_bytes(issued.private_key_pem.bytes())
        return certificate, key

    def server_context(self, *names: str) -> ssl.SSLContext:
        """The server side for `names` (loopback if none): give a foreign name to make a certificate that is wrong."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._ca.issue_cert(*(names or NAMES)).configure_cert(context)
        return context

    def client_context(self) -> ssl.SSLContext:
        """The client side: verifies the chain and the name, as ombud must."""
        return ssl.create_default_context(cafile=self.ca_file)
