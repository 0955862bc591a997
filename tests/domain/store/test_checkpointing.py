"""Checkpoints to a witness: at once and on a schedule, kept for good; an older copy and a change are told, and nothing stops."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from domain.entries.schemas import load_entry
from domain.proof.checkpoints import read_checkpoint
from domain.proof.signed_notes import Note
from domain.proof.witness import Contradicted, NotHeard
from domain.store.application import Files
from domain.store.checkpointing import (
    AGAIN,
    HOURS,
    KEYS,
    WITNESS,
    EntriesLog,
    Schedule,
    WitnessPlan,
    WrongSetting,
    plan_of_environment,
    standing,
)
from domain.store.record_keys import current_key
from domain.store.witnessed import Witnessed
from tests.support.witness import Witness, served
from web.cli import main

pytestmark = pytest.mark.both

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in (WITNESS, HOURS, KEYS, "CASEAUDIT_SIGNING_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def files(empty_database: str) -> Iterator[Files]:
    with closing(Files.open(empty_database)) as opened:
        for number in range(1, 4):
            record(opened, f"gloucestershire-{number}")
        yield opened


@pytest.fixture
def kept(files: Files, empty_database: str) -> Iterator[Witnessed]:
    with closing(Witnessed(empty_database)) as opened:
        yield opened


@pytest.fixture
def run(files: Files, empty_database: str) -> Run:
    def call(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(main, [*arguments, "--database", empty_database])
        assert result.exit_code == code, result.output
        return result

    return call


def record(files: Files, inspection: str) -> None:
    opened = {
        "entry": "1", "occurred_on": "2026-01-05", "recorded_at": "2026-01-05T09:00:00+00:00", "title": "T",
        "area": "Gloucestershire", "framework": "esi-2003",
    }  # fmt: skip
    files.record(inspection, [load_entry("InspectionOpened", opened)], actor="test")


def test_a_checkpoint_is_printed_and_kept_in_a_folder(run: Run, kept: Witnessed, tmp_path: Path) -> None:
    alone = run("checkpoint")
    assert "No witness is named: keep what was printed elsewhere" in alone.stderr
    found, note = read_checkpoint(alone.stdout)
    assert found.size == 3 and not note.signatures
    run("keys", "make")
    (tmp_path / "outside").mkdir()
    taken = run("checkpoint", "--to", str(tmp_path / "outside"))
    (path,) = (tmp_path / "outside").iterdir()
    assert path.read_text() == taken.stdout and str(path) in taken.stderr
    (one,) = kept.latest(9)
    assert (one.size, one.note, one.kept_at) == (4, taken.stdout, str(path))
    run("checkpoint", "--to", str(tmp_path / "outside"))
    assert len(list((tmp_path / "outside").iterdir())) == 2 == len(kept.latest(9))


def test_a_checkpoint_is_cosigned_by_the_witness_of_the_environment(
    run: Run, files: Files, kept: Witnessed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("keys", "make")
    key = current_key(files)
    assert key is not None
    with served(Witness(key)) as witness:
        monkeypatch.setenv(WITNESS, witness.address)
        (tmp_path / "keys").write_text(f"# ours\n{witness.key}\n")
        monkeypatch.setenv(KEYS, str(tmp_path / "keys"))
        assert f"Taken by {witness.address}" in run("checkpoint").stderr
        record(files, "another")
        run("checkpoint")
        assert [body.split("\n")[0] for body in witness.asked] == ["old 0", "old 4"]
    for one in kept.latest(2):
        note = Note.read(one.note)
        assert key.check(note) is None and witness.key.check(note) is not None
    assert "cannot be reached" in run("checkpoint", code=1).output  # it is served no more
    assert "signing key" not in run("export").stderr


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_head_from_before_a_restore_is_told(run: Run, files: Files, empty_database: str, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    files.close()
    shutil.copy(empty_database, tmp_path / "older")
    with closing(Files.open(empty_database)) as later:
        record(later, "after")
    run("checkpoint", "--to", str(outside))
    shutil.copy(tmp_path / "older", empty_database)
    for left in ("-wal", "-shm"):
        Path(empty_database + left).unlink(missing_ok=True)
    told = run("checkpoint", "--to", str(outside), code=1).output
    assert "holds a checkpoint of 4 leaves and this log has 3: an older copy was put back" in told
    with closing(Files.open(empty_database)) as other:
        record(other, "otherwise")
    assert "the first 4 leaves of this log are others now" in run("checkpoint", "--to", str(outside), code=1).output
    assert len(list(outside.iterdir())) == 1


def test_a_schedule_hands_over_when_it_is_due_and_once(files: Files, kept: Witnessed, tmp_path: Path) -> None:
    plan, log = WitnessPlan(str(tmp_path)), EntriesLog(files)
    assert plan.tend(log, kept, NOW) is not None  # none was ever handed over: at once
    for later in (HOUR, DAY - HOUR):
        assert plan.tend(log, kept, NOW + later) is None
    assert plan.tend(log, kept, NOW + DAY) is not None
    before = kept.last_try(log.origin, plan.called)
    assert kept.begin(log.origin, plan.called, before, NOW + 2 * DAY)
    assert not kept.begin(log.origin, plan.called, before, NOW + 2 * DAY)  # another process was quicker
    assert len(kept.latest(9)) == 2 == len(list(tmp_path.glob("*.checkpoint")))


def test_a_witness_that_is_not_heard_is_asked_again_and_shown(files: Files, kept: Witnessed, tmp_path: Path) -> None:
    plan, log = WitnessPlan(str(tmp_path / "gone")), EntriesLog(files)
    assert plan.tend(log, kept, NOW) is None
    assert plan.tend(log, kept, NOW + AGAIN / 2) is None
    found = standing(plan, log.origin, kept, NOW)
    assert found.last is None
    assert (
        "has never taken a checkpoint: no checkpoint can be written to" in found.fault and "No such file" in found.fault
    )
    (tmp_path / "gone").mkdir()
    assert plan.tend(log, kept, NOW + AGAIN) is not None
    assert standing(plan, log.origin, kept, NOW + DAY).fault == ""
    (tmp_path / "gone").rename(tmp_path / "away")
    assert plan.tend(log, kept, NOW + AGAIN + DAY) is None
    fault = standing(plan, log.origin, kept, NOW + 2 * DAY).fault
    assert "has taken none since 2026-11-28T12:15+00:00: no checkpoint can be written" in fault
    record(files, "goes-on")


def test_what_cannot_be_set_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert plan_of_environment() is None
    monkeypatch.setenv(WITNESS, str(tmp_path))
    assert plan_of_environment() == WitnessPlan(str(tmp_path))
    for hours in ("0", "-1", "soon", "nan", "inf", "1e9"):
        monkeypatch.setenv(HOURS, hours)
        with pytest.raises(WrongSetting, match=f"{HOURS}: '{hours}' is no number of hours"):
            plan_of_environment()
    monkeypatch.setenv(HOURS, "0.5")
    for content in ("", "not a key\n"):
        (tmp_path / "keys").write_text(content)
        monkeypatch.setenv(KEYS, str(tmp_path / "keys"))
        with pytest.raises(WrongSetting, match=KEYS):
            plan_of_environment()
    monkeypatch.delenv(KEYS)
    plan = plan_of_environment()
    assert plan is not None and plan.every == HOUR / 2


def test_a_schedule_opens_what_it_needs_and_looks_now_and_then(
    files: Files, empty_database: str, tmp_path: Path
) -> None:
    schedule = Schedule(WitnessPlan(str(tmp_path), HOUR), empty_database, files, lambda: NOW)
    schedule.tend()
    schedule.tend()
    assert len(list(tmp_path.glob("*.checkpoint"))) == 1


def test_what_a_witness_took_is_never_changed(files: Files, kept: Witnessed, tmp_path: Path) -> None:
    WitnessPlan(str(tmp_path)).hand_over(EntriesLog(files), kept, NOW)
    for statement in ("UPDATE witnessed SET size = 1", "DELETE FROM witnessed"):
        with pytest.raises(Exception, match="what a witness took is never changed"), kept.engine.begin() as c:
            c.exec_driver_sql(statement)


def test_a_log_that_is_broken_is_not_handed_over(files: Files, kept: Witnessed, tmp_path: Path) -> None:
    plan, log = WitnessPlan(str(tmp_path)), EntriesLog(files)
    plan.hand_over(log, kept, NOW)
    with files.recorder.datastore.transaction(commit=True) as c:
        c.execute("UPDATE stored_events_head SET leaves = 2")
    with pytest.raises(NotHeard, match="run caseaudit verify"):
        plan.hand_over(log, kept, NOW + DAY)
    assert not isinstance(NotHeard(), Contradicted)
