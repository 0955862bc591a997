"""Counts packed into one number are those of each group of states alone; the index of cases is that of the rows."""

import numpy as np
import pytest

from projections.columns import case_ends as module
from projections.columns.case_ends import case_ends
from projections.columns.packed_counts import packed_counts, summed
from projections.obligations.duty_state import ARISEN, DONE, FELL_AND_DONE, FELL_AND_IN_TIME, FELL_DUE, MET, MET_EARLY

ALL = (ARISEN, FELL_DUE, DONE, FELL_AND_DONE, FELL_AND_IN_TIME)


@pytest.mark.parametrize("counted", [ALL[:1], ALL[:3], ALL])
@pytest.mark.parametrize("most", [1, 5, 63, 64, 1_023, 1_024, 5_000])
def test_packed_counts_are_those_of_each_group(most: int, counted: tuple[range, ...]) -> None:
    rng = np.random.default_rng(most)
    lengths = np.append(rng.integers(1, most + 1, 20), most)
    last = np.cumsum(lengths) - 1
    drawn = rng.integers(0, MET_EARLY + 1, int(lengths.sum())).astype(np.uint8)
    for state in (drawn, np.full_like(drawn, MET)):
        by_case = np.split(state, last[:-1] + 1)
        want = {states: [sum(s in states for s in of.tolist()) for of in by_case] for states in counted}
        found = {
            states: counts.tolist()
            for packing in packed_counts(counted, most)
            for states, counts in packing.unpacked(summed(packing.of_state.take(state), last))
        }
        assert found == want


@pytest.mark.parametrize("at_once", [1, 2, 7, 1_000])
def test_the_ends_of_the_rows_of_each_case(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROWS_AT_ONCE", at_once)
    clause = np.array([0, 0, 0, 0, 2, 2, 2, 3], np.int16)
    case = np.array([1, 1, 1, 4, 4, 5, 5, 5], np.int32)
    found = case_ends(clause, case)
    assert found.case.tolist() == [1, 4, 4, 5, 5]
    assert found.end.tolist() == [3, 4, 5, 7, 8]
    assert case_ends(clause[:0], case[:0]).end.tolist() == []
