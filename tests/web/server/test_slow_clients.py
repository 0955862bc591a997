"""Clients that never finish what they began: the site answers others at once, and closes theirs after a deadline."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

import pytest
from click.testing import CliRunner

from web.cli import main
from web.server import request_reader
from web.site import body_limits

pytestmark = pytest.mark.slow

DEADLINE = 6
"""Seconds for headers, and for a small body, of the site that these tests start."""

SOON = 4
"""Seconds in which the site answers others, on a machine that is busy with other tests."""

SERVE = f"""
import sys
from web.server import connection, request_reader
connection.KEPT_SECONDS = request_reader.HEADER_SECONDS = {DEADLINE}
request_reader.BODY_SECONDS = 0
from web.cli import main
main(sys.argv[1:])
"""


class Served:
    """A site that runs, as ``caseaudit serve`` starts it, with short deadlines."""

    def __init__(self, port: int, process: "subprocess.Popen[bytes]"):
        self.port, self.process = port, process

    def begin(self, sent: bytes) -> socket.socket:
        """A connection on which this has been sent."""
        found = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        found.sendall(sent)
        return found

    def answer(self, sent: bytes) -> bytes:
        """What comes back, up to the end of the connection."""
        with self.begin(sent) as opened:
            return b"".join(iter(lambda: opened.recv(65536), b""))

    def healthy(self) -> float:
        """Seconds until /healthz has answered."""
        begun = time.monotonic()
        with urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=20) as found:
            assert found.status == 200
        return time.monotonic() - begun


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    database = str(tmp_path_factory.mktemp("site") / "case.sqlite")
    CliRunner().invoke(main, ["migrate", "--database", database], catch_exceptions=False)
    port = free_port()
    command = [sys.executable, "-c", SERVE, "serve", "--port", str(port), "--workers", "2", "--database", database]
    with subprocess.Popen(command, cwd=Path(__file__).parents[3]) as process:
        found = Served(port, process)
        for _ in range(200):
            try:
                found.healthy()
                break
            except OSError:
                time.sleep(0.1)
        yield found
        process.terminate()
        assert process.wait(20) == 0


HALF = {
    "nothing at all": b"",
    "headers never ended": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    "a body never ended": b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nusername=",
    "a chunked body never ended":
        b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1f4\r\nuser",
    "a large file from nobody": b"POST /imports HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\n{",
    "a second request never ended":
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /healthz HTTP/1.1\r\nHost: loc",
}  # fmt: skip


@pytest.mark.parametrize("how", HALF)
@pytest.mark.parametrize("number", [40, 200])
def test_half_sent_requests_leave_the_site_answering(site: Served, how: str, number: int) -> None:
    with ExitStack() as stack:
        for _ in range(number):
            stack.enter_context(site.begin(HALF[how]))
        took = [site.healthy() for _ in range(5)]
    assert max(took) < SOON, took


def test_bytes_one_at_a_time_are_closed_at_the_deadline(site: Served) -> None:
    slow = ("headers never ended", "a body never ended", "a chunked body never ended")
    begun = time.monotonic()
    opened = {how: site.begin(HALF[how]) for how in slow}
    closed: dict[str, float] = {}
    while len(closed) < len(slow) and time.monotonic() - begun < 3 * DEADLINE:
        time.sleep(0.3)
        assert site.healthy() < SOON
        for how in slow:
            if how not in closed and is_closed_after(opened[how], b"a"):
                closed[how] = time.monotonic() - begun
    for one in opened.values():
        one.close()
    assert closed.keys() == set(slow)
    assert min(closed.values()) > DEADLINE - 1


def is_closed_after(opened: socket.socket, sent: bytes) -> bool:
    """Send this; whether the site has closed the connection."""
    try:
        opened.sendall(sent)
        opened.settimeout(0.01)
        return opened.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def test_a_client_that_takes_nothing_holds_no_thread(site: Served) -> None:
    """Answers wait in a buffer: the threads that made them are free."""
    asked = b"GET /assets/vendor/govuk-frontend.min.css HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with ExitStack() as stack:
        for _ in range(60):
            opened = stack.enter_context(socket.socket())
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            opened.connect(("127.0.0.1", site.port))
            opened.sendall(asked * 30)
        assert max(site.healthy() for _ in range(5)) < SOON


@pytest.mark.parametrize(
    ("path", "size", "code"),
    [
        ("/sign-in", body_limits.SIGN_IN_BYTES + 1, b"413"),
        ("/sign-in", 10 * 2**20, b"413"),
        ("/nowhere", body_limits.SIGN_IN_BYTES + 1, b"404"),
        ("/imports", body_limits.FORM_BYTES + 1, b"413"),
        ("/imports", 8 * 2**20, b"413"),
    ],
)
def test_a_body_too_large_is_refused_in_words(site: Served, path: str, size: int, code: bytes) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    said = site.answer(f"{head}Content-Length: {size}\r\n\r\n".encode() + b"a" * size)
    assert said.split(b" ", 2)[1] == code
    assert b"<h1" in said
    chunks = b"".join(b"%x\r\n%b\r\n" % (4096, b"a" * 4096) for _ in range(size // 4096 + 1)) + b"0\r\n\r\n"
    with site.begin(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode()) as opened:
        try:
            opened.sendall(chunks)
            said = opened.recv(65536)
        except ConnectionError:  # closed in the middle of it
            said = b"HTTP/1.1 " + code
    assert said.split(b" ", 2)[1][:3] == code


@pytest.mark.parametrize("sent", [
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * request_reader.HEADER_BYTES + b"\r\n\r\n",
    b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
    b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    b"\0\0\0\0\r\n\r\n",
])  # fmt: skip
def test_what_is_no_request_is_refused(site: Served, sent: bytes) -> None:
    try:
        said = site.answer(sent)
    except ConnectionError:  # closed while it was being sent
        said = b""
    assert not said or said.split(b" ", 2)[1][:1] == b"4"
    site.healthy()


def test_a_worker_that_is_killed_is_replaced(site: Served) -> None:
    workers = Path(f"/proc/{site.process.pid}/task/{site.process.pid}/children").read_text().split()
    assert len(workers) == 2
    os.kill(int(workers[0]), signal.SIGKILL)
    for _ in range(100):
        time.sleep(0.1)
        now = Path(f"/proc/{site.process.pid}/task/{site.process.pid}/children").read_text().split()
        if len(now) == 2 and workers[0] not in now:
            break
    assert site.healthy() < SOON
    assert len(now) == 2
