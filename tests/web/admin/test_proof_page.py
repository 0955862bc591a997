"""The page on how the record is proved: for the operator alone, and with whatever is wrong in words."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from domain.accounts.roles import Account
from domain.proof.signing_key import IN_FILE, key_path
from domain.store.application import Files
from domain.store.checkpointing import WITNESS, Schedule, WitnessPlan
from domain.store.record_keys import record_name
from domain.store.witnessed import Witnessed, Witnessing
from tests.support.people import MANAGER, add, signed_in
from web.app import create_app
from web.cli import main

pytestmark = pytest.mark.both

KEEPER = Account("k.eeper", "K Eeper", "information_manager")


@pytest.fixture
def app(empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in (WITNESS, IN_FILE):
        monkeypatch.delenv(name, raising=False)
    Files.open(empty_database).close()
    made = create_app(empty_database)
    add(made, KEEPER)
    return made


def health(app: Flask) -> dict[str, object]:
    found: dict[str, object] = app.test_client().get("/healthz").json
    return found


def test_without_any_set_up_it_says_so(app: Flask) -> None:
    page = signed_in(app, KEEPER).get("/proof").text
    assert "not signed" in page and "caseaudit keys make" in page and "none is named" in page
    assert {"unsigned", "witness"} & health(app).keys() == set()


def test_only_the_operator_sees_it(app: Flask) -> None:
    add(app, MANAGER)
    assert signed_in(app, MANAGER).get("/proof").status_code == 403


def test_a_missing_key_and_a_witness_not_heard_are_shown_and_stop_nothing(
    app: Flask, empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert CliRunner().invoke(main, ["keys", "make", "--database", empty_database]).exit_code == 0
    keeper = signed_in(app, KEEPER)
    assert "Heads are not signed" not in keeper.get("/proof").text
    files = Files.open(empty_database)
    key_path(record_name(files)).unlink()
    outside = tmp_path / "outside"
    monkeypatch.setenv(WITNESS, str(outside))
    Schedule(WitnessPlan(str(outside)), empty_database, files, lambda: datetime.now(UTC)).tend()
    page = keeper.get("/proof").text
    assert "Heads are not signed: the signing key is missing" in page
    assert "has never taken a checkpoint: no checkpoint can be written to" in page
    told = health(app)
    assert told["status"] == "ok" and "missing" in str(told["unsigned"]) and "never taken" in str(told["witness"])
    elsewhere = app.test_client().get(
        "/healthz", environ_overrides={"REMOTE_ADDR": "192.0.2.7"}, headers={"Host": "localhost"}
    )
    assert b"missing" not in elsewhere.data
    files.close()


def test_what_was_taken_is_listed_and_its_silence_of_a_day_shown(
    app: Flask, empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(WITNESS, str(tmp_path))
    files, kept, now = Files.open(empty_database), Witnessed(empty_database), datetime.now(UTC)
    origin = f"{record_name(files)}/entries"
    old = Witnessing(origin, 7, str(tmp_path), now - timedelta(days=2), "note", str(tmp_path / "a.checkpoint"))
    kept.keep(old)
    page = signed_in(app, KEEPER).get("/proof").text
    assert "a.checkpoint" in page and "has taken none since" in page and "7 entries" in page
    kept.keep(old._replace(at=now - timedelta(hours=2), size=8))
    page = signed_in(app, KEEPER).get("/proof").text
    assert "has taken none since" not in page and "8 entries" in page
    files.close()
    kept.close()


def test_a_head_that_cannot_be_read_is_said(app: Flask, empty_database: str) -> None:
    keeper = signed_in(app, KEEPER)
    files = Files.open(empty_database)
    with files.recorder.datastore.transaction(commit=True) as c:
        c.execute("UPDATE stored_events_head SET leaves = 5")
    answer = keeper.get("/proof")
    assert answer.status_code == 200 and "caseaudit verify" in answer.text
    assert "caseaudit verify" in str(health(app)["unsigned"])
    files.close()
