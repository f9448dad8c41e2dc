"""A scripted server on a loopback socket: it reads one request and then misbehaves as told."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

JOB_ID = "J.20220928-125820.021-2l8likuetABCDEFGHI"
ACCEPTED = f'{{"jobId":"{JOB_ID}"}}'.encode()


@dataclass(frozen=True)
class Seen:
    """A request as it came over the wire."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))


@dataclass
class Peer:
    """One accepted connection."""

    sock: socket.socket
    over: threading.Event
    buffer: bytearray = field(default_factory=bytearray)

    def read_request(self) -> Seen | None:
        while b"\r\n\r\n" not in self.buffer:
            if not self._more():
                return None
        head, _, rest = bytes(self.buffer).partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        self.buffer = bytearray(rest)
        while len(self.buffer) < length:
            if not self._more():
                return None
        body, self.buffer = bytes(self.buffer[:length]), self.buffer[length:]
        method, target, _ = first.split(" ")
        return Seen(method, target, headers, body)

    def reset(self) -> None:
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def _more(self) -> bool:
        chunk = self.sock.recv(65536)
        self.buffer += chunk
        return bool(chunk)


Reply = Callable[[Peer], bool]
"""What happens after the request was read; True if another request may follow, else the connection is closed."""


def answer(status: int, body: bytes = b"", *, headers: Mapping[str, str] | None = None, keep: bool = False) -> Reply:
    """A complete answer; JSON unless `headers` say otherwise. `keep` leaves the connection open for another one."""
    fields = {
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "keep-alive" if keep else "close",
        **(headers or {}),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return raw(f"HTTP/1.1 {status} Some\r\n{head}\r\n".encode() + body, keep=keep)


def raw(data: bytes, *, keep: bool = False) -> Reply:
    def reply(peer: Peer) -> bool:
        peer.sock.sendall(data)
        return keep

    return reply


def silence(peer: Peer) -> bool:
    peer.over.wait()
    return False


def then_silence(data: bytes) -> Reply:
    def reply(peer: Peer) -> bool:
        peer.sock.sendall(data)
        return silence(peer)

    return reply


def reset(peer: Peer) -> bool:
    peer.reset()
    return False


def close(peer: Peer) -> bool:
    return False


def drip(data: bytes, *, every_s: float, at_once: bytes = b"") -> Reply:
    """One byte at a time, after what comes `at_once`."""

    def reply(peer: Peer) -> bool:
        peer.sock.sendall(at_once)
        for byte in data:
            peer.sock.sendall(bytes([byte]))
            if peer.over.wait(every_s):
                break
        return False

    return reply


class ScriptedServer:
    """Listens on a free loopback port and answers with `reply`, or with what `choose` picks for a request.

    `seen` has every complete request, `connections` counts the accepted connections. `on_accept` runs before anything
    is read; if it returns False, the connection is finished.
    """

    def __init__(
        self,
        reply: Reply | None = None,
        *,
        choose: Callable[[Seen], Reply] | None = None,
        on_accept: Callable[[Peer], bool] = lambda peer: True,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._choose = choose or (lambda seen: reply or close)
        self._on_accept = on_accept
        self._tls = tls
        self._over = threading.Event()
        self._peers: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.seen: list[Seen] = []
        self.connections = 0
        scheme = "https" if tls else "http"
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{scheme}://127.0.0.1:{self.port}/rest/v1"

    def __enter__(self) -> Self:
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join(5)
        for peer in self._peers:
            peer.join(5)

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            self._peers.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        sock.settimeout(5)
        with sock, suppress(OSError):
            peer = Peer(sock, self._over)
            if not self._on_accept(peer):
                return
            if self._tls:
                peer.sock = self._tls.wrap_socket(sock, server_side=True)
            with peer.sock:
                self._requests(peer)

    def _requests(self, peer: Peer) -> None:
        while seen := peer.read_request():
            self.seen.append(seen)
            if not self._choose(seen)(peer):
                return


def self_signed(folder: Path, *, host: str = "127.0.0.1") -> tuple[ssl.SSLContext, Path]:
    """A server's TLS context and its certificate as a file, for `host`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "scripted server")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "server.pem", folder / "server.key"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public
