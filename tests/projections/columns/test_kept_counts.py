"""What is counted from kept counts and changes is what is counted from scratch."""

import pickle
from datetime import date
from random import Random

import numpy as np
import pytest

from benchmarks.cases import template
from domain.policy.frameworks.framework_files import frameworks
from projections.arrays.date_numbers import instant_of
from projections.columns import score_counts
from projections.columns.case_selection import CaseSelection
from projections.columns.column_layers import ColumnLayers
from projections.columns.kept_counts import KeptCounts
from projections.columns.score_counts import score_cases, score_table
from projections.history.history import end_of_day
from projections.history.moment import Moment
from tests.support.columns import columns_of
from tests.support.depth import times

ESI = frameworks()["esi-2003"]
ON = date(2005, 9, 30)
MOMENTS = [Moment(ON, None), Moment(ON, end_of_day(ON)), Moment(date(2004, 6, 1), None)]


@pytest.mark.parametrize("seed", range(times(1, 10)))
def test_kept_counts_are_those_from_scratch(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = Random(seed)
    monkeypatch.setattr(score_counts, "MANY", rng.choice((1, 2, 99)))
    files = [template(f"kept {seed} {n}") for n in range(16)]
    now = {f"C{n:03}/1": rng.choice(files) for n in range(12)}
    layers = ColumnLayers(columns_of(now.items()))
    for _ in range(6):
        changed = {f"C{rng.randrange(15):03}/1": rng.choice(files) for _ in range(rng.randint(1, 3))}
        layers, now = layers.with_changes(columns_of(changed.items())), now | changed
        if rng.random() < 0.4:
            continue  # not asked after every change
        scratch = columns_of(now.items())
        for moment in MOMENTS:
            found, want = CaseSelection(layers.columns, moment), CaseSelection(scratch, moment)
            assert score_cases(ESI, found) == score_cases(ESI, want)
            for by in (("team",), ("area", "risk")):
                kept, whole = score_table(ESI, found, by), score_table(ESI, want, by)
                assert kept.keys == whole.keys
                assert kept.cases.tolist() == whole.cases.tolist()
                assert np.array_equal(kept.counts, whole.counts)


def test_the_least_used_counts_are_forgotten() -> None:
    kept, counted = KeptCounts(most=3 * 8), list[int]()

    def count(n: int) -> np.int64:
        counted.append(n)
        return np.int64(n)

    for n in (0, 1, 2, 0, 3, 0, 1):
        assert kept.get(n, lambda n=n: count(n)) == n  # type: ignore[misc]
    assert counted == [0, 1, 2, 3, 1]
    assert len(kept) == 3
    assert len(pickle.loads(pickle.dumps(kept))) == 0
    assert kept.nbytes == 3 * 8


def test_all_is_known_only_after_the_last_instant() -> None:
    columns = columns_of({"C/1": template("last instant")}.items())
    last = columns.last_instant
    spans = [
        rows[name] for of in columns.tables.values() for rows in of.all for name in ("since", "until") if name in rows
    ]
    assert any(last in span for span in spans)
    for step, instant in ((-1, last - 1), (0, last), (1, None)):
        assert CaseSelection(columns, Moment(ON, instant_of(last + step))).instant == instant


def test_words_are_shared_and_keep_their_numbers() -> None:
    base = columns_of({"C/1": template("words 1")}.items())
    before = {name: list(words.values) for name, words in base.words.items()}
    other = base.with_changes(columns_of({"C/2": template("words 2")}.items()))
    assert other.words is base.words
    for name, values in before.items():
        assert base.words[name].values[: len(values)] == values
    area = CaseSelection(base, MOMENTS[0]).coded("area")  # kept before and after a place is added
    place = base.words["place"]
    place.number(place[0]._replace(area="Another area"))
    again = CaseSelection(base, MOMENTS[0]).coded("area")
    assert "Another area" in again.values
    assert [again.values[n] for n in again.numbers] == [area.values[n] for n in area.numbers]
