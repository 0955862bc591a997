"""The site as ``caseaudit serve`` or ``caseaudit demo`` starts it: a process with workers of its own, and its log."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from tests.support.hanging import wait_until

ROOT = Path(__file__).parents[2]

RUN = "from web.cli import run; run()"

TOKEN = "0123456789abcdef-token"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(**more: str) -> dict[str, str]:
    """What a process of the command is given."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


def command(*arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """A command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        env=environment(**more),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


class Served:
    """A process that serves: the site, its probes, its log."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, probes: int, log: Path):
        self.process, self.port, self.probes, self._log = process, port, probes, log

    def get(self, path: str, **named: Any) -> requests.Response:
        return requests.get(f"http://127.0.0.1:{self.port}{path}", timeout=60, allow_redirects=False, **named)

    def probe(self, path: str) -> requests.Response:
        return requests.get(f"http://127.0.0.1:{self.probes}{path}", timeout=60)

    def timed(self, path: str, **named: Any) -> tuple[float, requests.Response]:
        """Seconds until the answer was there, and the answer."""
        begun = time.monotonic()
        answer = self.get(path, **named)
        return time.monotonic() - begun, answer

    def measured(self) -> Mapping[str, float]:
        """What /metrics says: the value by name and labels."""
        lines = [line for line in self.probe("/metrics").text.splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}

    def signed_in(self, username: str) -> requests.Session:
        """A session of somebody of the demonstration."""
        session = requests.Session()
        page = session.get(f"http://127.0.0.1:{self.port}/demo", timeout=60).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token is not None, page[:500]
        done = session.post(
            f"http://127.0.0.1:{self.port}/demo/{username}",
            data={"csrf_token": token[1]},
            timeout=60,
            allow_redirects=False,
        )
        assert done.status_code == 302, done.text[:500]
        return session

    def workers(self) -> list[int]:
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(one) for one in path.read_text().split()]

    def log(self) -> str:
        return self._log.read_text()

    def lines(self) -> list[dict[str, Any]]:
        """The lines of a log of JSON."""
        return [json.loads(line) for line in self.log().splitlines()]


@contextmanager
def served(folder: Path, *arguments: str, **more: str) -> Iterator[Served]:
    """Serve by this command (``serve`` or ``demo``, with what it is asked) until the end of the block."""
    port, probes, log = free_port(), free_port(), folder / "log"
    asked = [*arguments, "--port", str(port), *(["--probes", f"127.0.0.1:{probes}"] if arguments[0] == "serve" else [])]
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, *asked],
            env=environment(**more),
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=stream,
        )
    found = Served(process, port, probes, log)

    def answers() -> bool:
        assert process.poll() is None, found.log()
        try:
            return found.get("/livez").status_code == 200
        except requests.ConnectionError:
            return False

    try:
        wait_until(answers, 0.1)
        yield found
    finally:
        process.terminate()
        process.wait(60)
