"""A case read from the columns is the case read from its history: at any moment, with limits and ids of entries."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from domain.entries.case_entries import AccessLimited, AccessLimitLifted, Entry
from projections.cases.case_snapshot import CaseSnapshot
from projections.columns.case_selection import CaseSelection
from projections.history.history import History
from projections.history.moment import Moment
from projections.lists.case_limits import CaseLimits
from projections.lists.shown_cases import shown_cases
from tests.support.columns import columns_of
from tests.support.depth import examples
from tests.support.histories import LONGEST_DAYS, facts_of, histories

Files = dict[str, list[Entry]]


def limited(draw: st.DataObject, facts: list[Entry]) -> list[Entry]:
    """The file with limits of access, some of them lifted."""
    found = list(facts)
    for at in range(draw.draw(st.integers(0, 3))):
        of = draw.draw(st.sampled_from(facts))
        staff = draw.draw(st.lists(st.sampled_from(("Ann", "Bo", "cy")), min_size=1, unique=True))
        made: dict[str, Any] = {"occurred_on": of.occurred_on, "recorded_at": of.recorded_at}
        found.append(AccessLimited(entry=f"limit{at}", reason="known to them", excluded=staff, **made))
        if draw.draw(st.booleans()):
            found.append(AccessLimitLifted(entry=f"lift{at}", limit=f"limit{at}", **made))
    return found


@given(st.lists(histories(20, odd=True), min_size=1, max_size=3), st.data())
@examples(15)
def test_it_is_the_same_from_the_columns_and_from_a_history(
    lines: list[list[dict[str, object]]], data: st.DataObject
) -> None:
    files = {f"X{number:06}/1": limited(data, facts_of(one)) for number, one in enumerate(lines)}
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
            found.append(CaseSnapshot.of_history(reference, moment, history, History.of(facts)))
    return found


def same(selection: CaseSelection, files: Files) -> None:
    wanted = {case.reference: case for case in of_histories(files, selection.moment, files)}
    found = shown_cases(
        selection, np.flatnonzero(selection.there), CaseLimits(selection.columns).excluded,
        lambda reference: [fact.entry for fact in files[reference]],
    )  # fmt: skip
    assert {case.reference for case in found} == set(wanted)
    for case in found:
        other = wanted[case.reference]
        assert (case.spell, case.excluded) == (other.spell, other.excluded)
        assert (list(case.duties), list(case.lates), list(case.judgements), list(case.notices)) == (
            list(other.duties), list(other.lates), list(other.judgements), list(other.notices)
        )  # fmt: skip
