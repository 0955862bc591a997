"""What is known after the last instant recorded is what is known today; words are shared with what changes lie above."""

from dataclasses import replace
from datetime import date
from random import Random

import pytest

from benchmarks.cases import template
from domain.policy.frameworks.framework_files import frameworks
from projections.arrays.date_numbers import STILL_KNOWN, instant_of
from projections.columns.case_selection import CaseSelection
from projections.columns.column_merge import merge
from projections.columns.score_counts import score_table
from projections.history.moment import Moment
from projections.reports.duty_counts import count_duties
from tests.support.columns import columns_of
from tests.support.depth import times

ON = date(2006, 9, 30)


def test_all_is_known_only_after_the_last_instant() -> None:
    columns = columns_of({"C/1": template("last instant")})
    last = columns.last_instant
    spans = [
        rows[name] for of in columns.tables.values() for rows in of.all for name in ("since", "until") if name in rows
    ]
    assert any(last in span for span in spans)
    assert not any(((span > last) & (span < STILL_KNOWN)).any() for span in spans)
    for step, instant in ((-1, last - 1), (0, last), (1, None)):
        assert CaseSelection(columns, Moment(ON, instant_of(last + step))).instant == instant
    later = columns.with_changes(columns_of({"C/2": template("last instant 2")}))
    assert later.last_instant == max(last, columns_of({"C/2": template("last instant 2")}).last_instant)
    assert merge([later]).last_instant == later.last_instant


@pytest.mark.parametrize("seed", range(times(16, least=2)))
def test_rows_are_left_out_only_where_none_was_known(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """At instants around the last ones recorded, against reading every row."""
    rng = Random(seed)
    columns = columns_of({f"C/{n}": template(f"last {seed} {n}") for n in range(4)})
    every = sorted({int(n) for of in columns.tables.values() for rows in of.all for n in rows["since"]})
    esi, by = frameworks()["esi-2003"], ("area", "subject")

    def figures(at: CaseSelection) -> object:
        return score_table(esi, at, ("team",)).by_key(), count_duties(at, by=by).by_key()

    for instant in (*every[-3:], columns.last_instant + 1, columns.last_instant + rng.randint(2, 10**12)):
        moment = Moment(ON, instant_of(instant + rng.choice((0, 1))))
        read = CaseSelection(replace(columns, last_instant=STILL_KNOWN), moment)
        assert read.instant is not None
        assert figures(CaseSelection(columns, moment)) == figures(read)


def test_words_are_shared_and_keep_their_numbers() -> None:
    base = columns_of({"C/1": template("words 1")})
    before = {name: list(words.values) for name, words in base.words.items()}
    other = base.with_changes(columns_of({"C/2": template("words 2")}))
    assert other.words is base.words
    for name, values in before.items():
        assert base.words[name].values[: len(values)] == values
    area = CaseSelection(base, Moment(ON, None)).coded("area")  # kept before and after a place is added
    place = base.words["place"]
    place.number(place[0]._replace(area="Another area"))
    again = CaseSelection(base, Moment(ON, None)).coded("area")
    assert "Another area" in again.values
    assert [again.values[n] for n in again.numbers] == [area.values[n] for n in area.numbers]
