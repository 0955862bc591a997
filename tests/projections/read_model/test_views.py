"""The tables say what a replay says: for random histories, any moment, any order of arrival and any cut into batches.

What a moment shows is read from columns made of the tables.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from domain.aggregates.case_file import RecordedEntry
from domain.entries.case_entries import Entry
from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK
from domain.store.application import Files
from domain.store.database import NotPrepared
from projections.cases.case_snapshot import CaseSnapshot
from projections.history.history import History, end_of_day
from projections.history.moment import Moment
from projections.ledger.ledger import Ledger, Place, ledger
from projections.read_model import view_tables
from projections.read_model.follower import catch_up, step
from projections.read_model.ledger_codec import decode_ledger, encode_ledger
from projections.read_model.view_reader import ReadModel
from projections.read_model.view_tables import TABLES, VIEWS
from tests.domain.store.test_store import BEGINNING, contact
from tests.support.columns import selection_of, snapshots_of
from tests.support.depth import examples
from tests.support.histories import LONGEST_DAYS, Line, facts_of, histories
from tests.support.postgres import Server, sql

CASE, OTHER = "X123456/1", "A000001/1"


@pytest.fixture
def files(empty_database: str) -> Iterator[Files]:
    with closing(Files.open(empty_database)) as files:
        yield files


@pytest.fixture
def views(files: Files, empty_database: str) -> Iterator[ReadModel]:
    with closing(ReadModel(empty_database)) as views:
        yield views


def store(files: Files, *arrived: tuple[str, Entry]) -> None:
    """Store these in this order, as they are: how they arrived is what is tested, not what a file would refuse."""
    for reference, fact in arrived:
        version = files.recorder.select_events(reference, desc=True, limit=1)
        files.save(RecordedEntry(reference, version[0].originator_version + 1 if version else 1, fact))  # type: ignore[arg-type]


def rows_of(kept: Ledger) -> list[list[str]]:
    """What a ledger says, comparable: its rows in no order, instants in UTC."""
    return [
        sorted(repr((k.row._replace(recorded_at=utc(k.row.recorded_at)) if kind == 2 else k.row, utc(k.since),
                     k.until and utc(k.until))) for k in rows)
        for kind, rows in enumerate(kept.kinds)
    ]  # fmt: skip


def utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)


def replayed(reference: str, entries: Sequence[Entry], moment: Moment) -> CaseSnapshot | None:
    history = History.of(entries, moment.known_at)
    if history.start is None or history.start.on > moment.on:
        return None
    return CaseSnapshot.of_history(reference, moment, history)


def moments(lines: Sequence[Line]) -> st.SearchStrategy[Moment]:
    """Any day, and any state of knowledge: that day's, hindsight, or the instant of a recording, or just after it."""
    first = date.fromisoformat(lines[0]["occurred_on"])
    days = st.integers(-10, LONGEST_DAYS + 60).map(lambda n: first + timedelta(days=n))
    recorded = [datetime.fromisoformat(line["recorded_at"]) for line in lines]
    known = st.sampled_from(recorded).flatmap(
        lambda at: st.sampled_from([at, at + timedelta(microseconds=1), at - timedelta(microseconds=1)])
    )
    return st.builds(Moment, days, known) | days.map(lambda d: Moment(d, None)) | days.map(
        lambda d: Moment(d, end_of_day(d))
    )  # fmt: skip


@pytest.mark.both
def test_they_say_what_a_replay_says(files: Files, views: ReadModel) -> None:
    """Two random cases, arriving in any order, taken in by batches of any size while more arrives."""
    numbers = count(1)

    @examples(12)
    @given(st.data(), histories(longest=12), histories(longest=6))
    def holds(data: st.DataObject, one: list[Line], other: list[Line]) -> None:
        number = next(numbers)
        cases = {f"X{number:06}/1": facts_of(one), f"Y{number:06}/1": facts_of(other)}
        arriving = data.draw(st.permutations([(name, fact) for name, facts in cases.items() for fact in facts]))
        while arriving:
            some = data.draw(st.integers(1, len(arriving)), label="arrive")
            store(files, *arriving[:some])
            arriving = arriving[some:]
            for most in data.draw(st.lists(st.integers(1, 9), max_size=3), label="batches"):
                step(views, views.live(), most)
        assert catch_up(views).entries == 0
        assert views.position == files.recorder.head()[0]
        stand = {stored.reference: stored.ledger for stored in views.ledgers(cases)}
        assert {name: rows_of(stand[name]) for name in cases} == {
            name: rows_of(ledger(facts)) for name, facts in cases.items()
        }
        for moment in data.draw(st.lists(moments(one), min_size=1, max_size=4), label="moments"):
            by_replay = {name: replayed(name, facts, moment) for name, facts in cases.items()}
            found = {name: case for name, case in snapshots_of(views, moment).items() if name in cases}
            assert found == {name: case for name, case in by_replay.items() if case is not None}

    holds()


@pytest.mark.both
def test_a_late_extract_with_old_recording_times_lands_right(files: Files, views: ReadModel) -> None:
    """What had been recorded in June and arrives in August is known from June on."""
    store(files, (CASE, start()))
    catch_up(views)
    before = Moment(date(2005, 6, 10), datetime(2005, 6, 10, tzinfo=UTC))
    plan = facts_of([{
        "entry": "p", "type": "SupervisionPlanMade", "occurred_on": "2005-05-20",
        "recorded_at": "2005-05-20T10:00:00+01:00", "objectives": [{"text": "work", "smart": True}],
        "interventions": [], "takes_account_of": [],
    }])[0]  # fmt: skip
    was = snapshots_of(views, before)[CASE]
    store(files, (CASE, plan))
    catch_up(views)
    now = snapshots_of(views, before)[CASE]
    assert [d.met_by for d in now.duties] != [d.met_by for d in was.duties]
    assert any(d.met_by == ("p",) for d in now.duties)
    earlier = Moment(date(2005, 6, 10), plan.recorded_at)
    assert not any(d.met_by == ("p",) for d in snapshots_of(views, earlier)[CASE].duties)


def start(**changes: Any) -> Entry:
    return facts_of([BEGINNING | changes])[0]


@pytest.mark.both
def test_cases_are_found_by_who_holds_them_on_the_day_as_known_then(files: Files, views: ReadModel) -> None:
    moved = facts_of([{
        "entry": "m", "type": "CaseAllocated", "occurred_on": "2005-07-01", "recorded_at": "2005-07-11T09:00:00+01:00",
        "area": "Avon and Somerset", "division": "East", "team": "Bath", "officer": "Dai Rees", "officer_grade": "pso",
    }])[0]  # fmt: skip
    store(files, (CASE, start()), (CASE, moved), (OTHER, start(team="Stroud", officer="Bo Kin")))
    catch_up(views)

    def found(on: date, known_at: datetime | None, *held: Any) -> list[str]:
        selection = selection_of(views, Moment(on, known_at))
        chosen = selection.select(**dict([held] if held else []))
        return sorted(selection.columns.references[case] for case in np.flatnonzero(chosen).tolist())

    may, july = date(2005, 5, 10), date(2005, 7, 5)
    assert found(may, None) == [OTHER, CASE]
    assert found(may, None, "team", ["Cheltenham"]) == [CASE]
    assert found(may, None, "officer", ["Bo Kin", "Ruth Ablewhite"]) == [OTHER, CASE]
    assert found(july, None, "team", ["Cheltenham"]) == []
    assert found(july, None, "area", ["Avon and Somerset"]) == [CASE]
    assert found(july, end_of_day(july), "team", ["Cheltenham"]) == [CASE]
    assert found(july, None, "division", []) == []
    assert found(date(2005, 5, 2), None) == []
    assert selection_of(views, Moment(may, None)).places == [
        Place("Gloucestershire", "North", "Cheltenham", "Ruth Ablewhite", "po"),
        Place("Gloucestershire", "North", "Stroud", "Bo Kin", "po"),
    ]
    assert [place.team for place in selection_of(views, Moment(july, None)).places] == ["Bath", "Stroud"]
    assert views.cases() == [OTHER, CASE]


@pytest.mark.both
def test_what_is_not_asked_for_is_left_out(files: Files, views: ReadModel) -> None:
    store(files, (CASE, start()), *((CASE, contact(f"c{n}")) for n in range(3)))
    catch_up(views)
    moment = Moment(date(2005, 9, 1), None)
    whole = snapshots_of(views, moment)[CASE]
    part = snapshots_of(views, moment, tables=("duties",))[CASE]
    assert part.lates == [] == part.judgements and part.duties == whole.duties
    some = {whole.duties[0].clause}
    few = snapshots_of(views, moment, clauses=some)[CASE]
    assert list(few.duties) == [duty for duty in whole.duties if duty.clause in some]
    assert 0 < len(few.duties) < len(whole.duties)


@pytest.mark.both
def test_inspections_are_no_cases(files: Files, views: ReadModel) -> None:
    opened = facts_of([{
        "entry": "o", "type": "InspectionOpened", "occurred_on": "2005-10-03", "recorded_at": "2005-10-03T10:00:00+01:00",
        "title": "Audit", "framework": DEFAULT_FRAMEWORK, "area": "Gloucestershire",
        "knowledge": "stood",
    }])[0]  # fmt: skip
    store(files, ("team-audit", opened), (CASE, start()))
    catch_up(views)
    assert (views.cases(), views.position) == ([CASE], 2)


@given(histories(odd=True))
@examples(25)
def test_a_ledger_comes_back_from_json(lines: list[Line]) -> None:
    kept = ledger(facts_of(lines))
    assert decode_ledger(encode_ledger(kept)) == kept


@pytest.mark.parametrize(
    "stored", [b"", b"[]", b"[[],[],[],[],[],[[]]]", b'[[],[],[],[["2005-05-03"]],[],[]]', b"\xff"]
)
def test_what_is_no_ledger_is_refused(stored: bytes) -> None:
    with pytest.raises(ValueError):
        decode_ledger(stored)


def test_rows_made_by_another_version_are_made_anew_on_sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = str(tmp_path / "case.sqlite")
    with closing(Files.open(address)) as files:
        store(files, (CASE, start()))
        with closing(ReadModel(address)) as views:
            catch_up(views)
        with closing(ReadModel(address)) as again:
            assert again.position == 1
        monkeypatch.setattr(view_tables, "VERSION", view_tables.VERSION + 1)
        with closing(ReadModel(address)) as anew:
            assert (anew.position, anew.cases()) == (0, [])


def test_postgresql_asks_for_migrate(postgres: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    address = postgres.fresh()
    with pytest.raises(NotPrepared, match="has no views yet: run `caseaudit migrate` first"):
        ReadModel(address)
    assert sql(address, "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'") == [(0,)]
    prepared = postgres.prepared()
    ReadModel(prepared).close()
    monkeypatch.setattr(view_tables, "VERSION", view_tables.VERSION + 1)
    with pytest.raises(NotPrepared, match="made by another version"):
        ReadModel(prepared)


@pytest.mark.both
def test_the_rows_of_some_cases_are_index_lookups(files: Files, views: ReadModel) -> None:
    """No query of a few ledgers walks a whole table."""
    store(files, (CASE, start()), (OTHER, start()))
    catch_up(views)
    asked: list[tuple[str, Any]] = []

    @sa.event.listens_for(views.reading, "before_cursor_execute")
    def note(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if "FROM view_a_" in statement:
            asked.append((statement, parameters))

    assert [one.reference for one in views.ledgers([CASE, OTHER])] == [OTHER, CASE]
    assert len(asked) == 1  # not one a case
    lite = views.database.kind == "sqlite"
    with views.reading.connect() as c:
        if not lite:
            c.exec_driver_sql("SET enable_seqscan = off")  # so few rows are read faster without an index
        for statement, parameters in asked[:]:
            explain = "EXPLAIN QUERY PLAN " if lite else "EXPLAIN "
            plan = " ".join(str(row) for row in c.exec_driver_sql(explain + statement, parameters))
            assert ("SEARCH view_a_" if lite else "Index Cond") in plan, plan
            assert ("SCAN view_a_" if lite else "Seq Scan") not in plan, plan


def test_both_generations_have_the_same_columns() -> None:
    one, other = TABLES.values()
    assert [c.name for c in one.c] == [c.name for c in other.c]
    assert VIEWS.name == "views"


def test_tables_of_an_earlier_version_are_dropped(tmp_path: Path) -> None:
    address = str(tmp_path / "case.sqlite")
    with closing(Files.open(address)) as files:
        store(files, (CASE, start()))
    with sqlite3.connect(address) as c:
        c.execute("CREATE TABLE views (generation TEXT, live INTEGER, position INTEGER, build TEXT, made_by TEXT)")
        for name in ("view_places", "view_a_duties", "view_b_cases", "reviews"):
            c.execute(f"CREATE TABLE {name} (reference TEXT)")
    with closing(ReadModel(address)) as views:
        assert catch_up(views).entries == 0
        assert views.cases() == [CASE]
    with sqlite3.connect(address) as c:
        left = {name for (name,) in c.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert "reviews" in left
    assert not {"view_places", "view_a_duties"} & left
