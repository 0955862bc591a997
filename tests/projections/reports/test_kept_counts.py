"""Figures after changes, from what is kept of the base and of each layer, against figures counted from scratch."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import numpy as np
import pytest
from msgspec import structs

from benchmarks.cases import template
from domain.entries.case_entries import CaseAllocated, Entry, SupervisionStarted
from domain.policy.frameworks.framework_files import frameworks
from projections.columns import kept_counts, layered_counts
from projections.columns.case_selection import CaseSelection
from projections.columns.column_layers import ColumnLayers
from projections.columns.column_store import ColumnStore
from projections.columns.kept_counts import BYTES_KEPT, COUNTS_KEPT, KeptCounts
from projections.columns.keyed_counts import KeyedCounts, Share, keyed, total
from projections.columns.score_counts import score_cases, score_table
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.ledger.ledger import Place
from projections.reports.duty_queries import DutyQueries
from projections.reports.periods import period, period_before
from tests.support.columns import columns_of
from tests.support.depth import times

ESI = frameworks()["esi-2003"]
ON = date(2005, 9, 30)
MOMENTS = (Moment(ON, None), Moment(ON, end_of_day(ON)), Moment(date(2005, 3, 1), end_of_day(date(2005, 6, 1))))
LATE = Moment(date(2008, 1, 1), None)
CLAUSES = ("recording", "contact-frequency", "initial-supervision-plan")


def file(number: int) -> list[Entry]:
    """A file that is held in one of four places, some of which no other file names."""
    rng = Random(number)
    places = [Place(f"Area {n % 2}", f"Division {n}", f"Team {n}", f"Officer {n}", "po") for n in (0, 1, 2, number + 9)]
    return [
        structs.replace(fact, **rng.choice(places)._asdict())
        if isinstance(fact, SupervisionStarted | CaseAllocated)
        else fact
        for fact in template(f"kept {number % 8}")
    ]


def wanted(place: Place) -> bool:
    return place.area == "Area 1"


def figures(columns: ColumnStore, moment: Moment) -> dict[str, Any]:
    """All that is kept, as at a moment."""
    queries, at = DutyQueries(columns, ESI), CaseSelection(columns, moment)
    half = period(moment, 6)
    periods = [period_before(period(moment, 1), 1), period(moment, 1)]
    found: dict[str, Any] = {
        "score": score_cases(ESI, at), "waits": queries.waits(half, CLAUSES, wanted), "loads": queries.loads(moment),
        "verdicts": queries.verdicts(moment, "record-well-organised"), "recorded": queries.recorded(half),
        "derived": queries.verdicts(moment, "risk-of-harm-assessed-on-time"),
        "series": {place: of.tolist() for place, of in queries.series(periods, CLAUSES, "in_time").items()},
    }  # fmt: skip
    for split in (None, "clause", "gender"):
        counts = queries.counts(half, CLAUSES, "done", split)  # type: ignore[arg-type]
        found[f"counts by {split}"] = [(count.place, count.value, count.figure) for count in counts]
    for by in (("team",), ("area", "risk"), ("officer",)):
        found[f"table by {by}"] = list(score_table(ESI, at, by).by_key().items())
    return found


@pytest.mark.parametrize("seed", range(times(20, least=2)))
def test_figures_after_changes_are_those_from_scratch(seed: int) -> None:
    rng = Random(seed)
    now = {f"C{n:03}/1": file(rng.randrange(40)) for n in range(12)}
    layers = ColumnLayers(columns_of(now))
    moments = rng.sample(MOMENTS, 2)
    for moment in moments:
        figures(layers.columns, moment)
    kept = len(layers.base.kept)
    for turn in range(times(24, least=4)):
        changed = {f"C{rng.randrange(16):03}/1": file(rng.randrange(40)) for _ in range(rng.randint(1, 4))}
        layers, now = layers.with_changes(columns_of(changed)), now | changed
        if which := layers.unsettled:
            layers = layers.with_settled(layers.settled_below(which))
        if turn % 2:  # the others are counted when they lie below another
            for moment in moments:
                assert figures(layers.columns, moment) == figures(columns_of(now), moment)
    assert len(layers.base.kept) == kept > 20, "nothing was counted of the base that was not kept"


def test_of_a_base_nothing_is_counted_twice() -> None:
    base = columns_of({f"C{n:03}/1": file(n) for n in range(6)})
    asked: list[int] = []

    def count(selection: CaseSelection) -> KeyedCounts:
        asked.append(selection.columns.numbers)
        return keyed([("all",)], np.array([selection.there.sum()]))

    def all_there(columns: ColumnStore) -> int:
        return int(layered_counts.counted(CaseSelection(columns, LATE), count).of(("all",))[0])

    assert all_there(base) == all_there(base) == 6
    assert asked == [6]
    one = base.with_changes(columns_of({"C002/1": file(20), "C900/1": file(21)}))
    two = one.with_changes(columns_of({"C002/1": file(22), "C003/1": file(23)}))
    assert all_there(two) == 7
    assert sorted(asked) == [1, 1, 1, 2, 2, 6], "of each layer its cases, and what they replace in each below"
    assert all_there(two) == all_there(one) == 7
    assert len(asked) == 6
    assert all_there(replace(base)) == 6, "another store keeps its own"
    assert len(asked) == 7


def test_the_counts_that_were_not_asked_for_longest_go(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, counted = KeptCounts(), list[int]()

    def ask(number: int, length: int = 1) -> None:
        def count() -> KeyedCounts:
            counted.append(number)
            return KeyedCounts([(n,) for n in range(length)], np.ones((length, 1), np.int64))

        kept.get(number, count)

    for number in (*range(COUNTS_KEPT), 0, COUNTS_KEPT, 0, 1):
        ask(number)
    assert counted == [*range(COUNTS_KEPT), COUNTS_KEPT, 1]
    assert len(kept) == COUNTS_KEPT
    monkeypatch.setattr(kept_counts, "BYTES_KEPT", 10_000)
    ask(-1, 100)
    assert len(kept) < COUNTS_KEPT / 2
    ask(-2, 1_000)
    assert len(kept) == 0, "counts that are too large are given and not kept"
    assert BYTES_KEPT > 10_000


def test_counts_add_up_by_key() -> None:
    def of(counts: Mapping[Any, int]) -> KeyedCounts:
        return keyed([(key,) for key in counts], np.array(list(counts.values()), np.int64))

    whole = of({None: 1, "b": 2, "d": 5})
    found = total(whole, [Share(of({"b": 2, "a": 1}), -1), Share(of({"a": 1, "c": 3, "d": 1}), 1)])
    assert list(zip(found.keys, found.counts[:, 0].tolist(), strict=True)) == [((None,), 1), (("c",), 3), (("d",), 6)]
    assert found.of(("b",)).tolist() == [0]
    assert total(whole, []) is whole
