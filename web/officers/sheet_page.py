"""The page of an officer: the sheet for supervision. For the officer, whoever leads their team, and whoever covers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import NamedTuple

from flask import Blueprint, abort, render_template

from domain.accounts.roles import WORKERS
from domain.entries.case_entries import OversightRecorded
from domain.policy.measures.measure_files import reports
from projections.cases.case_snapshot import CaseSnapshot
from projections.history.history import History
from projections.lists.duty_list import ListedDuty
from projections.lists.shown_cases import shown_cases
from projections.officers.cases_to_discuss import CaseToDiscuss, cases_to_discuss
from projections.officers.judged_work import JudgedQuestion, judged_questions
from projections.officers.officer_cases import Holds, OfficerCases
from projections.officers.officer_figures import MONTHS, OfficerMeasure, area_figures, officer_measure
from projections.reports.disclosure import BASE
from projections.reports.duty_results import LateFigure
from projections.reports.periods import period
from web.officers import action_words
from web.officers.action_forms import Refused
from web.officers.agreed_actions import open_now, shown_plan
from web.officers.known_officers import Officer, Unit, holds_lately, officer_named, owners_of, person_named
from web.officers.late_words import late_said
from web.presentation.drawing import Drawing, svg
from web.presentation.formatting import long_date, percent
from web.presentation.share_charts import QuarterFigure, quarters_drawing
from web.reports.measure_phrases import axis_words
from web.services import current_cases, following_read_model, report_cache
from web.site import access_control, clock

blueprint = Blueprint("officers", __name__)

CONTACT = "contact-arranged"
MEASURES = (CONTACT, "first-contact-in-time", "decision-in-time", "warning-in-time", "breach-in-time")
"""The measures of the sheet: of contact, then of enforcement."""

MOST_OVERDUE = 8
"""The most overdue duties that the sheet lists; it is two sides of paper."""


class Oversight(NamedTuple):
    """A case, and when a manager last recorded oversight of it. ``due_on``: the next such duty, None: none is open."""

    case: CaseSnapshot
    last_on: date | None
    due_on: date | None


@dataclass(frozen=True)
class Sheet:
    """What the sheet shows of an officer, beside their agreed actions. ``overdue``: the longest, up to ``MOST_OVERDUE``."""

    cases: OfficerCases
    discuss: Sequence[CaseToDiscuss]
    overdue: Sequence[ListedDuty]
    measures: Sequence[OfficerMeasure]
    judged: Sequence[JudgedQuestion]
    recorded: LateFigure | None
    oversight: Sequence[Oversight]

    @property
    def contact(self) -> OfficerMeasure:
        return self.measures[0]

    @property
    def references(self) -> list[str]:
        """Every case that the page shows."""
        cases = [*(one.case for one in self.discuss), *(one.case for one in self.oversight)]
        return [*(case.reference for case in cases), *(duty.reference for duty in self.overdue)]


@blueprint.get("/officers/<staff:key>")
@access_control.open_to(*WORKERS)
def show(key: str) -> str:
    """The page of an officer."""
    return render_sheet(officer_named(key), None)


@blueprint.get("/my-page")
@access_control.open_to("case_manager")
def mine() -> str:
    """The same page, for the officer."""
    return render_sheet(own_officer(), None)


def own_officer() -> Officer:
    """The officer who is signed in. 404 where they hold no case."""
    keys = access_control.account().keys
    held = [one for one in sorted(keys) if one != access_control.account().username]
    if not held:
        abort(404, "Your account names no officer yet: your information manager puts your staff key on it.")
    if not holds_lately(keys):
        abort(
            404,
            f"You hold no current case, today or on {long_date(current_cases.moment().on)}: there is nothing on your page.",
        )
    return officer_named(held[0])


def render_sheet(officer: Officer, refused: Refused | None) -> str:
    """The page of an officer as at the moment. ``refused``: a form on it that was not taken."""
    sheet, unit = sheet_of(officer), unit_of(officer)
    return render_template(
        "officers/sheet.html",
        officer=officer, unit=unit, sheet=sheet, shown=shown_plan(unit), day=current_cases.moment().on,
        names=current_cases.names(sheet.references), chart=svg(_chart(sheet.contact), "contact"),
        owners=owners_of(unit) if unit.may_change else {}, most=MOST_OVERDUE, months=MONTHS,
        history=lambda case: history_of(case.reference), base=BASE, late_said=late_said,
        stood=current_cases.moment().known_at is not None, **about_actions(unit, refused),
    )  # fmt: skip


def about_actions(unit: Unit | None, refused: Refused | None) -> dict[str, object]:
    """What templates with agreed actions need. ``unit``: for which one is agreed there, if for any."""
    return {
        "words": action_words, "person_named": person_named, "refused": refused,
        "choices": lambda: action_words.choices(open_now(unit) if unit is not None else {}),
        "recommendations": {r.recommendation: r.title for r in reports().reports.values() if r.recommendation is not None},
        "is_now": current_cases.moment().on == clock.today(),
    }  # fmt: skip


def unit_of(officer: Officer) -> Unit:
    """An officer as a unit that has agreed actions."""
    return Unit("officer", officer.key, officer.name, officer.places, officer.is_led_by_reader, officer)


def sheet_of(officer: Officer) -> Sheet:
    """The sheet of an officer at the moment. Its cases are shown by the answer, and stand in the access log."""
    sheet = _sheet(officer)
    access_control.shown(*sheet.references)
    return sheet


def _sheet(officer: Officer) -> Sheet:
    moment = current_cases.moment().as_recorded
    selection = following_read_model.as_at(moment)
    cases = OfficerCases(selection, officer.holds, current_cases.reached().open, following_read_model.as_at)
    snapshots = shown_cases(selection, cases.numbers, current_cases.entries_of)
    references = selection.columns.references
    return Sheet(
        cases,
        cases_to_discuss(snapshots, [references[number] for number in cases.inherited.tolist()]),
        _longest(cases),
        report_cache.kept(
            ("officer", officer.key, *report_cache.reader_and_moment()), partial(_measures, officer)
        ),
        judged_questions(snapshots, moment.on),
        report_cache.told_figures().recorded(period(moment, MONTHS), officer.holds).of(_own(officer)),
        [_oversight(case) for case in snapshots],
    )  # fmt: skip


def _own(officer: Officer) -> Holds:
    return lambda place: officer.holds(place) and access_control.account().answers_for(place)


def _measures(officer: Officer) -> list[OfficerMeasure]:
    """The measures of an officer, beside the figures of their areas, which are worked out once for all officers there."""
    told, moment = report_cache.told_figures(), current_cases.moment().as_recorded
    measures, areas = [reports().measures[name] for name in MEASURES], officer.areas
    beside = report_cache.kept(
        ("areas of officers", areas, *report_cache.reader_and_moment()),
        lambda: area_figures(told, measures, measures[0], moment, lambda place: place.area in areas),
    )
    return [officer_measure(told, one, moment, officer.holds, beside) for one in measures]


def _longest(cases: OfficerCases) -> list[ListedDuty]:
    duties = cases.overdue
    which = duties.in_order(duties.column("due_on"), 0, min(MOST_OVERDUE, len(duties)))
    return duties.shown(which, current_cases.entries_of)


def history_of(reference: str) -> History:
    """The history of a case of the sheet, without its texts."""
    moment = current_cases.moment().as_recorded
    return current_cases.repository().read(reference, moment, current_cases.framework()).history


def _oversight(case: CaseSnapshot) -> Oversight:
    history = history_of(case.reference)
    done = [fact.occurred_on for fact in history.all(OversightRecorded) if fact.occurred_on <= case.day]
    owed = [
        held.obligation.due_on for held in case.standards
        if held.obligation.clause.id == "management-oversight" and held.obligation.state(case.day) in ("due", "overdue")
    ]  # fmt: skip
    return Oversight(case, max(done, default=None), min(owed, default=None))


def _chart(contact: OfficerMeasure) -> Drawing:
    """Contact by quarter, with the area's line."""
    found = [
        QuarterFigure(q.asked.moment.on, q.own, q.part, q.own, q.area) for q in contact.quarters
    ]  # fmt: skip
    says = "; ".join(
        f"{one.words}: {percent(one.figure.score)}, {one.figure.held} of {one.figure.n}"
        if one.figure.n else f"{one.words}: nothing fell due" for one in found
    )  # fmt: skip
    note = f"{contact.year.held} of {contact.year.n} in {MONTHS} months, {contact.cases} cases"
    title, axis = "Contact arranged in time, by quarter", axis_words(contact.measure)
    return quarters_drawing(title, says, found, None, "the area", note, axis)
