"""``caseaudit migrate --seal``: a sealed log from a record that keeps its texts in the clear; every figure stays."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from domain.entries.record_entries import SEALED_FROM, LogSealed
from domain.sealing.sealed_fields import SEALED
from domain.store import preparation
from domain.store.application import Files
from domain.store.earlier_hashes import earlier_fit, was_at
from domain.store.log_check import check_log
from domain.store.log_reader import LogReader
from tests.domain.store.test_erasing import figures
from tests.domain.store.test_sealed_record import about, contact, read_now, record
from tests.domain.store.test_store import BEGINNING
from tests.support.histories import CASE, facts_of
from web.cli import main

pytestmark = pytest.mark.both

NAME = str(BEGINNING["person"]["name"])


@pytest.fixture
def plain(tmp_path: Path, marks: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An older record, which seals nothing."""
    with monkeypatch.context() as patched:
        patched.setattr(preparation, "SEALS_NEW_RECORDS", False)
        with closing(Files.open(str(tmp_path / "plain.sqlite"))) as files:
            assert not files.seals
            record(files, *facts_of([BEGINNING]), contact("came round"), contact("of Ann", "e2"))
            record(files, about("EntryCorrected", "c1", of="e1", fields={"note": "came late"}))
            record(files, about("EntryWithdrawn", "w1", of="e2", reason="not hers"))
    return str(tmp_path / "plain.sqlite")


def seal(from_: str, to: str) -> Result:
    return CliRunner().invoke(main, ["migrate", "--seal", from_, to])


def rows(files: Files) -> list[tuple[object, ...]]:
    query = "SELECT originator_id, originator_version, topic, stored_at, actor FROM stored_events ORDER BY {}"
    return [tuple(row) for row in files.recorder.rows_of(query.format(preparation.position_column(files.recorder)))]


def test_the_same_entries_in_the_same_order_with_their_texts_sealed(plain: str, empty_database: str) -> None:
    said = seal(plain, empty_database)
    assert said.exit_code == 0 and "must go" in said.output, said.output
    with closing(Files.open(plain)) as old, closing(Files.open(empty_database)) as new:
        assert rows(new)[1:] == rows(old)
        (first,) = new.entered(SEALED_FROM)
        head = LogReader(old.recorder).head()
        assert isinstance(first, LogSealed) and rows(new)[0][0] == SEALED_FROM
        assert (first.sealed_from, first.position, first.hash, first.leaves) == (
            head.origin,
            *old.recorder.head(),
            head.frontier.size,
        )
        assert read_now(new) == read_now(old) and read_now(new)["e1"]["note"] == "came late"
        assert getattr(new.read(CASE).entries["e1"], "note", "") == SEALED
        assert new.names.found(NAME, None) == {CASE}
        for _ in check_log(new.recorder, []):
            pass
        assert LogReader(new.recorder).head().origin != head.origin
        held = str(new.recorder.rows_of("SELECT state FROM stored_events"))
        assert NAME not in held and "came round" not in held
        assert record(new, contact("came round")) == []  # what was imported is known as the same
        assert record(new, contact("new", "e9"))
    assert "sealed already" in seal(empty_database, str(Path(plain).with_name("third.sqlite"))).output
    assert seal(plain, empty_database).exit_code == 2  # not empty


def test_old_positions_are_known(plain: str, empty_database: str) -> None:
    seal(plain, empty_database)
    with closing(Files.open(plain)) as old, closing(Files.open(empty_database)) as new:
        position, hash_ = old.recorder.head()
        assert was_at(new.recorder, position, hash_) and was_at(new.recorder, 1, str(old.recorder.hash_at(1)))
        assert not was_at(new.recorder, position, "0" * 64) and not was_at(new.recorder, position, "x' OR '1'='1")
        assert earlier_fit(new) and earlier_fit(old)
        with new.recorder.datastore.transaction(commit=True) as c:
            c.execute("UPDATE earlier_hashes SET hash = '" + "0" * 64 + "' WHERE position = 1")
        assert not earlier_fit(new)


@pytest.fixture(scope="module")
def plain_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = str(tmp_path_factory.mktemp("plain") / "demo.sqlite")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(preparation, "SEALS_NEW_RECORDS", False)
        result = CliRunner().invoke(main, ["demo", "--no-serve", "--database", path])
        assert result.exit_code == 0, result.output
    yield path


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_figures_freezes_and_reports_hold(plain_demo: str, empty_database: str, tmp_path: Path) -> None:
    with closing(Files.open(plain_demo)) as old:
        cases = old.references(facts_of([BEGINNING])[0].__class__)[:40:8]
        before = figures(old, cases)
        published = [json.loads(state) for (state,) in old.recorder.rows_of(
            "SELECT state FROM stored_events WHERE topic = 'inspection.inspection_published'")]  # fmt: skip
    assert seal(plain_demo, empty_database).exit_code == 0
    with closing(Files.open(empty_database)) as new:
        assert figures(new, cases) == before
        assert published and all(was_at(new.recorder, one["position"], one["hash"]) for one in published)
    assert CliRunner().invoke(main, ["verify", "--database", empty_database]).exit_code == 0
