"""Differences between groups, over the demonstration's cases: what is shown gives no small number away."""

from datetime import date
from itertools import combinations

import pytest

from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from domain.policy.measures.measure_files import reports
from projections.arrays.date_numbers import day_number
from projections.cases.case_repository import CaseRepository
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.reports.duty_queries import Attribute, DutyQueries
from projections.reports.periods import period
from projections.reports.proportions import Scope
from projections.reports.protected_groups import ATTRIBUTES, group_differences, group_of
from projections.reports.small_numbers import FEW
from tests.support.columns import columns_of

DAY = date(2005, 12, 22)
MOMENT = Moment(DAY, end_of_day(DAY))
CLAUSES = reports().measures["contact-arranged"].clauses
MONTHS = (1, 2, 3, 5, 6, 8, 9, 11, 12, 14)


@pytest.fixture(scope="module")
def queries(demo_book: CaseRepository) -> DutyQueries:
    columns = columns_of({name: list(demo_book.file(name).entries.values()) for name in demo_book.cases})
    return DutyQueries(columns, frameworks()[DEFAULT_FRAMEWORK])


def test_days_due_are_of_the_people_counted(queries: DutyQueries) -> None:
    asked = period(MOMENT, 12)
    for attribute in ATTRIBUTES:
        people = queries.persons(asked, CLAUSES, attribute, lambda _: True)
        due = queries.days_due(asked, CLAUSES, attribute, lambda _: True)
        references = list(queries.columns.references)
        assert {g: {references[case] for case in rows[:, 0].tolist()} for g, rows in due.items()} == people


@pytest.mark.parametrize("scope", [Scope(), Scope("team", "Gloucester")])
def test_months_set_beside_each_other_leave_no_small_group(queries: DutyQueries, scope: Scope) -> None:
    shown: dict[tuple[Attribute, str], dict[int, int]] = {}
    for months in MONTHS:
        for group in group_differences(queries, period(MOMENT, months), CLAUSES, "in_time", scope, lambda _: True):
            if group.figure is not None:
                assert group.people is not None and group.people >= FEW
                shown.setdefault((group.attribute, group.value), {})[months] = group.figure.n
    assert scope.level or any(12 in found for found in shown.values())
    for (attribute, value), found in shown.items():
        for short, long in combinations(sorted(found), 2):
            assert found[long] - found[short] >= 0
            people: set[int] = set()
            wanted = scope.holds
            for (_, code), rows in queries.days_due(period(MOMENT, long), CLAUSES, attribute, wanted).items():
                if group_of(attribute, code) == value:
                    since = day_number(period(MOMENT, short).since)
                    people |= {case for case, day in rows.tolist() if day <= since}
            assert not 0 < len(people) < FEW, (attribute, value, short, long)
