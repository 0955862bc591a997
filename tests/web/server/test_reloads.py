"""Workers are replaced while clients ask: on SIGHUP, and after as many requests as one may answer. No request is lost."""

import os
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
import requests

from tests.support.hanging import wait_until
from tests.support.postgres import Server, migrate, name_of
from tests.support.served import Served, command, served

pytestmark = pytest.mark.slow

CLIENTS = 6


class Load:
    """Clients that ask without a pause: half of them on connections that they keep, half on a new one each time."""

    def __init__(self, site: Served):
        self.site, self.answers, self.lost = site, Counter[int](), list[str]()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(number % 2 == 0,)) for number in range(CLIENTS)]

    def __enter__(self) -> "Load":
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for one in self._threads:
            one.join()

    def _ask(self, keeps: bool) -> None:
        session = requests.Session()
        while not self._stop.is_set():
            try:
                headers = {} if keeps else {"Connection": "close"}
                answer = session.get(f"http://127.0.0.1:{self.site.port}/sign-in", headers=headers, timeout=60)
                self.answers[answer.status_code] += 1
            except requests.RequestException as error:
                self.lost.append(repr(error))


@pytest.fixture
def database(tmp_path: Path) -> str:
    path = str(tmp_path / "case.sqlite")
    assert command("migrate", "--database", path).returncode == 0
    return path


def test_no_request_is_lost_while_workers_are_replaced_on_sighup(database: str, tmp_path: Path) -> None:
    with served(tmp_path, "serve", "--database", database, CASEAUDIT_LOG="json") as site:
        first = set(site.workers())
        with Load(site) as load:
            for _ in range(3):
                before = set(site.workers())
                time.sleep(0.5)
                site.process.send_signal(signal.SIGHUP)
                wait_until(lambda before=before: not before & set(site.workers()) and len(site.workers()) == 2)  # type: ignore[misc]
        assert not load.lost
        assert load.answers.keys() == {200}
        assert load.answers[200] > 50
        said = [line["message"] for line in site.lines()]
        assert "ended" not in said, "the command goes on"
        assert said.count("reloading: the site is made anew, and its workers are replaced") == 3
        assert not first & set(site.workers())
        counted = site.measured()['caseaudit_requests_total{endpoint="signing_in.index",status="2xx"}']
        assert counted == load.answers[200], "what workers counted stays when they end"
        assert not [line for line in site.lines() if line["level"] in ("error", "critical")]


def test_no_request_is_lost_while_workers_are_recycled(database: str, tmp_path: Path) -> None:
    with served(tmp_path, "serve", "--max-requests", "20", "--database", database, CASEAUDIT_LOG="json") as site:
        seen: set[int] = set()
        with Load(site) as load:
            while len(seen) < 8:
                seen |= set(site.workers())
                time.sleep(0.05)
        assert not load.lost
        assert load.answers.keys() == {200}
        counted = site.measured()['caseaudit_requests_total{endpoint="signing_in.index",status="2xx"}']
        assert counted == load.answers[200]
        assert any("is replaced" in line["message"] for line in site.lines())


def test_a_request_that_is_under_way_is_answered_before_its_worker_ends(database: str, tmp_path: Path) -> None:
    import socket

    with served(tmp_path, "serve", "--workers", "1", "--database", database) as site:
        with socket.create_connection(("127.0.0.1", site.port), timeout=60) as opened:
            opened.sendall(b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\n")  # not all of it yet
            wait_until(lambda: site.measured()["caseaudit_client_connections"] > 0)
            (before,) = site.workers()
            site.process.send_signal(signal.SIGHUP)
            wait_until(lambda: any(one != before for one in site.workers()))
            time.sleep(1)
            opened.sendall(b"\r\n")
            said = b"".join(iter(lambda: opened.recv(65536), b""))
        assert said.startswith(b"HTTP/1.1 200")
        assert b"connection: close" in said.lower()
        wait_until(lambda: before not in site.workers())


def test_a_worker_that_dies_while_the_database_is_away_is_replaced(postgres: Server, tmp_path: Path) -> None:
    """A new worker needs no database to begin: the site is never without workers."""
    address = postgres.fresh()
    migrate(address)
    import psycopg

    name = name_of(address)
    with (
        served(tmp_path, "serve", "--database", address) as site,
        psycopg.connect(postgres.address, autocommit=True) as c,
    ):
        c.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        c.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        before = site.workers()
        for one in before:
            os.kill(one, signal.SIGKILL)
        wait_until(lambda: len(site.workers()) == 2 and not set(before) & set(site.workers()))
        assert site.get("/sign-in").status_code == 503
        site.process.send_signal(signal.SIGHUP)  # the app cannot be made anew: it stays as it was
        wait_until(lambda: "the site is not made anew" in site.log())
        assert site.get("/sign-in").status_code == 503
        c.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())
        wait_until(lambda: site.get("/sign-in").status_code == 200, 0.2)
