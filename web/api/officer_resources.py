"""Officers, teams, the sheet for supervision, agreed actions and learning points, as JSON."""

from typing import Any

from domain.accounts.roles import MANAGERS, WORKERS
from domain.entries.action_entries import ActionAnswered
from projections.inspections.learning_points import LearningPoint, by_question
from projections.officers.cases_to_discuss import CaseToDiscuss
from projections.officers.officer_figures import MONTHS, OfficerMeasure
from projections.officers.unit_lines import UnitFigure
from projections.reports.duty_results import CountedApart
from projections.reports.proportions import Proportion
from web.api.answer_fields import TEAM
from web.api.case_facts import case_facts
from web.api.given_duties import duty_facts
from web.api.officer_schemas import (
    ActionSchema,
    LearningPointSchema,
    LearningSchema,
    OfficerLineSchema,
    PlanSchema,
    SupervisionSheetSchema,
    TeamLineSchema,
)
from web.api.paged_lists import Rows, reading
from web.api.resources import Resource
from web.officers import action_words
from web.officers.actions_pages import officers_led
from web.officers.agreed_actions import ShownAction, ShownPlan, last_supervisions, shown_plan, shown_plans
from web.officers.known_officers import Officer, Unit, officer_named, officers_of, person_named, unit_named, units
from web.officers.late_words import late_said
from web.officers.learning_page import asked, points_of
from web.officers.officers_page import TEAM_MANAGERS, Listed, figures_of, officers_listed, teams_listed
from web.officers.sheet_page import Sheet, own_officer, sheet_of, unit_of
from web.services import current_cases

blueprint = Resource(
    "officers", tag="Officers", description="Officers, teams, supervision sheets, agreed actions and learning points.",
    purpose="supervision",
)  # fmt: skip

OFFICER = {"key": "Helen Sallis"}
UNIT = {"level": "team", "key": TEAM}

Row = dict[str, Any]


@blueprint.paged("/officers", "listOfficers", OfficerLineSchema, roles=MANAGERS)
def list_officers(_: dict[str, Any]) -> Rows[Row]:
    """The officers whose cases you answer for.

    By team and name, never by a figure: they are not ranked."""
    found = officers_listed()
    rows = [
        _line(one) | {
            "teams": one.unit.officer.teams if one.unit.officer else [],
            "grade": one.unit.officer.grade if one.unit.officer else "",
            "open": one.unit.officer is not None and one.unit.officer.is_open, "last_supervision": held,
        }
        for one, held in zip(figures_of(found), last_supervisions(found), strict=True)
    ]  # fmt: skip
    return Rows(rows, given=dict)


@blueprint.paged("/teams", "listTeams", TeamLineSchema, roles=TEAM_MANAGERS)
def list_teams(_: dict[str, Any]) -> Rows[Row]:
    """The teams whose cases you answer for.

    By division and name."""
    found = teams_listed()
    rows = [
        _line(one) | {
            "division": one.unit.places[0].division, "area": one.unit.places[0].area,
            "officers": len(officers_of(one.unit.places)), "actions_open": len(plan.open), "actions_overdue": plan.overdue,
        }
        for one, plan in zip(figures_of(found), shown_plans(found), strict=True)
    ]  # fmt: skip
    return Rows(rows, given=dict)


@blueprint.one(
    "/officers/<staff:key>", "getSupervisionSheet", SupervisionSheetSchema, roles=WORKERS, path=OFFICER, dear=True
)
def sheet(_: dict[str, Any], key: str) -> dict[str, Any]:
    """The sheet for supervision of an officer.

    Open to the officer and to whoever leads their team."""
    return _sheet(officer_named(key))


@blueprint.one("/my-page", "getOwnSheet", SupervisionSheetSchema, roles=("case_manager",), dear=True, persons=True)
def own_sheet(_: dict[str, Any]) -> dict[str, Any]:
    """Your own sheet for supervision.

    404 where your account names no officer, or you hold no current case."""
    return _sheet(own_officer())


@blueprint.paged(
    "/actions", "listActions", ActionSchema, roles=MANAGERS,
    sort={"by_when": lambda row: row["by_when"], "agreed_on": lambda row: row["agreed_on"]},
)  # fmt: skip
def actions(_: dict[str, Any]) -> Rows[Row]:
    """The agreed actions that you may see.

    Of teams, divisions and areas, and of the officers whom you lead; the closed ones too."""
    plans = shown_plans([*units(), *officers_led()])
    return Rows([_action(plan.unit, one) for plan in plans for one in (*plan.open, *plan.closed)], given=dict)


@blueprint.one("/actions/<level>/<staff:key>", "getActions", PlanSchema, roles=WORKERS, path=UNIT)
def unit_actions(_: dict[str, Any], level: str, key: str) -> dict[str, Any]:
    """The agreed actions of an officer, a team, a division or an area."""
    return _plan(shown_plan(unit_named(level, key))) | reading()


@blueprint.paged("/learning/<level>/<staff:key>", "listLearningPoints", LearningPointSchema, roles=WORKERS, path=UNIT)
def learning(_: dict[str, Any], level: str, key: str) -> Rows[LearningPoint]:
    """What is to be learned from readings, the latest first.

    Of published readings of cases that the officer or unit held on the sample date, and that are open to you."""
    return Rows(points_of(unit_named(level, key)), given=_point, case=lambda point: point.case)


@blueprint.one("/learning/<level>/<staff:key>/figures", "getLearning", LearningSchema, roles=WORKERS, path=UNIT)
def learning_figures(_: dict[str, Any], level: str, key: str) -> dict[str, Any]:
    """On which questions something is to be learned."""
    points = points_of(unit_named(level, key))
    questions = [{"question": text, "points": number} for text, number in by_question(points, asked)]
    return {"points": len(points), "questions": questions, **reading()}


def _line(one: Listed) -> Row:
    line = one.line
    return {
        "key": one.unit.key, "name": one.unit.name, "cases": line.cases, "high_risk": line.high, "overdue": line.overdue,
        "new": line.new, "contact": _contact(one.figure),
    }  # fmt: skip


def _contact(figure: UnitFigure) -> Row:
    return {
        "own": _proportion(figure.own), "area": _proportion(figure.area), "against_area": figure.against,
        "apart": _apart(figure.apart),
    }  # fmt: skip


def _proportion(figure: Proportion) -> Row:
    return {
        "held": figure.held, "n": figure.n, "score": None if figure.score is None else round(float(figure.score), 2),
        "withheld": figure.withheld,
    }  # fmt: skip


def _apart(apart: CountedApart) -> Row:
    return apart._asdict()


def _sheet(officer: Officer) -> Row:
    found = sheet_of(officer)
    names, cases, on = current_cases.names(found.references), found.cases, current_cases.moment().on
    return {
        "key": officer.key, "name": officer.name, "grade": officer.grade, "teams": officer.teams, "own": officer.is_reader,
        "cases": len(cases.numbers), "high_risk": cases.high, "inherited": len(cases.inherited),
        "in_custody": cases.in_custody, "discuss": [_discuss(one, names[one.case.reference]) for one in found.discuss],
        "overdue_in_all": len(cases.overdue),
        "overdue": [
            duty_facts(one.obligation, on) | {"case": one.reference, "name": names[one.reference]} for one in found.overdue
        ],
        "overdue_of_managers": cases.overdue_of_managers, "overdue_before": cases.overdue_before,
        "by_risk_and_tier": [
            {"risk": risk, "tier": tier, "cases": count} for (risk, tier), count in cases.by_risk_and_tier.items()
        ],
        "measures": [_measure(one) for one in found.measures],
        "judged": [
            {"question": one.text, "sufficient": one.sufficient, "n": one.n, "last_on": one.last_on} for one in found.judged
        ],
        "recorded": _recorded(found),
        "oversight": [
            {"case": one.case.reference, "name": names[one.case.reference], "risk": one.case.spell.risk,
             "last_on": one.last_on, "due_on": one.due_on}
            for one in found.oversight
        ],
        "plan": _plan(shown_plan(unit_of(officer))) | reading(), **reading(),
    }  # fmt: skip


def _discuss(one: CaseToDiscuss, name: str) -> Row:
    duty = one.picked.duty
    return case_facts(one.case, name) | {
        "rule": one.rule.id, "title": one.rule.title, "says": one.rule.says,
        "duty": None if duty is None else duty_facts(duty, one.case.day), "number": one.picked.number,
    }  # fmt: skip


def _measure(one: OfficerMeasure) -> Row:
    return {
        "measure": one.measure.id, "title": one.measure.title, "year": _proportion(one.year), "cases": one.cases,
        "area": _proportion(one.area), "area_on": one.area_on, "against_area": one.against, "apart": _apart(one.apart),
        "quarters": [
            {"until": q.asked.moment.on, "running": q.part, "own": _proportion(q.own), "area": _proportion(q.area)}
            for q in one.quarters
        ],
    }  # fmt: skip


def _recorded(found: Sheet) -> Row | None:
    late = found.recorded
    if late is None:
        return None
    return {
        "entries": late.entries, "late": late.late, "median": late.median, "longest": late.longest,
        "says": late_said(late, MONTHS),
    }  # fmt: skip


def _plan(plan: ShownPlan) -> Row:
    unit, said = plan.unit, plan.plan
    return {
        "level": unit.level, "key": unit.key, "name": unit.name, "open": [_action(unit, one) for one in plan.open],
        "closed": [_action(unit, one) for one in plan.closed], "answers": [_answer(one) for one in said.answers],
        "last_supervision": said.last_held, "working_time": said.per_cent(current_cases.moment().on),
    }  # fmt: skip


def _action(unit: Unit, one: ShownAction) -> Row:
    agreed, closed, progress = one.action.agreed, one.action.closed, one.progress
    return {
        "level": unit.level, "key": unit.key, "unit": unit.name, "id": one.action.id, "what": agreed.what,
        "owner": person_named(agreed.owner), "agreed_on": agreed.agreed_on, "by_when": agreed.by_when, "overdue": one.overdue,
        "shows": action_words.shown_by(one.action), "progress": action_words.progress_said(one.action, progress),
        "done": None if progress is None else _proportion(progress.now),
        "before": None if progress is None or progress.before is None else _proportion(progress.before),
        "recommendation": agreed.recommendation, "outcome": closed and closed.outcome, "closed_on": closed and closed.closed_on,
        "reason": closed.reason if closed is not None else "",
        "changes": [
            {"by": person_named(each.changed_by), "at": each.at, "reason": each.reason} for each in one.action.changes
        ],
        "answers": [_answer(each) for each in one.action.answers],
    }  # fmt: skip


def _answer(one: ActionAnswered) -> Row:
    return {"by": person_named(one.answered_by), "at": one.at, "answer": one.answer}


def _point(point: LearningPoint) -> Row:
    return {
        "case": point.case, "inspection": point.inspection, "title": point.opened.title, "question": asked(point),
        "says": point.noted.says, "by": point.noted.by, "on": point.noted.occurred_on,
    }  # fmt: skip
