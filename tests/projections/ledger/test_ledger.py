"""The ledger against its definition: derived anew at each recording, it says the same of any file."""

import random
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.aggregates.amendments import known
from domain.entries.case_entries import Entry
from domain.policy.frameworks.framework_files import frameworks
from projections.cases.case_repository import CaseRepository
from projections.history.history import History
from projections.ledger.knowledge_spans import EntryVersion, RowSpans, first_known
from projections.ledger.ledger import Ledger, ledger, obligation_of, rows_known
from projections.obligations import clause_kinds
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.clause_index import clause_index
from projections.obligations.derive import obligations
from projections.obligations.duty_state import Obligation
from tests.support.depth import examples
from tests.support.histories import Line, facts_of, histories
from tests.support.plain_ledger import as_one_reading, plain_ledger


def said(book: Ledger) -> list[Counter[Any]]:
    """What a ledger says: its rows, kind by kind, however often each stands in it."""
    return [Counter(map(tuple, rows)) for rows in book.kinds]


def content(o: Obligation) -> tuple[Any, ...]:
    """An obligation as what can be counted quickly."""
    clause, value = id(o.clause), id(o.value)
    return clause, value, o.arises_on, o.due_on, o.met_on, o.ended_on, o.raised_by, o.met_by, o.window


def check(facts: Iterable[Entry]) -> None:
    for quick, plain in zip(said(ledger(facts)), said(plain_ledger(facts)), strict=True):
        assert quick - plain == Counter()
        assert plain - quick == Counter()


@examples(150)
@given(histories(odd=True))
def test_the_ledger_is_what_deriving_anew_at_each_recording_gives(lines: list[Line]) -> None:
    check(facts_of(lines))


def test_a_case_without_entries_has_an_empty_ledger() -> None:
    assert said(ledger([])) == said(plain_ledger([])) == [Counter()] * 5


def test_the_ledger_of_the_samples_is_what_deriving_anew_gives(demo_book: CaseRepository) -> None:
    for reference in demo_book.cases[::15]:
        check(list(demo_book.file(reference).entries.values()))


@examples(60)
@given(histories(longest=45, odd=True), st.randoms(use_true_random=False))
def test_the_order_of_arrival_makes_no_difference(lines: list[Line], shuffling: random.Random) -> None:
    facts = facts_of(lines)
    shuffled = list(facts)
    shuffling.shuffle(shuffled)
    assert said(ledger(facts)) == said(ledger(shuffled))


@examples(60)
@given(histories(longest=45, odd=True), st.data())
def test_at_any_instant_the_ledger_says_what_the_file_said(lines: list[Line], data: st.DataObject) -> None:
    facts = facts_of(lines)
    instants = sorted(fact.recorded_at for fact in facts)
    drawn = [data.draw(st.sampled_from(instants)) + timedelta(seconds=data.draw(st.integers(-1, 1))) for _ in range(4)]
    book = ledger(facts)
    for known_at in (*drawn, None):
        then = rows_known(History.of(facts, known_at))
        assert [Counter(as_one_reading(k.row) for k in rows if k.at(known_at)) for rows in book.kinds] == [
            Counter(r) for r in then
        ]


@examples(60)
@given(histories(longest=45, odd=True))
def test_clauses_that_the_docket_leaves_out_would_have_raised_nothing(lines: list[Line]) -> None:
    history = History(known(facts_of(lines), None))
    for clauses in (catalogue().clauses, frameworks()["esi-2003"].clauses_by("2005")):
        every = [
            duty
            for indexed in clause_index(clauses).listed
            for duty in clause_kinds.DERIVE[indexed.clause.kind](indexed, history)
            if indexed.clause.in_force(duty.arises_on)
        ]
        found = obligations(history, clauses)
        assert Counter(map(content, found)) == Counter(map(content, every))
        assert [o.due_on for o in found] == sorted(o.due_on for o in found)


@examples(30)
@given(histories(odd=True))
def test_a_row_gives_its_obligation_back(lines: list[Line]) -> None:
    facts = facts_of(lines)
    for framework in frameworks().values():
        owed = obligations(History.of(facts), framework.clauses)
        here = catalogue().of_framework[framework.id]
        rows = [known.row for known in ledger(facts).duties if known.at(None) and known.row.clause in here]
        assert Counter(map(content, owed)) == Counter(content(obligation_of(row, framework.id)) for row in rows)


# ---------------------------------------------------------------- spans of knowledge

INSTANTS = [datetime(2005, 1, day) for day in range(1, 8)]


def spans(*added: tuple[int, int]) -> set[tuple[int, int | None]]:
    """What is kept of one row that was known over these spans, as days of January."""
    found = RowSpans[tuple[str]]()
    for since, until in added:
        found.add(("row",), since, until)
    return {(k.since.day - 1, k.until and k.until.day - 1) for k in found.with_instants(INSTANTS)}


def test_spans_that_touch_are_one_and_the_last_opened_closes_first() -> None:
    assert spans((0, 2), (2, 5)) == {(0, 5)}
    assert spans((2, 7), (0, 2)) == {(0, None)}
    assert spans((0, 2), (3, 7)) == {(0, 2), (3, None)}
    assert spans((0, 7), (2, 4), (4, 6)) == {(0, None), (2, 6)}
    assert spans((0, 3), (2, 5)) == {(2, 3), (0, 5)}


def test_the_candidate_that_comes_first_among_those_known() -> None:
    early, late = EntryVersion("early", 4, 6), EntryVersion("late", 2, 7)
    assert sorted(first_known([early, late], 1, 7), key=lambda found: found[1]) == [
        (None, 1, 2), (late, 2, 4), (early, 4, 6), (late, 6, 7),
    ]  # fmt: skip
    assert first_known([], 1, 3) == [(None, 1, 3)]
