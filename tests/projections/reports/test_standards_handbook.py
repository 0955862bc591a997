"""The states of the duties under a clause, counted from columns, are those that reading every case gives."""

from collections import Counter
from datetime import timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from projections.cases.case_snapshot import CaseSnapshot
from projections.columns.case_selection import CaseSelection
from projections.history.history import History
from projections.history.moment import Moment
from projections.obligations.duty_state import STATES
from projections.reports.standards_handbook import duty_states
from projections.reports.training_needs import every_clause
from tests.support.columns import columns_of
from tests.support.depth import examples
from tests.support.histories import LONGEST_DAYS, facts_of, histories


@given(st.lists(histories(20, odd=True), min_size=1, max_size=3), st.integers(0, LONGEST_DAYS + 60), st.data())
@examples(10)
def test_duties_are_counted_by_state(lines: list[list[dict[str, object]]], after: int, data: st.DataObject) -> None:
    files = {f"X{number:06}/1": facts_of(one) for number, one in enumerate(lines)}
    known_at = data.draw(st.none() | st.sampled_from([fact.recorded_at for fact in files["X000000/1"]]))
    moment = Moment(files["X000000/1"][0].occurred_on + timedelta(days=after), known_at)
    counted = data.draw(st.sets(st.sampled_from(sorted(files))))
    selection = CaseSelection(columns_of(files), moment)
    which = np.array([name in counted for name in selection.columns.references]) & selection.there
    framework = frameworks()[DEFAULT_FRAMEWORK]
    wanted = {clause: Counter(dict.fromkeys(STATES, 0)) for clause in every_clause()}
    for name in counted:
        history = History.of(files[name], known_at)
        if history.start is None or history.start.on > moment.on:
            continue
        for _, o in CaseSnapshot.of_history(name, moment, history).duties_under(DEFAULT_FRAMEWORK):
            if (state := o.state(moment.on)) is not None:
                wanted[o.clause.id][state] += 1
    for clause, states in wanted.items():
        assert dict(duty_states(selection, which, clause, framework)) == dict(states), clause
    assert not duty_states(selection, which, "no such clause", framework).total()
