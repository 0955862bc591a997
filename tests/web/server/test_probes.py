"""/livez, /readyz, /info and /metrics of a site that runs: what each says, to whom, also while the database is away."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

from tests.conftest import copied
from tests.support.hanging import wait_until
from tests.support.postgres import Server, all_locked, migrate, name_of, running
from tests.support.served import ROOT, RUN, TOKEN, Served, environment, free_port, served
from web.server.probes import Known, Probes, nothing_else

pytestmark = pytest.mark.slow

WITHIN = 2.0
"""Seconds in which a probe answers, on a machine that is busy with other tests; by itself one takes 0.8 at most."""


def asked(known: Known, path: str, token: str | None = None, method: str = "GET", **headers: str) -> tuple[str, bytes]:
    said: list[str] = []
    app = Probes(nothing_else, lambda: known, token=token)
    environ = {"PATH_INFO": path, "REQUEST_METHOD": method, **headers}
    body = b"".join(app(environ, lambda status, headers, *_: said.append(status)))  # type: ignore[arg-type, return-value, func-returns-value]
    return said[0][:3], body


@pytest.mark.parametrize(
    ("status", "code"),
    [("ready", "200"), ("busy", "200"), ("read-only", "503"), ("gone", "503"), ("not prepared", "503")],
)
def test_busy_is_ready_and_what_cannot_be_written_to_is_not(status: str, code: str) -> None:
    assert asked(Known(status), "/readyz")[0] == code
    assert asked(Known(status), "/livez")[0] == "200"


@pytest.mark.parametrize("path", ["/info", "/metrics"])
@pytest.mark.parametrize(
    ("token", "sent", "code"),
    [
        ("", "", "404"),
        ("", "Bearer ", "404"),
        (TOKEN, "", "401"),
        (TOKEN, f"Bearer {TOKEN}x", "401"),
        (TOKEN, TOKEN, "401"),
        (TOKEN, f"Bearer {TOKEN}", "200"),
        (None, "", "200"),
    ],
)
def test_on_the_sites_own_address_a_token_opens_them(path: str, token: str | None, sent: str, code: str) -> None:
    assert asked(Known("ready"), path, token, HTTP_AUTHORIZATION=sent)[0] == code


def test_nothing_is_sent_to_a_probe() -> None:
    assert asked(Known("ready"), "/livez", method="POST")[0] == "405"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("site")
    with closing(sqlite3.connect(template)) as source, closing(sqlite3.connect(folder / "case.sqlite")) as own:
        source.backup(own)
    with served(folder, "serve", "--database", str(folder / "case.sqlite"), CASEAUDIT_METRICS_TOKEN=TOKEN) as found:
        yield found


def test_info_says_version_steps_and_uptime(site: Served) -> None:
    said = site.probe("/info").json()
    assert said.keys() == {"version", "commit", "python", "uptime_seconds", "database", "steps"}
    assert said["database"] == "ready"
    assert 1 in said["steps"]
    assert said["uptime_seconds"] >= 0


def test_the_address_of_probes_answers_nothing_else(site: Served) -> None:
    for path in ("/", "/sign-in", "/healthz", "/assets/"):
        assert site.probe(path).status_code == 404


def test_the_site_asks_for_the_token(site: Served) -> None:
    assert site.get("/metrics").status_code == 401
    assert site.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert site.get("/readyz", headers={"Host": "10.1.2.3"}).json() == {"status": "ready"}, (
        "an orchestrator asks by address"
    )


def test_what_is_measured_of_requests(site: Served) -> None:
    before = site.measured()
    for path in ("/sign-in", "/no/such/page", "/no/such/X123456/1", "/cases/X123456/1"):
        site.get(path, params={"sought": "Aisha"})
    after = site.measured()

    def more(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert more('caseaudit_requests_total{endpoint="signing_in.index",status="2xx"}') == 1
    assert more('caseaudit_requests_total{endpoint="none",status="4xx"}') == 2
    assert more('caseaudit_requests_total{endpoint="cases.show",status="3xx"}') == 1
    assert more('caseaudit_request_seconds_count{endpoint="none"}') == 2
    assert after["caseaudit_workers"] == 2
    assert after["caseaudit_database_up"] == 1
    assert after["caseaudit_record_position"] % 100 == 0
    assert after["caseaudit_record_position"] > 0
    assert after["caseaudit_lists_behind_seconds"] >= 0
    wait_until(lambda: site.measured()['caseaudit_database_connections{pool="tables",state="idle"}'] > 0, 0.2)
    assert after["caseaudit_worker_memory_bytes"] > 10_000_000
    assert {
        "caseaudit_requests_waiting",
        "caseaudit_requests_in_progress",
        "caseaudit_client_connections",
    } <= after.keys()
    text = site.probe("/metrics").text
    assert not {word for word in ("X123456", "Aisha", "Gloucester", "anstey", "sought") if word in text}


def test_the_demonstration_measures_too(template: Path, tmp_path: Path) -> None:
    """It has read all of the site before it begins to serve."""
    database = copied(template, tmp_path)
    with served(
        tmp_path, "demo", "--samples-only", "--database", str(database), CASEAUDIT_METRICS_TOKEN=TOKEN
    ) as site:  # fmt: skip
        site.signed_in("p.anstey")
        said = site.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    assert 'caseaudit_requests_total{endpoint="signing_in.people",status="2xx"} 1.0' in said, said


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as found:
        yield found


def test_probes_answer_while_every_thread_waits_for_the_database(server: Server, tmp_path: Path) -> None:
    address = server.fresh()
    migrate(address)
    options = ["--workers", "1", "--lock-timeout", "60", "--database", address]
    with served(tmp_path, "serve", *options) as site, all_locked(address) as c:
        held = [threading.Thread(target=_ask, args=(site,), daemon=True) for _ in range(8)]
        for one in held:
            one.start()
        while site.measured()["caseaudit_requests_in_progress"] < 4:
            pass
        for path, code in {"/livez": 200, "/readyz": 200, "/info": 200, "/metrics": 200}.items():
            for ask in (site.probe, site.get) if path in ("/livez", "/readyz") else (site.probe,):
                answer = ask(path)
                assert answer.status_code == code, path
                assert answer.elapsed.total_seconds() < WITHIN
        assert site.measured()["caseaudit_requests_waiting"] >= 1
        c.rollback()
        for one in held:
            one.join()


def _ask(site: Served) -> None:
    site.get("/healthz")


def test_a_scrape_during_an_outage_answers(server: Server, tmp_path: Path) -> None:
    address = server.fresh()
    migrate(address)
    with served(tmp_path, "serve", "--workers", "1", "--database", address) as site:
        with psycopg.connect(server.address, autocommit=True) as c:
            c.execute(f"ALTER DATABASE {name_of(address)} ALLOW_CONNECTIONS false".encode())
            c.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name_of(address)])
        answer = site.probe("/metrics")  # nothing was asked before: what is seen now is new
        assert answer.status_code == 200
        assert answer.elapsed.total_seconds() < WITHIN
        assert site.measured()["caseaudit_database_up"] == 0
        assert site.probe("/readyz").status_code == 503
        assert site.probe("/livez").status_code == 200
        assert site.get("/sign-in").status_code == 503
        assert site.measured()['caseaudit_outage_answers_total{cause="gone"}'] == 1


def test_a_follower_answers_too_and_its_log_is_of_json(own_database: Path, tmp_path: Path) -> None:
    port, log = free_port(), tmp_path / "log"
    asked = ["follow", "--database", str(own_database), "--metrics", f"127.0.0.1:{port}"]
    with log.open("wb") as stream, subprocess.Popen(
        [sys.executable, "-c", RUN, *asked], env=environment(CASEAUDIT_LOG="json"), cwd=ROOT, stderr=stream
    ) as process:  # fmt: skip
        try:
            said = _until_active(port)
            assert requests.get(f"http://127.0.0.1:{port}/readyz", timeout=60).json() == {"status": "ready"}
        finally:
            process.terminate()
            process.wait(60)
    assert "caseaudit_follower_behind_seconds 0.0" in said
    assert "caseaudit_follower_positions_total 0.0" in said
    assert "process_resident_memory_bytes" in said
    import json

    lines: list[dict[str, Any]] = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["message"].split(" ")[0] for line in lines] == ["following", "stopped", "ended"]
    assert {line["part"] for line in lines} == {"follow"}


def _until_active(port: int) -> str:
    while True:
        try:
            said = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=60).text
        except requests.ConnectionError:
            continue
        if "caseaudit_follower_active 1.0" in said:
            return said
