"""PostgreSQL by TCP, for what libpq does there only (TLS, several hosts): the server of the tests listens on a socket file."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


@contextmanager
def by_tcp(address: str) -> Iterator[int]:
    """The port at which the server of this address answers, without TLS."""
    folder = parse_qs(urlsplit(address).query)["host"][0]
    file = next(str(path) for path in Path(folder).glob(".s.PGSQL.*") if not path.name.endswith(".lock"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_accept, args=(listener, file), daemon=True).start()
        yield listener.getsockname()[1]


def _accept(listener: socket.socket, file: str) -> None:
    with suppress(OSError):
        while True:
            here, _ = listener.accept()
            there = socket.socket(socket.AF_UNIX)
            there.connect(file)
            for ends in ((here, there), (there, here)):
                threading.Thread(target=_pass, args=ends, daemon=True).start()


def _pass(here: socket.socket, there: socket.socket) -> None:
    with suppress(OSError):
        while data := here.recv(65536):
            there.sendall(data)
    for end in (here, there):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
