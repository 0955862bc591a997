"""The law compiled against the law as it is written: for any files the same rows, on both axes of time."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.calendar.london_time import day_of
from domain.calendar.workdays import Length
from domain.entries.case_entries import ContactLogged, Entry
from projections import bulk
from projections.arrays.date_numbers import FIRST, days_in_london, instant_number
from projections.cases.case_repository import CaseRepository
from projections.compiled import deriving
from projections.compiled.calendar import after, calendar, length
from projections.compiled.coded import Coding
from projections.compiled.deriving import DAYS, laid, ledgers_of
from projections.compiled.reading import Reading
from projections.compiled.room import ROW, Room, room
from projections.history.history import History
from projections.ledger.ledger import ledger
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.derive import obligations
from projections.obligations.duty_state import Obligation
from tests.projections.ledger.test_ledger import SLOW, content, said
from tests.support.histories import Line, facts_of, histories
from tests.support.plain_ledger import plain_ledger

CODING = Coding(Reading(catalogue().clauses))


def obligations_of(cases: Sequence[list[Entry]]) -> Iterator[list[Obligation]]:
    """The obligations of each case in hindsight, from all its entries, in no order."""
    coded = CODING.standing(cases)
    done = laid(CODING, coded)
    rows = {name: done.rows[name].tolist() for name in ROW.names or ()}
    met = [coded.ids[entry] for entry in done.met.tolist()]
    for begin, end in pairwise(done.rows_at.tolist()):
        yield [
            Obligation(
                clause := CODING.reading.clauses[rows["clause"][n]], clause.values[rows["value"][n]],
                DAYS[rows["arises_on"][n]], DAYS[rows["due_on"][n]], DAYS[rows["met_on"][n]], DAYS[rows["ended_on"][n]],
                coded.ids[rows["raised_by"][n]], tuple(met[rows["met_at"][n] :][: rows["met"][n]]),
                clause.kind == "frequency",
            )
            for n in range(begin, end)
        ]  # fmt: skip


@settings(deadline=None, max_examples=150, suppress_health_check=SLOW)
@given(st.lists(histories(odd=True), min_size=1, max_size=3))
def test_compiled_ledgers_are_what_deriving_anew_at_each_recording_gives(files: list[list[Line]]) -> None:
    cases = [facts_of(lines) for lines in files]
    for entries, quick in zip(cases, ledgers_of(CODING, cases), strict=True):
        for compiled, plain in zip(said(quick), said(plain_ledger(entries)), strict=True):
            assert compiled - plain == Counter()
            assert plain - compiled == Counter()


@settings(deadline=None, max_examples=150, suppress_health_check=SLOW)
@given(st.lists(histories(odd=True), min_size=1, max_size=3))
def test_compiled_obligations_are_those_of_each_history(files: list[list[Line]]) -> None:
    cases = [facts_of(lines) for lines in files]
    for entries, quick in zip(cases, obligations_of(cases), strict=True):
        assert Counter(map(content, quick)) == Counter(
            map(content, obligations(History.of(entries), catalogue().clauses))
        )


def test_what_does_not_fit_is_laid_again_with_more_room(
    demo_book: CaseRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [list(demo_book.file(reference).entries.values()) for reference in demo_book.cases[::10]]
    expected = [said(kept) for kept in ledgers_of(CODING, cases)]
    sizes: list[int] = []

    def small(size: int, entries: int, longest: int, descriptions: int) -> Room:
        sizes.append(size)
        ample = room(1, entries, longest, descriptions)
        return ample._replace(
            rows=ample.rows[: 8 * size], met=ample.met[: 8 * size], spells=ample.spells[:size],
            frames=ample.frames[:size], held=ample.held[: 500 * size], answers=ample.answers[: 4 * size],
            absent=ample.absent[:size], failed=ample.failed[:size], raised=ample.raised[:size],
            pads=np.ascontiguousarray(ample.pads[:, : 4 * size]),
        )  # fmt: skip

    monkeypatch.setattr(deriving, "room", small)
    assert [said(kept) for kept in ledgers_of(CODING, cases)] == expected
    assert len(sizes) > 3


def test_many_at_once_or_one_by_one_the_ledgers_are_the_same(demo_book: CaseRepository) -> None:
    cases = [list(demo_book.file(reference).entries.values()) for reference in demo_book.cases[::8]]
    assert [said(kept) for kept in bulk.ledgers([*cases, []])] == [said(ledger(case)) for case in [*cases, []]]
    assert [said(kept) for kept in bulk.ledgers([[]])] == [said(ledger([]))]


def test_a_date_beyond_the_calendar_is_refused_by_name() -> None:
    at = datetime(2109, 1, 1, tzinfo=UTC)
    late = ContactLogged(entry="1", occurred_on=at.date(), recorded_at=at, contact_type="letter")
    with pytest.raises(ValueError, match="an entry has a date before 1900-01-01 or after"):
        list(ledgers_of(CODING, [[late]]))


def test_clauses_that_ask_for_what_compiled_code_does_not_follow_are_refused() -> None:
    clause = next(c for c in catalogue().clauses if c.kind == "within")
    grade = replace(clause, when=(("grade", frozenset(("po",))),))
    with pytest.raises(ValueError, match="which compiled code does not follow over time"):
        Reading([grade])
    described = next(e for c in catalogue().clauses for e in c.by if e.naming)
    other = replace(described, naming="entry")
    with pytest.raises(ValueError, match="several fields of"):
        Reading([replace(clause, by=(described, other))])


def test_the_length_of_time_in_numbers_is_that_of_the_standards() -> None:
    for day in (date(1900, 1, 1), date(2004, 2, 29), date(2005, 1, 31), date(2005, 12, 24), date(2100, 12, 31)):
        for unit in ("working day", "day", "week", "month", "hour"):
            for count in (0, 1, 5, 13, 36):
                asked = Length(count, unit)
                counted, numbered = length(asked)
                found = after(calendar(), day.toordinal(), counted, numbered)
                assert date.fromordinal(int(found)) == asked.after(day), (day, asked)


def test_the_day_in_london_of_an_instant() -> None:
    instants = [datetime(1900, 1, 1, tzinfo=UTC) + timedelta(hours=hours) for hours in range(0, 200 * 365 * 24, 997)]
    numbers = np.array([instant_number(instant) for instant in instants])
    assert (days_in_london(numbers) + FIRST.toordinal()).tolist() == [day_of(one).toordinal() for one in instants]
