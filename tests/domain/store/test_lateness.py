"""What is stored long after it was recorded is marked as stored late, in the transaction that stores it."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from domain.entries.register_entries import SourceRegistered, TakingOverClosed, TakingOverDeclared
from domain.store.application import Files
from domain.store.lateness import LATE_TABLE, Lateness
from domain.store.preparation import STEPS_TABLE
from domain.store.sources import LASTS, Source, file_of
from domain.store.stored_by import StoredBy
from domain.store.stored_entries import stored_entries
from tests.domain.store.test_databases import run
from tests.domain.store.test_preparation import change
from tests.domain.store.test_store import BEGINNING
from tests.support.histories import CASE, facts_of
from web.cli import main

STORED = datetime(2026, 3, 3, 9, tzinfo=UTC)
"""When everything is stored here, unless a test says otherwise."""

CRAMS = str(StoredBy(source="crams", operator="kim on host: import"))
TAKING = str(StoredBy(source="crams", taking_over=True, operator="kim on host: import"))


@pytest.fixture
def files(empty_database: str) -> Iterator[Files]:
    with closing(Files.open(empty_database)) as files:
        files.recorder.clock = lambda: STORED
        yield files


def enter(files: Files, *facts: Any) -> None:
    for fact in facts:
        files.enter(file_of("crams"), fact, actor="jo")


def contact(entry: str, recorded_at: datetime) -> dict[str, Any]:
    on = recorded_at.date().isoformat()
    return {"case": CASE, "type": "ContactLogged", "entry": entry, "occurred_on": on, "contact_type": "telephone",
            "recorded_at": recorded_at.isoformat()}  # fmt: skip


def store(files: Files, actor: str, **recorded: timedelta) -> set[str]:
    """Store contacts, each recorded so long before it is stored; the ids of the late ones."""
    start = [BEGINNING | {"recorded_at": STORED.isoformat(), "occurred_on": "2026-03-01"}]
    files.record(CASE, facts_of(start), actor="jo", now=STORED)
    lines = [contact(name, STORED - ago) for name, ago in recorded.items()]
    files.record(CASE, facts_of(lines), actor=actor, now=STORED)
    late = {entry for entry, kept in stored_entries(files, files.read(CASE)).items() if kept.late}
    (counted,) = files.recorder.rows_of(
        f"SELECT coalesce(sum(entries), 0) FROM {LATE_TABLE} WHERE reference = '{CASE}'"
    )
    assert counted[0] == len(late)
    return late


DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.mark.both
def test_seven_days_are_normal_where_no_source_is_registered(files: Files) -> None:
    assert store(files, "jo", now=0 * DAY, week=7 * DAY, more=7 * DAY + SECOND, months=60 * DAY) == {"more", "months"}


@pytest.mark.both
def test_a_registered_source_has_its_own_normal_delay(files: Files) -> None:
    enter(files, SourceRegistered(at=STORED, users=["kim"], normal_delay=2))
    assert store(files, CRAMS, two=2 * DAY, three=3 * DAY) == {"three"}


@pytest.mark.both
def test_what_is_taken_over_is_never_late_and_after_the_cut_over_it_is(files: Files) -> None:
    """By ``taking over`` counts what was recorded before the cut-over; the same source's other imports are not such."""
    declared = TakingOverDeclared(at=STORED, cut_over=date(2026, 2, 1), asked_by="jo", confirmed_by="al")
    enter(files, SourceRegistered(at=STORED, users=["kim"]), declared)
    assert store(files, TAKING, before=60 * DAY, after=20 * DAY) == {"after"}
    assert store(files, CRAMS, ordinary=61 * DAY) == {"after", "ordinary"}
    enter(files, TakingOverClosed(at=STORED))
    assert store(files, TAKING, closed=62 * DAY) == {"after", "ordinary", "closed"}


def test_a_taking_over_that_nobody_closes_is_over_by_itself() -> None:
    cut_over = date(2026, 3, 1)
    source = Source.of("crams", [TakingOverDeclared(at=STORED, cut_over=cut_over, asked_by="jo")])
    first = datetime(2026, 3, 1, tzinfo=UTC)
    assert source.taking_over(first + LASTS - SECOND) is not None
    assert source.taking_over(first + LASTS) is None
    rule = Lateness.of(StoredBy.read(TAKING), source, first + LASTS)
    assert rule.is_late(first - 60 * DAY)


def test_the_samples_of_an_older_demonstration_are_taken_over() -> None:
    assert not Lateness.of(StoredBy.read("demo"), Source(""), STORED).is_late(STORED - 8000 * DAY)
    assert Lateness.of(StoredBy.read("import"), Source(""), STORED).is_late(STORED - 8 * DAY)


@pytest.mark.both
def test_an_older_database_is_judged_when_it_is_prepared(empty_database: str, kind: str) -> None:
    """The table made anew is the one that was kept, registrations as they were in force when each entry was stored."""
    with closing(Files.open(empty_database)) as files:
        files.recorder.clock = lambda: STORED
        store(files, CRAMS, ten=10 * DAY)
        enter(files, SourceRegistered(at=STORED, users=["kim"], normal_delay=30))
        store(files, CRAMS, twenty=20 * DAY, forty=40 * DAY)
        enter(files, SourceRegistered(at=STORED, users=["kim"], normal_delay=10))
        assert store(files, CRAMS, fifteen=15 * DAY) == {"ten", "forty", "fifteen"}
        before = files.recorder.rows_of(f"SELECT * FROM {LATE_TABLE} ORDER BY position")
    change(empty_database, kind, f"DROP TABLE {LATE_TABLE}")
    change(empty_database, kind, f"DROP TABLE {STEPS_TABLE}")
    run("migrate", "--database", empty_database)
    with closing(Files.open(empty_database)) as files:
        assert files.recorder.rows_of(f"SELECT * FROM {LATE_TABLE} ORDER BY position") == before


@pytest.mark.both
def test_nothing_is_marked_where_nothing_is_stored(files: Files) -> None:
    """The mark and the entry are one transaction: an entry whose mark cannot be written is not stored."""
    store(files, "jo")
    files.recorder.clock = lambda: STORED + 400 * DAY
    taken = f"INSERT INTO {LATE_TABLE} VALUES ('{CASE}', 2, 1)"
    with files.recorder.datastore.transaction(commit=True) as c:  # type: ignore[attr-defined]
        c.execute(taken)
    with pytest.raises(Exception, match=r"UNIQUE|duplicate|Integrity"):
        files.recorder.append([(CASE, 2, "case.contact_logged", b'{"recorded_at":"2026-03-03T09:00:00Z"}')], "jo")
    assert files.recorder.head()[0] == 1


@pytest.mark.both
@pytest.mark.parametrize(
    "statement", ["DELETE FROM {}", "UPDATE {} SET entries = entries + 1", "INSERT INTO {} VALUES ('X', 1, 1)"]
)
def test_marks_that_somebody_changed_are_found_and_made_anew(empty_database: str, kind: str, statement: str) -> None:
    with closing(Files.open(empty_database)) as files:
        files.recorder.clock = lambda: STORED
        assert store(files, CRAMS, ten=10 * DAY, twenty=20 * DAY) == {"ten", "twenty"}
    assert run("verify", "--database", empty_database).exit_code == 0
    change(empty_database, kind, statement.format(LATE_TABLE))
    said = CliRunner().invoke(main, ["verify", "--database", empty_database])
    assert said.exit_code == 1 and "the marks of entries stored late differ in 1 file" in said.stderr
    assert "made anew: those of 1 file were changed" in run("migrate", "--database", empty_database).output
    assert run("verify", "--database", empty_database).exit_code == 0
