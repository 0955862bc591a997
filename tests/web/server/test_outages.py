"""A database that is down, locked, or out of connections, under a site that runs: a page of its own within three seconds."""

import os
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import psycopg
import pytest
import requests

from tests.conftest import copied, load_demo
from tests.support.hanging import wait_until
from tests.support.postgres import Server, _start, all_locked, migrate, name_of, running
from tests.support.served import Served, served
from web.site import outages
from web.site.request_ids import HEADER

pytestmark = pytest.mark.slow

WITHIN = 3.0
"""Seconds in which a request is answered in an outage. The site waits for a lock for two."""

PAGES = ("/", "/cases", "/sign-in", "/cases/A504771/1", "/api/v1/openapi.json", "/no/such/page")


@contextmanager
def locked_file(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as c:
        c.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def moved_away(path: Path) -> Iterator[None]:
    path.rename(path.with_name("away"))
    yield
    path.with_name("away").rename(path)


def check(site: Served, session: requests.Session, outage: AbstractContextManager[object], words: str) -> None:
    """In this outage every page says so in time; after it, all is as before."""
    assert session.get(f"http://127.0.0.1:{site.port}/cases", timeout=60).status_code == 200
    with outage:
        for path in PAGES:
            took, answer = site.timed(path, cookies=session.cookies)
            assert answer.status_code == 503, path
            assert took < WITHIN, path
            assert answer.headers["Retry-After"] == str(outages.RETRY_SECONDS)
            if path.startswith("/api/"):
                said = answer.json()
                assert answer.headers["Content-Type"] == "application/problem+json"
                assert (said["status"], said["detail"]) == (503, words)
                assert said["request_id"] == answer.headers[HEADER]
            else:
                assert "The service is stopped for now" in answer.text
                assert words in answer.text
                assert answer.headers[HEADER] in answer.text
                assert "Anstey" not in answer.text
        took = at_once(site, session, 24)
        assert max(took) < WITHIN, took
        assert site.get("/livez").status_code == 200
    wait_until(lambda: site.get("/cases", cookies=session.cookies).status_code == 200, 0.1)


def at_once(site: Served, session: requests.Session, number: int) -> list[float]:
    """Seconds that each of so many requests took that were sent at once; all are told of the outage."""
    took: list[float] = []

    def ask() -> None:
        seconds, answer = site.timed("/cases", cookies=session.cookies)
        assert answer.status_code == 503
        took.append(seconds)

    threads = [threading.Thread(target=ask) for _ in range(number)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(took) == number
    return took


@pytest.mark.parametrize(
    ("outage", "words"),
    [
        (lambda path: locked_file(path.with_suffix(".access.sqlite")), outages.WORDS["locked"]),
        (moved_away, outages.WORDS["gone"]),
        (lambda path: moved_away(path.with_suffix(".access.sqlite")), outages.WORDS["gone"]),
    ],
    ids=["the log is locked", "the record is away", "the log is away"],
)
def test_on_sqlite(
    outage: Callable[[Path], AbstractContextManager[None]], words: str, template: Path, tmp_path: Path
) -> None:
    database = copied(template, tmp_path)
    with served(tmp_path, "demo", "--samples-only", "--database", str(database)) as site:
        check(site, site.signed_in("p.anstey"), outage(database), words)
        assert site.log().count("the database cannot be used") == 1
        assert site.log().count("the database can be used again") == 1


def test_what_asks_the_database_nothing_ends_no_outage(template: Path, tmp_path: Path) -> None:
    database = copied(template, tmp_path)
    with served(tmp_path, "demo", "--samples-only", "--database", str(database)) as site:
        session = site.signed_in("p.anstey")
        with moved_away(database):
            for path in ("/about/help", "/nothing/here", "/api/v1/cases"):
                assert site.get("/", cookies=session.cookies).status_code == 503
                site.get(path)
            assert site.log().count("the database cannot be used") == 1
            assert site.log().count("the database can be used again") == 0
        wait_until(lambda: site.get("/cases", cookies=session.cookies).status_code == 200, 0.1)
        assert site.log().count("the database can be used again") == 1


@pytest.mark.parametrize("suffix", [".sqlite", ".access.sqlite"], ids=["the record", "the log"])
def test_a_worker_that_begins_while_a_file_is_away_makes_none_in_its_place(
    suffix: str, template: Path, tmp_path: Path
) -> None:
    """An empty one would be served in its place; with the right one put back, it would leave its write-ahead log to that."""
    database = copied(template, tmp_path)
    away = database.with_suffix(suffix)
    with served(tmp_path, "demo", "--samples-only", "--database", str(database)) as site:
        session = site.signed_in("p.anstey")
        with moved_away(away):
            (old,) = site.workers()
            os.kill(old, signal.SIGKILL)
            wait_until(lambda: site.workers() not in ([], [old]), 0.1)
            for path in ("/cases", "/", "/sign-in", "/cases/A504771/1"):
                assert site.get(path, cookies=session.cookies).status_code == 503, path
            assert not away.exists()
        wait_until(lambda: site.get("/cases", cookies=session.cookies).status_code == 200, 0.1)
        assert "damaged" not in site.log()


def test_on_sqlite_a_record_that_is_written_to_is_read_all_the_same(template: Path, tmp_path: Path) -> None:
    """As while an import stores a batch; what is recorded then is told of it, in time."""
    database = copied(template, tmp_path)
    with served(tmp_path, "demo", "--samples-only", "--database", str(database)) as site:
        session = site.signed_in("p.anstey")
        with locked_file(database):
            for path in ("/", "/cases", "/cases/V465889/1"):
                took, answer = site.timed(path, cookies=session.cookies)
                assert answer.status_code < 400, path
                assert took < WITHIN, path
            assert site.get("/readyz").json()["status"] in ("ready", "busy")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as found:
        yield found


@contextmanager
def no_connections(server: Server, address: str) -> Iterator[None]:
    name = name_of(address)
    with psycopg.connect(server.address, autocommit=True) as c:
        c.execute(b"ALTER ROLE site CONNECTION LIMIT 0")
        c.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        yield
        c.execute(b"ALTER ROLE site CONNECTION LIMIT -1")


@contextmanager
def stopped(server: Server, address: str) -> Iterator[None]:
    server.served.stop()
    yield
    _start(server.served)


@pytest.fixture(scope="module")
def on_postgres(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, str]]:
    of_owner = server.fresh()
    with psycopg.connect(server.address, autocommit=True) as c:
        c.execute(b"CREATE ROLE site LOGIN")
        c.execute(f"ALTER DATABASE {name_of(of_owner)} OWNER TO site".encode())
    address = of_owner.replace("://postgres:", "://site:", 1)
    assert "site" in address, address
    migrate(address)
    load_demo(address)
    with served(tmp_path_factory.mktemp("site"), "demo", "--samples-only", "--database", address) as site:
        yield site, of_owner


@pytest.mark.parametrize(
    ("outage", "words"),
    [
        (lambda _, address: all_locked(address), outages.WORDS["locked"]),
        (no_connections, outages.WORDS["no connections"]),
        (stopped, outages.WORDS["gone"]),
    ],
    ids=["locked", "no connections", "stopped"],
)
def test_on_postgresql(
    outage: Callable[[Server, str], AbstractContextManager[object]],
    words: str,
    server: Server,
    on_postgres: tuple[Served, str],
) -> None:
    site, address = on_postgres
    check(site, site.signed_in("p.anstey"), outage(server, address), words)


def test_what_is_recorded_during_an_outage_is_told_so_and_nothing_is_kept(
    on_postgres: tuple[Served, str],
) -> None:
    site, address = on_postgres
    session = site.signed_in("p.anstey")
    page = session.get(f"http://127.0.0.1:{site.port}/cases", timeout=60).text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    before = entries_in(address)
    with all_locked(address):
        answer = requests.post(
            f"http://127.0.0.1:{site.port}/search", data={"csrf_token": token, "sought": "A504771/1"}, cookies=session.cookies,
            timeout=60, allow_redirects=False,
        )  # fmt: skip
        assert answer.status_code == 503
        assert answer.elapsed.total_seconds() < WITHIN
    assert entries_in(address) == before


def entries_in(address: str) -> int:
    with psycopg.connect(address) as c:
        found = c.execute("SELECT count(*) FROM stored_events").fetchone()
    assert found is not None
    return int(found[0])
