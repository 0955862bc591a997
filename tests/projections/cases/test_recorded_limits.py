"""Who may not open a case, asked of the record itself: behind any number of entries, in whatever order they came."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from domain.aggregates.case_file import RecordedEntry
from domain.entries.case_entries import AccessLimited, AccessLimitLifted, Entry
from domain.entries.schemas import load_entry
from domain.store.application import Files
from domain.store.database import Database
from domain.store.engines import engines_of
from domain.store.preparation import LIMITS_INDEX
from domain.store.record_reader import LIMITS_CHANGED, RecordReader
from projections.cases.recorded_limits import RecordedLimits
from projections.history.access_limits import excluded
from projections.history.history import History
from tests.domain.store.test_store import contact
from tests.projections.read_model.test_views import start, store
from tests.support.depth import deep, dice, times

pytestmark = pytest.mark.both

CASE, OTHER, THIRD = (f"X{number:06}/1" for number in (1, 2, 3))
RECORDED = datetime(2005, 6, 1, 12, tzinfo=UTC)


def entry(type_: str, name: str, minutes: int = 0, **fields: Any) -> Entry:
    at = (RECORDED + timedelta(minutes=minutes)).isoformat()
    return load_entry(type_, {"entry": name, "occurred_on": "2005-06-01", "recorded_at": at, **fields})


def limit(name: str, *staff: str, **fields: Any) -> Entry:
    return entry("AccessLimited", name, excluded=list(staff), reason="known to the family", **fields)


def lift(name: str, of: str, **fields: Any) -> Entry:
    return entry("AccessLimitLifted", name, limit=of, **fields)


def withdraw(name: str, of: str, **fields: Any) -> Entry:
    return entry("EntryWithdrawn", name, of=of, reason="a mistake", **fields)


def correct(name: str, of: str, **fields: Any) -> Entry:
    return entry("EntryCorrected", name, 5, of=of, fields=fields)


@pytest.fixture
def files(empty_database: str) -> Iterator[Files]:
    """A record of three cases."""
    with closing(Files.open(empty_database)) as files:
        store(files, *((case, start()) for case in (CASE, OTHER, THIRD)))
        yield files


@pytest.fixture
def record(files: Files, empty_database: str) -> Iterator[RecordReader]:
    reading, _ = engines_of(Database.at(empty_database))
    yield RecordReader(reading)
    reading.dispose()


def names(*staff: str) -> frozenset[str]:
    return frozenset(staff)


def test_a_limit_is_known_from_the_next_call_on(files: Files, record: RecordReader) -> None:
    limits = RecordedLimits(record)
    assert limits.now() == {}
    store(files, (CASE, contact("c1")), (OTHER, limit("l1", "Bo Kin", "Dai Rees")), (CASE, contact("c2")))
    assert limits.now() == {OTHER: names("Bo Kin", "Dai Rees")}
    for change, staff in (
        (lift("f1", "l1"), names()),
        (withdraw("w1", "f1"), names("Bo Kin", "Dai Rees")),
        (correct("k1", "l1", excluded=["Bo Kin"]), names("Bo Kin")),
        (withdraw("w2", "l1"), names()),
    ):
        store(files, (OTHER, change))
        assert limits.now() == RecordedLimits(record).now() == ({OTHER: staff} if staff else {})


def test_a_correction_or_withdrawal_of_the_lifting_changes_the_limit(files: Files, record: RecordReader) -> None:
    limits = RecordedLimits(record)
    store(files, (CASE, limit("l1", "Bo Kin")), (CASE, limit("l2", "Dai Rees")), (CASE, lift("f1", "l1")))
    assert limits.now() == {CASE: names("Dai Rees")}
    store(files, (CASE, correct("k1", "f1", limit="l2")))
    assert limits.now() == {CASE: names("Bo Kin")}


def test_cases_that_never_had_a_limit_are_not_read(files: Files, record: RecordReader) -> None:
    store(files, (CASE, contact("c1")), (CASE, withdraw("w1", "c1")), (OTHER, lift("f1", "to come")))
    assert record.limits_changed_after(0) == set()
    store(files, (OTHER, limit("to come", "Bo Kin")))
    assert RecordedLimits(record).now() == {}


def test_only_what_may_have_changed_is_read(files: Files, record: RecordReader) -> None:
    store(files, (CASE, limit("l1", "Bo Kin")))
    limits, asked = RecordedLimits(record), watched(record)
    assert limits.now() == {CASE: names("Bo Kin")} and len(asked) == 3
    assert limits.now() == {CASE: names("Bo Kin")} and len(asked) == 4
    store(files, (OTHER, contact("c1")))
    assert limits.now() == {CASE: names("Bo Kin")} and len(asked) == 6


def test_another_record_in_its_place_is_read_anew(files: Files, record: RecordReader, kind: str) -> None:
    """As after a backup was put back: what was known of the old record says nothing."""
    store(files, (CASE, limit("l1", "Bo Kin")))
    limits = RecordedLimits(record)
    assert limits.now() == {CASE: names("Bo Kin")}
    limits._hash, limits._limits = "0" * 64, {THIRD: names("of the other record")}
    assert limits.now() == {CASE: names("Bo Kin")}


def watched(record: RecordReader) -> list[str]:
    """The queries that the record is asked from now on."""
    asked: list[str] = []

    def note(_: object, __: object, statement: str, *more: object) -> None:
        if statement.startswith("SELECT"):
            asked.append(statement)

    sa.event.listen(record.engine, "before_cursor_execute", note)
    return asked


def test_the_index_answers(files: Files, record: RecordReader, kind: str) -> None:
    plan = "EXPLAIN QUERY PLAN " if kind == "sqlite" else "EXPLAIN "
    position = "rowid" if kind == "sqlite" else "notification_id"
    with record.engine.connect() as c:
        if kind == "postgresql":
            c.exec_driver_sql("SET LOCAL enable_seqscan = off")
        found = c.execute(sa.text(plan + LIMITS_CHANGED.format(position=position)), {"position": 3}).all()
    lines = [str(row[-1]) for row in found]
    assert sum(LIMITS_INDEX in line for line in lines) == 2, lines
    assert not any(line.startswith("SCAN stored_events") or "Seq Scan" in line for line in lines), lines


def test_a_limit_behind_many_entries_that_were_not_taken_in(files: Files, record: RecordReader) -> None:
    """One entry in six is a withdrawal or a correction; one case is limited among them, of another the limit is lifted."""
    store(files, (OTHER, limit("l0", "Dai Rees")))
    many = 250_000 if deep() else 600
    limits = RecordedLimits(record)
    assert limits.now() == {OTHER: names("Dai Rees")}
    position = record.head()
    behind = [contact(f"c{n}") if n % 6 else withdraw(f"w{n}", f"c{n - 1}") for n in range(many)]
    at = many // 2
    fill(files, THIRD, behind[:at])
    store(files, (CASE, limit("l1", "Bo Kin")), (OTHER, lift("f0", "l0")))
    fill(files, THIRD, behind[at:])
    assert record.head() - position == many + 2
    asked = watched(record)
    assert limits.now() == {CASE: names("Bo Kin")}
    assert len(asked) == 3  # the head, which cases, and their files: those of others are not read


def fill(files: Files, case: str, entries: Sequence[Entry]) -> None:
    """Store these on the file of a case, many at a time."""
    first = files.recorder.last_version(case) + 1
    for at in range(0, len(entries), 5000):
        some = entries[at : at + 5000]
        files.store([RecordedEntry(case, first + at + n, fact) for n, fact in enumerate(some)], "test")


@pytest.mark.parametrize("seed", range(times(40, least=5)))
def test_at_any_position_it_gives_what_the_files_say(files: Files, record: RecordReader, seed: int) -> None:
    """Entries of three files in any order, also those that refer to entries that arrive later or never."""
    chance, limits = dice(seed), RecordedLimits(record)
    arrived = [(chance.choice((CASE, OTHER, THIRD)), fact) for fact in shuffled(chance)]
    for one in arrived:
        store(files, one)
        known = {case: staff for case, staff in said(files).items() if staff}
        assert RecordedLimits(record).now() == known
        if chance.random() < 0.5:
            assert limits.now() == known


def shuffled(chance: Random) -> list[Entry]:
    """Limits, liftings, corrections, withdrawals and contacts, each about one made before it, in any order of arrival."""
    made: list[Entry] = [limit("e0", "Bo Kin")]
    for n in range(1, 16):
        made.append(chance.choice(about(chance.choice(made), f"e{n}", chance.randrange(60))))
    chance.shuffle(made)
    return made


def about(one: Entry, name: str, minutes: int) -> list[Entry]:
    """Entries of this id that may be about that one."""
    fields: dict[type[Entry], dict[str, Any]] = {
        AccessLimited: {"excluded": [f"corrected by {name}"]}, AccessLimitLifted: {"limit": "e0"},
    }  # fmt: skip
    corrections = [correct(name, one.entry, **fields[type(one)])] * 3 if type(one) in fields else []
    return [
        *corrections,
        limit(name, "Bo Kin", minutes=minutes),
        limit(name, f"staff of {name}", minutes=minutes),
        lift(name, one.entry, minutes=minutes),
        withdraw(name, one.entry, minutes=minutes),
        contact(name),
    ]


def said(files: Files) -> dict[str, frozenset[str]]:
    """What the files say now, case by case."""
    read = files.read_many((CASE, OTHER, THIRD))
    return {case: excluded(History.of(file.entries.values())) for case, file in read.items()}
