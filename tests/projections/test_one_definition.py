"""One definition: a figure on a report, the desk, the matrix, the case page and the scoring sheet is the same figure."""

import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from flask import Flask

from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from domain.policy.measures.measure_files import reports
from projections.cases.case_repository import CaseRepository
from projections.history.dated_values import value_on
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.inspections.sample_scores import score_readings
from projections.ledger.ledger import Place
from projections.lists.late_entries import LateEntries
from projections.lists.listed_notices import ListedNotices
from projections.lists.open_duties import OpenDuties
from projections.lists.work_lists import MONTH, desk
from projections.reports.caseload_matrix import ALL, duty_sums, matrix
from projections.reports.periods import Period
from projections.reports.proportions import Scope
from tests.support.people import signed_in
from web.services import following_read_model, report_cache

FRAMEWORK = frameworks()[DEFAULT_FRAMEWORK]
SCOPES = ("area:Gloucestershire", "division:North", "team:Gloucester", "team:Stroud and Forest", "officer:Ian Makepeace",
          "officer:Ruth Ablewhite", "officer:Tunde Adeyemi")  # fmt: skip


@pytest.fixture(scope="module")
def app(demo_app: Flask) -> Flask:
    return demo_app


def asked() -> list[tuple[str, date, bool]]:
    """Random places, days and states of knowledge, the same on every run."""
    rng = random.Random(7)
    first, last = date(2004, 1, 15), date(2005, 12, 22)
    return [
        (scope, first + timedelta(days=rng.randint(0, (last - first).days)), rng.random() < 0.5)
        for scope in rng.sample(SCOPES, 4)
    ]


def document(client: Any, path: str, scope: str, moment: Moment, **more: Any) -> dict[str, Any]:
    known = "hindsight" if moment.known_at is None else "stood"
    query = {"of": scope, "as_at": moment.on.isoformat(), "known": known, **more}
    answer = client.get(f"/api/v1/{path}", query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.json  # type: ignore[no-any-return]


def rows(document: dict[str, Any], sheet: str) -> list[dict[str, Any]]:
    return next((s["rows"] for s in document["sheets"] if s["id"] == sheet), [])


@pytest.mark.parametrize(("spelled", "day", "hindsight"), asked())
def test_every_figure_is_the_same_wherever_it_stands(
    app: Flask, demo_book: CaseRepository, spelled: str, day: date, hindsight: bool
) -> None:
    moment, scope = Moment(day, None if hindsight else end_of_day(day)), Scope.read(spelled)
    client = signed_in(app, "c.whitlock")
    since = day - relativedelta(months=12)
    readings = demo_book.read_all(demo_book.cases, moment, FRAMEWORK)

    def held_on(reading: Any, on: date) -> Place:
        return Place(*(value_on(reading.history.allocation, on) or reading.history.allocation[0].value))

    # The case pages: every duty as the page of its case lists it.
    of_cases: dict[str, Counter[str]] = {"n": Counter(), "in_time": Counter(), "done": Counter()}
    for reading in readings:
        for o in reading.obligations:
            if since < o.due_on <= day and o.fell_due(day) and scope.holds(held_on(reading, o.due_on)):
                of_cases["n"][o.clause.id] += 1
                of_cases["in_time"][o.clause.id] += o.state(day) == "met"
                of_cases["done"][o.clause.id] += o.state(day) in ("met", "met_late")
    for name in ("risk-of-harm", "plans", "contact", "enforcement", "oversight", "recording"):
        for row in rows(document(client, f"reports/{name}", spelled, moment), "summary"):
            measure = reports().measures[row["measure_id"]]
            assert row["n"] == sum(of_cases["n"][c] for c in measure.clauses), (name, measure.id)
            assert row["held"] == sum(of_cases[measure.counts][c] for c in measure.clauses), (name, measure.id)

    # The matrix: all duties of the standards, subject by subject.
    subjects = list(dict.fromkeys(c.subject for c in FRAMEWORK.clauses if c.of_standards))
    with app.test_request_context():
        found = [one for one in duty_sums(following_read_model.as_at(moment), 12) if scope.holds(one.place)]
    whole = matrix(found, subjects).whole
    expected = rows(document(client, "reports/expectations", spelled, moment), "expectations")
    of = {c.id: c for c in FRAMEWORK.clauses}
    for subject in subjects:
        met = [r for r in expected if of[r["clause"]].subject == subject and r["of"] == "national standards"]
        cell = whole.get(subject)
        assert (sum(r["held"] for r in met), sum(r["n"] for r in met)) == ((cell.in_time, cell.n) if cell else (0, 0))
    assert sum(r["n"] for r in expected if r["of"] == "national standards") == (whole[ALL].n if whole else 0)

    # The desk: what is overdue, and what was recorded late in the last 28 days.
    with app.test_request_context():
        at = following_read_model.as_at(moment)
    mine = at.held_where(scope.holds)
    lists = desk(OpenDuties.of(at, mine), LateEntries.of(at, mine, MONTH), ListedNotices.of(at, mine))
    overdue = len(lists["overdue"])
    ahead = rows(document(client, "reports/forecast", spelled, moment), "forecast")
    if not hindsight:
        assert (ahead[0]["overdue"] if ahead else 0) == overdue
    late = lists["recorded-late"]
    with app.test_request_context():
        recorded = report_cache.duty_queries().recorded(Period(moment, day - timedelta(days=28)))
    assert sum(r.late.total() for place, r in recorded.items() if scope.holds(place)) == len(late)

    # The scoring sheet: the questions, over the cases held there on the day.
    here = [r for r in readings if scope.holds(r.snapshot.spell.place)]
    sheet = score_readings(FRAMEWORK, moment, here).score.questions
    for name in ("plans", "victims", "oversight", "risk-of-harm"):
        for row in rows(document(client, f"reports/{name}", spelled, moment), "judged"):
            if row["source"].startswith("the record"):
                question = sheet[reports().measures[row["measure_id"]].question or ""]
                assert (row["held"], row["n"], row["absent"]) == (question.sufficient, question.n, question.absent)
