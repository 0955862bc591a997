"""Duty queries: the columns count what reading every case counts, for random histories, moments and places."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.cases import template
from domain.aggregates.case_file import CaseFile
from domain.entries.case_entries import Entry
from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from domain.policy.measures.measure_files import reports
from projections.cases.case_reading import Reading
from projections.history.history import History, end_of_day
from projections.history.moment import Moment
from projections.ledger.ledger import Place
from projections.lists.duty_list import DutyList, ListedDuty
from projections.reports.counted_people import CountedPeople
from projections.reports.duty_queries import DutyQueries
from projections.reports.duty_results import WEEKS
from projections.reports.periods import Period
from projections.reports.training_needs import every_clause
from tests.support.columns import columns_of
from tests.support.depth import examples
from tests.support.duties_by_reading import NO_NUMBER, DutiesByReading
from tests.support.histories import FIRST, LONGEST_DAYS, facts_of, histories
from tests.support.people_by_sets import PersonMonth, PlaceGroup

FRAMEWORK = frameworks()[DEFAULT_FRAMEWORK]
QUESTIONS = [m.question for m in reports().measures.values() if m.question]


class Book:
    """Cases held in memory, read as a casebook reads them."""

    def __init__(self, cases: dict[str, list[Entry]]):
        self.entries = cases
        self.cases = sorted(cases)

    def file(self, reference: str) -> CaseFile:
        return CaseFile(reference, entries={fact.entry: fact for fact in self.entries[reference]})

    def history(self, reference: str, known_at: Any) -> History:
        return History.of(self.entries[reference], known_at)

    def read_all(self, references: Iterable[str], moment: Moment, _: object) -> list[Reading]:
        found = []
        for reference in references:
            history = self.history(reference, moment.known_at)
            if history.start is None or history.start.on > moment.on:
                continue
            found.append(Reading.of(reference, moment, FRAMEWORK, history))
        return found


@examples(25)
@given(
    st.lists(histories(16), min_size=1, max_size=3),
    st.integers(0, LONGEST_DAYS + 900),
    st.sampled_from(["stood", "hindsight", "later"]),
    st.integers(10, 500),
)
def test_columns_count_what_reading_every_case_counts(
    drawn: list[list[dict[str, Any]]], after: int, knowledge: str, back: int
) -> None:
    cases = {f"X12345{n}/1": facts_of(lines) for n, lines in enumerate(drawn)}
    day = FIRST + timedelta(days=after)
    known_at = {"stood": end_of_day(day), "hindsight": None, "later": end_of_day(day + timedelta(days=90))}[knowledge]
    moment, since = Moment(day, known_at), day - timedelta(days=back)
    read = DutiesByReading(Book(cases), FRAMEWORK)  # type: ignore[arg-type]
    counted = DutyQueries(
        columns_of(cases),
        FRAMEWORK,
    )
    same(read, counted, Period(moment, since))


def same(read: DutiesByReading, counted: DutyQueries, period: Period) -> None:
    """Every answer of the one is the other's."""
    moment, since, clauses = period.moment, period.since, every_clause()

    def wanted(place: Place) -> bool:
        return place.team != "Gloucester"

    for measure in ("in_time", "done"):
        for split in (None, "clause", "gender", "ethnicity", "disability"):
            ours, theirs = (
                sorted(((c.place, c.value, c.figure) for c in d.counts(period, clauses, measure, split)), key=repr)  # type: ignore[arg-type]
                for d in (read, counted)
            )
            assert ours == theirs
    for by in ("ethnicity", "clause"):
        one_by_one = read.people(period, clauses, wanted, by)  # type: ignore[arg-type]
        assert one_by_one == people_of(counted.people(period, clauses, wanted, by), counted)  # type: ignore[arg-type]
    assert dict(read.holding(moment)) == crns_of(counted.holding(moment), counted)
    assert dict(read.waits(period, clauses, wanted)) == dict(counted.waits(period, clauses, wanted))
    held = {count.place for count in read.counts(period, clauses, "done")}
    assert held <= set(read.places()) and held <= set(counted.places())
    ends = [since, since + (moment.on - since) / 3, moment.on]
    for known_at in (end_of_day, lambda _: None):
        periods = [Period(Moment(b, known_at(b)), a) for a, b in pairwise(ends)]
        for measure in ("in_time", "done"):
            asked = (periods, clauses, measure)
            one_by_one, series = read.series(*asked), counted.series(*asked)  # type: ignore[arg-type]
            ours = {p: [(one.held, one.n) for one in of] for p, of in one_by_one.items() if any(one.n for one in of)}
            assert ours == {p: [*map(tuple, of.tolist())] for p, of in series.items() if of.any()}
    last = moment.on + timedelta(weeks=WEEKS)
    for ask in (
        lambda d: d.fell_due(period, clauses, wanted),
        lambda d: d.coming(moment, moment.on, last, wanted),
    ):
        assert plain(ask(read), moment) == plain(every(ask(counted)), moment)
    for question in QUESTIONS:
        assert sorted(read.answers(moment, question)) == sorted(unnumbered(counted, counted.answers(moment, question)))
        assert read.answered(moment, question) == crns_of(counted.answered(moment, question), counted)
        of_one = counted.answers_by_case(moment, question, wanted)
        met = {
            (of_one.places[p], c): (m, n) for p, c, (m, n) in zip(of_one.place, of_one.case, of_one.counts, strict=True)
        }
        answers = [one for one in counted.answers(moment, question) if wanted(one.place)]
        assert met == {(one.place, one.case): (int(one.sufficient), 1) for one in answers}
        assert dict(read.verdicts(moment, question)) == dict(counted.verdicts(moment, question))
    assert dict(read.loads(moment)) == dict(counted.loads(moment))
    assert dict(read.recorded(period)) == dict(counted.recorded(period))
    assert sorted(read.late(period, wanted)) == sorted(unnumbered(counted, counted.late(period, wanted)))
    assert read.holders(moment) == counted.holders(moment)


def people_of(people: CountedPeople, queries: DutyQueries) -> dict[PlaceGroup, Counter[PersonMonth]]:
    """The people one by one, by their CRNs."""
    number = queries._persons.tolist()
    crns = {n: reference.split("/")[0] for n, reference in zip(number, queries.columns.references, strict=True)}
    found: dict[PlaceGroup, Counter[PersonMonth]] = {}
    columns = (people.place, people.value, people.person, people.month, people.n)
    for place, value, person, month, n in zip(*(column.tolist() for column in columns), strict=True):
        group = PlaceGroup(people.places[place], people.values[value])
        found.setdefault(group, Counter())[PersonMonth(crns[person], month)] += n
    return found


def crns_of(people: CountedPeople, queries: DutyQueries) -> dict[Place, frozenset[str]]:
    """The CRNs of each place."""
    found = people_of(people, queries)
    return {group.place: frozenset(one.person for one in some) for group, some in found.items()}


def every(duties: DutyList) -> list[ListedDuty]:
    """All duties of a list."""
    return duties.shown(np.arange(len(duties)))


def unnumbered(queries: DutyQueries, found: Iterable[Any]) -> list[Any]:
    """The rows without the numbers of their cases; each number is that of its case."""
    rows = list(found)
    assert all(queries.columns.references[row.case] == row.reference for row in rows)
    return [row._replace(case=NO_NUMBER) for row in rows]


def plain(behind: Iterable[Any], moment: Moment) -> list[str]:
    """What a list of duties says, in no order; the columns don't hold the entries behind a duty."""
    return sorted(
        repr((b.reference, b.name, b.place, o.clause.id, o.arises_on, o.due_on, o.state(moment.on), o.value.text))
        for b in behind
        for o in [b.obligation]
    )


def test_what_is_coming_is_what_was_known_to_come() -> None:
    """Most duties were known on the day; those raised later are not foretold."""
    cases = {f"X{number:06}/1": template(f"coming {number}") for number in range(6)}
    columns = columns_of(cases)
    read, counted = DutiesByReading(Book(cases), FRAMEWORK), DutyQueries(columns, FRAMEWORK)
    for day in (date(2005, 9, 30), date(2005, 12, 31), date(2006, 2, 28)):
        moment, last = Moment(day, end_of_day(day)), day + timedelta(weeks=WEEKS)
        want = read.coming(moment, day, last, lambda place: True)
        found = every(counted.coming(moment, day, last, lambda place: True))
        assert len(want) > 5
        keys = [sorted((b.reference, b.obligation.clause.id, b.obligation.due_on) for b in of) for of in (want, found)]
        assert keys[0] == keys[1]
        assert read.loads(moment) == counted.loads(moment)
