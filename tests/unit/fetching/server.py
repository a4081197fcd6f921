"""A server on this machine that speaks TLS and misbehaves as told, and a web whose names all lead to it."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from assessor.fetching.fetcher import Fetcher, Limits

PUBLIC = "93.184.215.14"
NAMES = ("badges.example", "other.example", "eve.example")

Behaviour = Callable[[ssl.SSLSocket], None]


def says(body: bytes, *, status: str = "200 OK", kind: str = "application/json", **fields: str) -> Behaviour:
    """An honest answer."""
    head = {"Content-Type": kind, "Content-Length": str(len(body))} | {
        name.replace("_", "-"): value for name, value in fields.items()
    }
    text = f"HTTP/1.1 {status}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in head.items() if value)
    return sends(text.encode() + b"\r\n" + body)


def leads(to: str, status: int = 302) -> Behaviour:
    """A redirect."""
    return says(b"", status=f"{status} Elsewhere", Location=to)


def sends(*parts: bytes) -> Behaviour:
    """These bytes, whatever they are."""

    def behave(connection: ssl.SSLSocket) -> None:
        for part in parts:
            connection.sendall(part)

    return behave


@dataclass
class Server:
    """Answers by path. `asked`: host and path of every request."""

    folder: Path
    answers: dict[str, Behaviour] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    ending: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    def serve(self, listening: socket.socket, tls: ssl.SSLContext) -> None:
        """Take one connection after the other until the end."""
        while not self.ending.is_set():
            try:
                plain, _ = listening.accept()
            except OSError:
                return
            with suppress(OSError), plain, tls.wrap_socket(plain, server_side=True) as connection:
                self._answer(connection)

    def _answer(self, connection: ssl.SSLSocket) -> None:
        connection.settimeout(2)
        request = b""
        while b"\r\n\r\n" not in request:
            received = connection.recv(4096)
            if not received:
                return
            request += received
        lines = request.decode("ascii").split("\r\n")
        path = lines[0].split(" ")[1]
        host = next(line.removeprefix("Host: ") for line in lines if line.startswith("Host: "))
        self.asked.append((host, path))
        self.answers[path](connection)
        connection.unwrap()


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """A running server with a certificate for its names."""
    server = Server(folder)
    key_file = make_certificate(folder, NAMES)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(key_file)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server.port = listening.getsockname()[1]
        thread = threading.Thread(target=server.serve, args=(listening, tls), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.ending.set()
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            thread.join(5)


@dataclass
class Web:
    """Names and their addresses; every address is played by the one server. `dialled`: what was connected to."""

    server: Server
    addresses: dict[str, Sequence[str]] = field(default_factory=dict)
    dialled: list[tuple[str, int]] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)

    def resolve(self, host: str) -> Sequence[str]:
        """The addresses of a name, as they are at this moment."""
        self.resolved.append(host)
        if host not in self.addresses and host not in NAMES:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return self.addresses.get(host, [PUBLIC])

    def dial(self, address: str, port: int, seconds: float) -> socket.socket:
        """A connection to the server on this machine, whatever the address."""
        self.dialled.append((address, port))
        return socket.create_connection(("127.0.0.1", self.server.port), timeout=seconds)

    def fetcher(self, **changes: Any) -> Fetcher:
        """A fetcher on this web, with a second of patience."""
        options: dict[str, Any] = {"resolve": self.resolve, "dial": self.dial, "tls": self.tls()} | changes
        return Fetcher(options.pop("limits", Limits(seconds=1.0)), **options)

    def tls(self) -> ssl.SSLContext:
        """What believes this server's certificate and no other."""
        return ssl.create_default_context(cafile=str(self.server.folder / "certificate.pem"))


def make_certificate(folder: Path, names: Sequence[str]) -> Path:
    """A key with its certificate for these names, in one file; the certificate alone beside it."""
    key = generate_private_key(SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    ).public_bytes(Encoding.PEM)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "certificate.pem").write_bytes(certificate)
    (folder / "key.pem").write_bytes(secret + certificate)
    return folder / "key.pem"
