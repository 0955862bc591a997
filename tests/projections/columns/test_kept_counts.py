"""What is counted from kept counts and changes is what is counted from scratch."""

from datetime import date
from random import Random

import numpy as np
import pytest

from benchmarks.cases import template
from domain.policy.frameworks.framework_files import frameworks
from projections.arrays.date_numbers import instant_of
from projections.columns.case_selection import CaseSelection
from projections.columns.column_layers import ColumnLayers
from projections.columns.kept_counts import KEPT, KeptCounts
from projections.columns.score_counts import score_cases, score_table
from projections.history.history import end_of_day
from projections.history.moment import Moment
from tests.support.columns import columns_of
from tests.support.depth import times

ESI = frameworks()["esi-2003"]
ON = date(2005, 9, 30)
MOMENTS = [Moment(ON, None), Moment(ON, end_of_day(ON)), Moment(date(2004, 6, 1), None)]


@pytest.mark.parametrize("seed", range(times(1, 10)))
def test_kept_counts_are_those_from_scratch(seed: int) -> None:
    rng = Random(seed)
    files = [template(f"kept {seed} {n}") for n in range(16)]
    now = {f"C{n:03}/1": rng.choice(files) for n in range(12)}
    layers = ColumnLayers(columns_of(now.items()))
    for _ in range(4):
        changed = {f"C{rng.randrange(15):03}/1": rng.choice(files) for _ in range(rng.randint(1, 3))}
        layers, now = layers.with_changes(columns_of(changed.items())), now | changed
        scratch = columns_of(now.items())
        for moment in MOMENTS:
            found, want = CaseSelection(layers.columns, moment), CaseSelection(scratch, moment)
            assert score_cases(ESI, found) == score_cases(ESI, want)
            for by in (("team",), ("area", "risk")):
                kept, whole = score_table(ESI, found, by), score_table(ESI, want, by)
                assert kept.keys == whole.keys
                assert kept.cases.tolist() == whole.cases.tolist()
                assert np.array_equal(kept.counts, whole.counts)
    assert len(layers.base.kept) == 3 * len(MOMENTS)  # nothing was counted of the base twice


def test_the_least_used_counts_are_forgotten() -> None:
    kept, counted = KeptCounts(), list[int]()
    for n in (*range(KEPT), 0, KEPT, 0, 1):
        assert kept.get(n, lambda n=n: counted.append(n) or n) == n  # type: ignore[misc]
    assert counted == [*range(KEPT), KEPT, 1]
    assert len(kept) == KEPT


def test_all_is_known_only_after_the_last_instant() -> None:
    columns = columns_of({"C/1": template("last instant")}.items())
    last = columns.last_instant
    spans = [
        rows[name] for of in columns.tables.values() for rows in of.all for name in ("since", "until") if name in rows
    ]
    assert any(last in span for span in spans)
    for step, instant in ((-1, last - 1), (0, last), (1, None)):
        assert CaseSelection(columns, Moment(ON, instant_of(last + step))).instant == instant
