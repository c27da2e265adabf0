"""TLS before a server that has none: a certificate made on the spot, and what ends the encryption on the way in."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

#: How a client of PostgreSQL asks for TLS, and the answer that it may begin (PostgreSQL, section 54.2.10).
SSL_REQUEST = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
BEGIN = b"S"


def certificate(folder: Path) -> Path:
    """A certificate of 127.0.0.1 that signs itself, its key beside it (`.key`)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "quire tests")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1)
    )
    host = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    signs = x509.BasicConstraints(ca=True, path_length=None)
    signed = made.add_extension(host, critical=False).add_extension(signs, critical=True).sign(key, hashes.SHA256())
    path = folder / "server.crt"
    path.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.with_suffix(".key").write_bytes(key.private_bytes(*form))
    return path


@contextlib.contextmanager
def encrypted(target: str, proof: Path, *, postgresql: bool = False) -> Iterator[int]:
    """The port of 127.0.0.1 at which the server on the socket `target` is to be had with TLS alone."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(proof, proof.with_suffix(".key"))
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):  # the block has ended
                while True:
                    client = listener.accept()[0]
                    threading.Thread(target=_join, args=(client, target, context, postgresql), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def _join(client: socket.socket, target: str, context: ssl.SSLContext, postgresql: bool) -> None:
    with contextlib.suppress(OSError), client, socket.socket(socket.AF_UNIX) as inner:
        if postgresql:
            if client.recv(8) != SSL_REQUEST:
                return
            client.sendall(BEGIN)
        with context.wrap_socket(client, server_side=True) as outer:
            inner.connect(target)
            back = threading.Thread(target=_pump, args=(inner, outer), daemon=True)
            back.start()
            _pump(outer, inner)
            back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
