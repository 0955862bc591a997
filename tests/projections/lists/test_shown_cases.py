"""A case read from the columns is the case read from its history: at any moment, with ids of entries."""

from collections.abc import Collection
from datetime import timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from domain.entries.case_entries import Entry
from projections.cases.case_snapshot import CaseSnapshot
from projections.columns.case_selection import CaseSelection
from projections.history.history import History
from projections.history.moment import Moment
from projections.lists.shown_cases import shown_cases
from tests.support.columns import columns_of
from tests.support.depth import examples
from tests.support.histories import LONGEST_DAYS, facts_of, histories
from tests.support.plain_ledger import as_one_reading

Files = dict[str, list[Entry]]


@given(st.lists(histories(20, odd=True), min_size=1, max_size=3), st.data())
@examples(15)
def test_it_is_the_same_from_the_columns_and_from_a_history(
    lines: list[list[dict[str, object]]], data: st.DataObject
) -> None:
    files = {f"X{number:06}/1": facts_of(one) for number, one in enumerate(lines)}
    done = list(files)[: data.draw(st.integers(0, len(files)))]
    columns = columns_of(
        {name: facts[: len(facts) // 2 + 1] if name in done else facts for name, facts in files.items()}
    )
    columns = columns.with_changes(columns_of({name: files[name] for name in done}))
    every = [fact for facts in files.values() for fact in facts]
    for known_at in (*data.draw(st.lists(st.sampled_from([f.recorded_at for f in every]), max_size=3)), None):
        on = every[0].occurred_on + timedelta(days=data.draw(st.integers(0, LONGEST_DAYS + 60)))
        same(CaseSelection(columns, Moment(on, known_at)), files)


def of_histories(files: Files, moment: Moment, wanted: Collection[str]) -> list[CaseSnapshot]:
    """The snapshots of these cases that had begun, each from its history, in order of reference."""
    found = []
    for reference, facts in sorted(files.items()):
        history = History.of(facts, moment.known_at)
        if reference in wanted and history.start is not None and history.start.on <= moment.on:
            found.append(CaseSnapshot.of_history(reference, moment, history))
    return found


def same(selection: CaseSelection, files: Files) -> None:
    wanted = {case.reference: case for case in of_histories(files, selection.moment, files)}
    entries_of = {reference: [fact.entry for fact in facts] for reference, facts in files.items()}
    found = shown_cases(selection, np.flatnonzero(selection.there), entries_of.__getitem__)
    assert {case.reference for case in found} == set(wanted)
    for case in found:
        other = wanted[case.reference]
        assert case.spell == other.spell
        assert (list(map(as_one_reading, case.duties)), list(case.lates), list(case.judgements), list(case.notices)) == (
            list(other.duties), list(other.lates), list(other.judgements), list(other.notices)
        )  # fmt: skip
