"""Machines at real servers: a limit over all processes of two machines together, and bodies that are too large."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner

from domain.accounts.api_calls import WINDOW
from domain.accounts.roles import Account
from tests.support.machine_clients import machine, token
from web.app import create_app
from web.cli import main

pytestmark = pytest.mark.slow

MOST = 12
ROOT = Path(__file__).parents[3]
SERVE = "import sys; from web.cli import main; main(sys.argv[1:])"
REPORTS, ENTRIES = "/api/v1/reports", "/api/v1/entries"
TIMEOUT = 60


@contextmanager
def serving(database: str, port: int) -> Iterator[str]:
    """The address of a site with two workers, as ``caseaudit serve`` starts it."""
    limits = {"CASEAUDIT_API_REQUESTS": str(MOST), "CASEAUDIT_API_MEGABYTES": "1"}
    command = [sys.executable, "-c", SERVE, "serve", "--port", str(port), "--workers", "2", "--database", database]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | limits) as process:
        address = f"http://127.0.0.1:{port}"
        for _ in range(300):
            with suppress(requests.ConnectionError):
                requests.get(f"{address}/healthz", timeout=TIMEOUT)
                break
            time.sleep(0.1)
        yield address
        process.terminate()
        assert process.wait(30) == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"], indirect=True)
def test_a_limit_holds_over_all_workers_of_all_machines_and_bodies_have_an_end(empty_database: str) -> None:
    app = create_app(empty_database)
    secret = token(app, machine(app))
    other = token(app, machine(app, Account("b", "B", "machine", rights=("record",), source="b")))
    with ExitStack() as stack:
        sites = [stack.enter_context(serving(empty_database, free_port())) for _ in range(2)]

        def ask(number: int) -> Any:
            return requests.get(
                sites[number % 2] + REPORTS, headers={"Authorization": f"Bearer {secret}"}, timeout=TIMEOUT
            )

        if (left := WINDOW - time.time() % WINDOW) < 30:
            time.sleep(left)  # the window ends soon: the next is long enough for all
        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(ask, range(3 * MOST)))
        codes = [one.status_code for one in answers]
        assert codes.count(200) == MOST and codes.count(429) == 2 * MOST, codes
        left_over = sorted(int(one.headers["RateLimit"].split("r=")[1].split(";")[0]) for one in answers)
        assert left_over == [0] * 2 * MOST + list(range(MOST)), "each number was given once"
        assert all(0 < int(one.headers["Retry-After"]) <= WINDOW for one in answers if one.status_code == 429)

        def send(size: int, sent: str) -> Any:
            headers = {"Authorization": f"Bearer {sent}", "Content-Type": "application/x-ndjson"}
            return requests.post(sites[0] + ENTRIES, data=b"x" * size, headers=headers, timeout=TIMEOUT)

        known = send(3 * 2**20, other)
        assert known.status_code == 413 and "more than 1 MB" in known.json()["detail"]
        assert send(3 * 2**20, "caseaudit_nobody").status_code == 413, "of somebody unknown no more than a form is read"
        assert send(100, "caseaudit_nobody").status_code == 401


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("CASEAUDIT_API_REQUESTS", "0", "write a whole number from 1"),
        ("CASEAUDIT_API_AUDIENCE", "us", "audience of its own"),
    ],
)
def test_a_wrong_setting_is_said_before_the_site_starts(
    name: str, value: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASEAUDIT_OPENID_CLIENT_ID", "us")
    monkeypatch.setenv(name, value)
    database = str(tmp_path / "case.sqlite")
    CliRunner().invoke(main, ["migrate", "--database", database], catch_exceptions=False)
    result = CliRunner().invoke(main, ["serve", "--port", str(free_port()), "--database", database])
    assert result.exit_code == 2 and words in result.output
