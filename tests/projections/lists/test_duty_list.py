"""A list of duties in arrays: any part of any order, and each duty shown as its case's history has it."""

from datetime import timedelta
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK
from projections.columns.case_selection import CaseSelection
from projections.history.history import History
from projections.history.moment import Moment
from projections.ledger.ledger import duty_rows, obligation_of
from projections.lists.duty_list import ListedDuty
from projections.obligations.clause_catalogue import catalogue
from projections.reports.caseload_matrix import counted_duties
from tests.support.columns import columns_of
from tests.support.depth import examples
from tests.support.histories import LONGEST_DAYS, facts_of, histories


@given(st.lists(histories(20, odd=True), min_size=1, max_size=3), st.integers(0, LONGEST_DAYS + 60), st.data())
@examples(15)
def test_every_part_of_a_list_is_what_sorting_the_histories_gives(
    lines: list[list[dict[str, object]]], after: int, data: st.DataObject
) -> None:
    files = {f"X{number:06}/1": facts_of(one) for number, one in enumerate(lines)}
    changed = data.draw(st.lists(st.sampled_from(sorted(files)), unique=True))
    columns = columns_of({name: facts[:1] if name in changed else facts for name, facts in files.items()})
    columns = columns.with_changes(columns_of({name: files[name] for name in changed}))
    first = min(facts[0].occurred_on for facts in files.values())
    known_at = data.draw(st.none() | st.sampled_from([fact.recorded_at for fact in files["X000000/1"]]))
    moment = Moment(first + timedelta(days=after), known_at)
    found = counted_duties(CaseSelection(columns, moment), 120)
    officers = sorted({place.officer for place in columns.words["place"].values})
    of_place = np.array([officers.index(place.officer) for place in columns.words["place"].values])
    descending = data.draw(st.booleans())
    cuts = [0, *sorted(data.draw(st.lists(st.integers(0, len(found)), max_size=3))), len(found)]
    key = of_place[found.column("place")] if len(found) else found.case
    which = np.concatenate([found.in_order(key, *part, descending=descending) for part in pairwise(cuts)])
    entries = {name: [fact.entry for fact in facts] for name, facts in files.items()}
    shown = found.shown(which, entries.__getitem__)
    wanted = [duty for name, facts in files.items() for duty in counted(name, History.of(facts, known_at), moment)]
    assert sorted(map(repr, shown)) == sorted(map(repr, wanted))
    keys = [(officers.index(duty.place.officer) * (-1 if descending else 1), *usual(duty, entries)) for duty in shown]
    assert keys == sorted(keys)
    assert [duty.obligation.met_by for duty in found.shown(which)] == [()] * len(found)


def counted(reference: str, history: History, moment: Moment) -> list[ListedDuty]:
    """The duties of a case that count in the ten years up to the moment's day."""
    if history.start is None or history.start.on > moment.on:
        return []
    since = moment.on.replace(year=moment.on.year - 10)
    name = history.started.person.name if history.started else ""
    rows = [row for row in duty_rows(history) if catalogue().clauses[row.clause].of_standards]
    duties = [ListedDuty(reference, name, row.place, obligation_of(row, DEFAULT_FRAMEWORK)) for row in rows]
    return [duty for duty in duties if duty.obligation.counts(since, moment.on)]


def usual(duty: ListedDuty, entries: dict[str, list[str]]) -> tuple[object, ...]:
    """What puts duties with equal keys in order."""
    o, ids = duty.obligation, entries[duty.reference]
    raised = 0 if o.raised_by is None else ids.index(o.raised_by) + 1
    return duty.reference, o.due_on, o.arises_on, o.clause.id, raised
