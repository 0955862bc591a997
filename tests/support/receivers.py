"""A receiver of webhooks in this process: real sockets with TLS, a certificate authority of its own; it answers as it is told."""

import datetime
import ipaddress
import json
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "localhost"
NETWORKS = "127.0.0.0/8, ::1/128"
"""What an operator would have to allow so that a receiver on this machine is reached."""


class Got(NamedTuple):
    """A delivery as it was received."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def events(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.body)
        return found

    @property
    def ids(self) -> list[str]:
        return [str(event["id"]) for event in self.events]


class Receiver:
    """What was received. ``status``, ``headers``: what it answers; ``then``: statuses of the next answers, before that.

    ``wait``: seconds before it answers; ``drip``: it answers a byte of headers a tenth of a second, for ever.
    """

    def __init__(self, folder: Path, names: tuple[str, ...] = (HOST,)):
        self.got: list[Got] = []
        self.status, self.headers, self.then = 204, dict[str, str](), list[int]()
        self.wait, self.drip = 0.0, False
        self.ca, certificate = certificates(folder, names)
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append(Got(self.path, {name.lower(): text for name, text in self.headers.items()}, body))
                time.sleep(receiver.wait)
                while receiver.drip:
                    self.wfile.write(b"H")
                    time.sleep(0.1)
                self.send_response(receiver.then.pop(0) if receiver.then else receiver.status)
                for name, text in receiver.headers.items():
                    self.send_header(name, text)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST

            def log_message(self, *_: object) -> None:
                """Nothing is printed."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                """A client that hung up is no error of ours."""

            def finish_request(self, request: Any, client_address: Any) -> None:
                with context.wrap_socket(request, server_side=True) as secured:
                    super().finish_request(secured, client_address)

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = int(self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}/hook"

    @property
    def ids(self) -> list[str]:
        """The ids of all events, in the order in which they came."""
        return [one for got in self.got for one in got.ids]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@contextmanager
def receiving(folder: Path, names: tuple[str, ...] = (HOST,)) -> Iterator[Receiver]:
    receiver = Receiver(folder, names)
    try:
        yield receiver
    finally:
        receiver.close()


def certificates(folder: Path, names: tuple[str, ...]) -> tuple[Path, Path]:
    """A certificate authority, and a certificate with its key by it, as files."""
    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"authority of {folder.name}")])
    ca = _certificate(issuer, issuer, authority.public_key(), [x509.BasicConstraints(ca=True, path_length=0)]).sign(
        authority, hashes.SHA256()
    )
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    alternatives = x509.SubjectAlternativeName([_name(one) for one in names])
    own = _certificate(issuer, subject, key.public_key(), [alternatives]).sign(authority, hashes.SHA256())
    pem = serialization.Encoding.PEM
    ca_file, both = folder / "ca.pem", folder / "server.pem"
    ca_file.write_bytes(ca.public_bytes(pem))
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    both.write_bytes(private + own.public_bytes(pem))
    return ca_file, both


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _certificate(
    issuer: x509.Name, subject: x509.Name, key: Any, extensions: list[x509.ExtensionType]
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    made = x509.CertificateBuilder().issuer_name(issuer).subject_name(subject).public_key(key)
    made = made.serial_number(x509.random_serial_number())
    made = made.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
    for one in extensions:
        made = made.add_extension(one, critical=isinstance(one, x509.BasicConstraints))
    return made
