"""Differences between groups, over the demonstration's cases: exact for whoever opens them all, else nothing small."""

from datetime import date

import numpy as np
import pytest

from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from domain.policy.measures.measure_files import reports
from projections.cases.case_repository import CaseRepository
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.reports.disclosure import BASE, FEW
from projections.reports.duty_queries import DutyQueries
from projections.reports.measure_figures import ReportRequest, as_told
from projections.reports.proportions import Scope
from projections.reports.protected_groups import ATTRIBUTES, Group, group_differences, group_of
from projections.reports.reader_reach import ReaderReach
from projections.reports.told_figures import ToldFigures
from tests.support.columns import columns_of

DAY = date(2005, 12, 22)
CLAUSES = reports().measures["contact-arranged"].clauses
SCOPES = (Scope(), Scope("team", "Gloucester"), Scope("officer", "Tunde Adeyemi"))


@pytest.fixture(scope="module")
def queries(demo_book: CaseRepository) -> DutyQueries:
    columns = columns_of({name: list(demo_book.file(name).entries.values()) for name in demo_book.cases})
    return DutyQueries(columns, frameworks()[DEFAULT_FRAMEWORK])


def groups(queries: DutyQueries, scope: Scope, opened: bool, day: date = DAY) -> list[Group]:
    reach = ReaderReach(lambda _: True, np.full(queries.columns.numbers, opened))
    told = ToldFigures(queries, reach, DAY)
    asked = as_told(told, ReportRequest(Moment(day, end_of_day(day)), 12, scope, lambda _: True))
    return group_differences(told, asked, CLAUSES, "in_time")


@pytest.mark.parametrize("scope", SCOPES)
def test_whoever_may_open_every_case_has_exact_groups(queries: DutyQueries, scope: Scope) -> None:
    asked = ReportRequest(Moment(DAY, end_of_day(DAY)), 12, scope, lambda _: True).period
    found = groups(queries, scope, opened=True)
    for attribute in ATTRIBUTES:
        counted, people = queries.people(asked, CLAUSES, scope.holds, attribute), dict[str, set[int]]()
        for value, person in zip(counted.value.tolist(), counted.person.tolist(), strict=True):
            people.setdefault(group_of(attribute, counted.values[value]), set()).add(person)
        assert {g.value: g.people for g in found if g.attribute == attribute} == {g: len(p) for g, p in people.items()}
        whole = sum(c.figure.n for c in queries.counts(asked, CLAUSES, "in_time") if scope.holds(c.place))
        assert sum(g.figure.n for g in found if g.attribute == attribute) == whole


@pytest.mark.parametrize("scope", SCOPES)
def test_others_are_told_of_no_small_group(queries: DutyQueries, scope: Scope) -> None:
    exact = {(g.attribute, g.value): g for g in groups(queries, scope, opened=True, day=date(2004, 12, 31))}
    found = groups(queries, scope, opened=False, day=date(2005, 1, 30))
    assert found == groups(queries, scope, opened=False, day=date(2005, 1, 1)), "one month, one answer"
    for group in found:
        assert group.people is None
        if not group.figure.withheld:
            people = exact[group.attribute, group.value].people
            assert people is not None and people >= FEW
            assert group.figure.n % BASE == group.figure.held % BASE == 0
    assert scope.level or any(not group.figure.withheld for group in found)
