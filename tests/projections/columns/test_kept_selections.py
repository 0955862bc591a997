"""Selections are kept by moment, those asked for last, within a bound of memory."""

from datetime import date

import pytest

from projections.columns import kept_selections
from projections.columns.kept_selections import KeptSelections
from projections.history.moment import Moment
from tests.domain.store.test_store import BEGINNING
from tests.support.columns import columns_of
from tests.support.histories import facts_of


def test_the_selections_asked_for_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = columns_of({f"X{number:06}/1": facts_of([BEGINNING]) for number in range(10)})
    first, *others = (Moment(date(2005, 6, day), None) for day in range(1, 5))
    monkeypatch.setattr(kept_selections, "MOST_BYTES", 3 * 10 * kept_selections.BYTES_PER_CASE)
    kept = KeptSelections(columns)
    one = kept.at(first)
    assert one.columns is columns and one.moment == first
    for other in others:
        kept.at(other)
        assert kept.at(first) is one
    assert len(kept) == 3
    for other in others:
        kept.at(other)
    assert kept.at(first) is not one


def test_one_selection_is_kept_however_large_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_selections, "MOST_BYTES", 1)
    kept, moment = KeptSelections(columns_of({"X000001/1": facts_of([BEGINNING])})), Moment(date(2005, 6, 1), None)
    assert kept.at(moment) is kept.at(moment)
