"""A large file is read from a person who may import it, once the site has said so, and from nobody else."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from waitress import wasyncore

from tests.support.people import session_of, signed_in, token_in
from web.server.listener import listening
from web.site.body_limits import FORM_BYTES

SIZE = FORM_BYTES * 5


@pytest.fixture
def port(demo_app: Flask) -> Iterator[int]:
    """Where the demonstration is served by the site's own server, on a thread."""
    stopped, served = threading.Event(), dict[int, Any]()
    with socket.create_server(("127.0.0.1", 0)) as here:
        found: int = here.getsockname()[1]
        (listener,) = listening(demo_app, [here], 2, demo_app.extensions["body limits"], served)

        def run() -> None:
            while not stopped.is_set():
                wasyncore.loop(timeout=0.05, use_poll=True, map=served, count=1)

        thread = threading.Thread(target=run)
        thread.start()
        yield found
        stopped.set()
        thread.join()
        listener.task_dispatcher.shutdown(timeout=5)
        wasyncore.close_all(served)


def sent(port: int, client: FlaskClient, token: str, *, chunked: bool = False, waits: bool = False) -> bytes:
    """The answer to a large form of the import page; ``waits``: as a client that asks first whether to go on."""
    cookie = session_of(client) if client.get_cookie("caseaudit") else {"name": "none", "value": ""}
    boundary = "b0undary"
    body = (
        (
            f'--{boundary}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="step"\r\n\r\ncheck\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.ndjson"\r\n\r\n'
        ).encode()
        + b"x" * SIZE
        + f"\r\n--{boundary}--\r\n".encode()
    )
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
    head = (
        f"POST /imports HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: {cookie['name']}={cookie['value']}\r\n"
        f"Content-Type: multipart/form-data; boundary={boundary}\r\n{length}\r\n"
        f"{'Expect: 100-continue' if waits else 'X-None: 1'}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=60) as opened:
        opened.sendall(head.encode())
        try:
            if waits:
                assert opened.recv(100).startswith(b"HTTP/1.1 100 Continue")
            opened.sendall(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if chunked else body)
            return b"".join(iter(lambda: opened.recv(65536), b""))
        except ConnectionError:  # closed while it was being sent
            return b"HTTP/1.1 413 closed"


@pytest.mark.parametrize("how", [{}, {"chunked": True}, {"waits": True}], ids=["plain", "chunked", "asking first"])
def test_a_large_file_is_read_from_who_may_import_it(demo_app: Flask, port: int, how: dict[str, bool]) -> None:
    manager = signed_in(demo_app, "i.nkemelu")
    token = token_in(manager.get("/imports").text)
    answer = sent(port, manager, token, **how)
    assert answer.split(b" ", 2)[1] == b"200", answer[:300]
    assert b"rejected" in answer
    for other in (signed_in(demo_app, "p.anstey"), demo_app.test_client()):
        assert sent(port, other, token, **how).split(b" ", 2)[1] in (b"413", b"403")
