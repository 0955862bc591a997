"""The matrix: sums, who a duty belongs to, what counts, and the duties behind each cell."""

import random
import re
from collections import Counter
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from dateutil.relativedelta import relativedelta
from flask import Flask

from domain.entries.case_entries import Entry
from domain.entries.schemas import load_entry
from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from projections.cases.case_repository import CaseRepository
from projections.cases.case_snapshot import CaseSnapshot
from projections.columns.case_selection import CaseSelection
from projections.history.history import History, end_of_day
from projections.history.moment import Moment
from projections.lists.duty_list import ListedDuty
from projections.read_model.column_keeper import ColumnKeeper
from projections.read_model.view_reader import ReadModel
from projections.reports.caseload_matrix import (
    ALL,
    MONTHS,
    TARGET,
    MatrixCell,
    counted_duties,
    duty_sums,
    matrix,
)
from tests.support.columns import columns_of
from tests.support.histories import PERSON, PLACE
from tests.support.people import signed_in
from web.cases import matrix_pages

DAY = date(2005, 10, 3)


Line = tuple[str, str, dict[str, object]]


def facts_of(*lines: Line) -> list[Entry]:
    """Entries (type, day, fields), recorded on their day unless they say when."""
    return [
        load_entry(name, {"entry": f"e{n}", "occurred_on": on, "recorded_at": f"{on}T12:00:00+00:00", **said})
        for n, (name, on, said) in enumerate(lines)
    ]


def counted(day: date, *lines: Line, known_at: datetime | None = None, months: int = MONTHS) -> list[ListedDuty]:
    """The duties of a case of these entries that count."""
    facts = facts_of(*lines)
    found = counted_duties(CaseSelection(columns_of({"X123456/1": facts}), Moment(day, known_at)), months)
    return found.shown(np.arange(len(found)), lambda reference: [fact.entry for fact in facts])


START = ("SupervisionStarted", "2005-05-03", {
    "person": PERSON, "order_type": "community_order", **PLACE, "officer": "Ruth Ablewhite", "officer_grade": "po"})  # fmt: skip
MOVED = ("CaseAllocated", "2005-05-20", {**PLACE, "officer": "Dai Rees", "officer_grade": "po"})


def by_clause(duties: list[ListedDuty]) -> dict[str, list[ListedDuty]]:
    found: dict[str, list[ListedDuty]] = {}
    for duty in duties:
        found.setdefault(duty.obligation.clause.id, []).append(duty)
    return found


def test_a_duty_is_whose_the_case_was_when_it_was_due() -> None:
    duties = by_clause(counted(DAY, START, MOVED))
    (first,) = duties["first-contact"]
    (plan,) = duties["initial-supervision-plan"]
    assert (first.place.officer, plan.place.officer) == ("Ruth Ablewhite", "Dai Rees")
    assert not first.obligation.in_time(DAY) and not plan.obligation.in_time(DAY)


def test_what_lapsed_or_is_not_yet_due_is_out() -> None:
    ended = ("SupervisionEnded", "2005-05-06", {"reason": "revoked"})
    assert "initial-supervision-plan" not in by_clause(counted(DAY, START, ended))
    early = by_clause(counted(date(2005, 5, 6), START))
    assert "initial-supervision-plan" not in early


def test_the_period_is_half_open_at_its_start() -> None:
    standards = CaseSnapshot.of_history("X123456/1", Moment(DAY, None), History.of(facts_of(START))).standards
    due = next(o.due_on for _, o in standards if o.clause.id == "initial-supervision-plan")
    for day, there in ((due, False), (due + relativedelta(days=1), True), (due + relativedelta(months=3), False),
                       (due + relativedelta(months=3, days=-1), True)):  # fmt: skip
        found = by_clause(counted(day, START, months=3))
        assert ("initial-supervision-plan" in found) == there, day


def test_a_plan_recorded_late_counts_from_when_it_was_known() -> None:
    made = {"objectives": [], "interventions": [], "recorded_at": "2005-12-01T12:00:00+00:00"}
    for known_at, in_time in ((end_of_day(DAY), False), (None, True)):
        made_late = counted(DAY, START, ("SupervisionPlanMade", "2005-05-10", made), known_at=known_at)
        (plan,) = by_clause(made_late)["initial-supervision-plan"]
        assert plan.obligation.in_time(DAY) == in_time


def test_rows_sum_to_teams_to_areas_to_the_whole(
    demo_views: ReadModel, demo_book: CaseRepository, tmp_path: Path
) -> None:
    moment, since = Moment(DAY, end_of_day(DAY)), DAY - relativedelta(months=MONTHS)
    readings = demo_book.read_all(demo_book.cases, moment, frameworks()[DEFAULT_FRAMEWORK])
    duties = [
        ListedDuty(r.reference, r.snapshot.spell.name, *held)
        for r in readings for held in r.snapshot.standards if held.obligation.counts(since, DAY)
    ]  # fmt: skip
    selection = CaseSelection(ColumnKeeper(demo_views, tmp_path).current(), moment)
    added = duty_sums(selection)
    found = matrix(added, [])
    for (place, subject), n in Counter((d.place, d.obligation.clause.subject) for d in duties).items():
        assert sum(one.n for one in added if (one.place, one.subject) == (place, subject)) == n
    for rows in (found.officers, found.teams, found.areas):
        for column in found.whole:
            cells = [row[column] for row in rows.values() if column in row]
            assert sum(c.n for c in cells) == found.whole[column].n
            assert sum(c.in_time for c in cells) == found.whole[column].in_time
            for month in range(6):
                assert sum(c.months[month].n for c in cells) == found.whole[column].months[month][1]
    for row in (*found.officers.values(), found.whole):
        assert row[ALL].n == sum(cell.n for subject, cell in row.items() if subject != ALL)
    assert (found.whole[ALL].n, found.whole[ALL].in_time) == (
        len(duties), sum(d.obligation.in_time(DAY) for d in duties)
    )  # fmt: skip
    team = next(iter(found.teams))
    behind = counted_duties(selection, MONTHS, lambda place: place.team == team, "contact")
    which = behind.in_order(behind.reference, 0, len(behind))
    assert behind.shown(which, lambda reference: [*demo_book.file(reference).entries]) == [
        d for d in duties if d.place.team == team and d.obligation.clause.subject == "contact"
    ]
    assert len(behind)


@pytest.mark.parametrize(
    ("in_time", "n", "heat"),
    [(9, 10, 0), (10, 10, 0), (17, 20, 1), (16, 20, 1), (15, 20, 2), (14, 20, 2), (12, 20, 3), (11, 20, 3), (10, 20, 4),
     (0, 5, 4), (0, 4, None), (0, 0, None)],
)  # fmt: skip
def test_heat_follows_the_points_below_target(in_time: int, n: int, heat: int | None) -> None:
    assert MatrixCell(in_time, n).heat(TARGET) == heat


def test_a_share_is_exact() -> None:
    assert MatrixCell(3, 4).share == Fraction(3, 4) and MatrixCell(0, 0).share is None


@pytest.fixture(scope="module")
def app(demo_app: Flask) -> Flask:
    return demo_app


def test_every_cell_opens_exactly_its_duties(app: Flask) -> None:
    client = signed_in(app, "c.whitlock")
    page = client.get("/matrix?as_at=2005-10-03").text
    cells = re.findall(r'href="(/matrix/duties\?[^"]+)".*?ca-nowrap">(\d+) of (\d+)<', page, re.DOTALL)
    assert len(cells) > 80
    for link, in_time, n in random.Random(1).sample(cells, 12):
        opened = client.get(link.replace("&amp;", "&")).text
        assert f"{in_time} of {n} in time" in opened, link


def test_many_officers_stand_on_pages(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(app, "c.whitlock")

    def officers(address: str) -> list[str]:
        return re.findall(r'<th scope="row" class="govuk-table__header ca-plain">([^<]+)<br>', client.get(address).text)

    whole = officers("/matrix?sort=contact")
    monkeypatch.setattr(matrix_pages, "OFFICERS", 5)
    assert [name for number in (1, 2, 3) for name in officers(f"/matrix?sort=contact&page={number}")] == whole
    assert len(whole) == 13


def test_a_team_has_one_figure_whoever_reads_it(app: Flask) -> None:
    def row(user: str) -> list[str]:
        page = signed_in(app, user).get("/matrix?as_at=2005-10-03").text
        found = re.search(r'<th scope="row" class="govuk-table__header">Gloucester</th>(.*?)</tr>', page, re.DOTALL)
        assert found is not None
        return re.findall(r"(\d+ of \d+)<", found[1])

    assert row("p.anstey") == row("a.rao") == row("c.whitlock") != []


def test_officers_stand_by_name_until_a_column_is_asked_for(demo_app: Flask) -> None:
    client = signed_in(demo_app, "c.whitlock")

    def rows(query: str) -> list[tuple[str, str]]:
        page = client.get(f"/matrix{query}").text
        return re.findall(
            r'<th scope="row" class="govuk-table__header ca-plain">([^<]+)<br>.*?</span>([\d–]+)%?<', page, re.DOTALL
        )

    named = [name for name, _ in rows("")]
    shares = [int(share) for _, share in rows("?sort=all&dir=asc")]
    assert (
        len(named) > 5
        and shares == sorted(shares)
        and sorted(shares, reverse=True) == [int(s) for _, s in rows("?sort=all&dir=desc")]
    )
    page = client.get("/matrix?sort=contact").text
    assert re.search(r'aria-sort="ascending">\s*<a [^>]*>All on contact', page)
    assert client.get("/matrix?sort=nothing").status_code == 400
