"""The outcomes of a day: all appointments of the reader's own cases on one page, recorded in one submission.

Each row is recorded by itself: what is refused of one loses nothing of the others. A form that is sent twice records once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.roles import Role
from domain.aggregates.case_file import CaseFile, recording_default
from domain.entries import refusals
from domain.entries.case_entries import Entry
from domain.entries.schemas import ShapeError
from projections.cases.case_visits import Visit
from projections.cases.entry_effects import EntryEffects
from web.presentation.formatting import long_date
from web.presentation.outcome_words import outcome_words
from web.recording import after_recording, kept_drafts
from web.recording.effects_today import effects_of
from web.recording.next_booking import KINDS
from web.recording.outcome_rows import CHOICES, OutcomeRow
from web.recording.problem_words import refusal_words
from web.recording.recorded_by_hand import recorded
from web.recording.visits_to_record import asked_day, has_outcome, told_meanwhile, visit_to_record, visits_of
from web.services import current_cases
from web.site import access_control, clock

blueprint = Blueprint("outcomes", __name__)

OWN: tuple[Role, ...] = ("case_manager", "spo")
"""The roles that record the outcomes of their cases on one page: those who hold cases, and who lead a team."""

EARLIER = 50
"""Earlier appointments without an outcome that the page lists."""

MOST = 200
"""Rows that one submission may hold."""

WITH_EFFECTS = 20
"""Rows of which the check says what they do; of more it would take too long."""


@dataclass(frozen=True)
class Refusal:
    """A row of which nothing was recorded. ``visit``: None where the case is not the reader's any more."""

    visit: Visit | None
    why: str


@blueprint.route("/outcomes", methods=["GET", "POST"])
@access_control.open_to(*OWN)
@access_control.keeps_what_was_typed
def index() -> str | Response:
    """The form; then the check of what was answered; then the day again, with what was recorded."""
    day, problem = asked_day()
    if request.method == "GET":
        return _show(day, None, problem=problem)
    rows, refused = _sent()
    step = request.form.get("step", "show")
    if step == "show":
        return _show(day, rows, refused)
    names = _names([row.visit for row in rows])
    checked = [_checked(row, names[row.visit.reference]) for row in rows]
    records = any(row.records for row in checked)
    if not records or any(row.problems for row in checked):
        return _show(day, checked, refused, nothing=not records)
    return _check(day, checked, refused) if step == "check" else _record(day, checked, refused)


@blueprint.post("/cases/<crn>/<int:number>/attended/<entry:entry>")
@access_control.open_to(*OWN)
def attended(crn: str, number: int, entry: str) -> Response:
    """Record with one click that the person attended and complied; back to the page of the click, where it can be undone."""
    reference, back = f"{crn}/{number}", request.form.get("back", "")
    current_cases.case(reference)
    visit = visit_to_record(reference, entry)
    if visit is None:
        abort(404, f"There is no appointment {entry} in {reference} on which you may record.")
    row = OutcomeRow.typed(0, visit, {"token-0": request.form.get("token", ""), "outcome-0": "attended_complied"})
    said = "Its day is still to come." if visit.made.for_on > clock.today() else told_meanwhile(visit)
    if not said or (visit.told_by is not None and visit.told_by.entry == row.token):
        try:
            _record_row(row, back)
            return after_recording.go_back(reference, back)
        except (refusals.Refused, refusals.BusyFile) as error:
            said = refusal_words(error)
    flash(f"Not recorded, {reference}: {said}")
    return after_recording.go_back(reference, back)


def _sent() -> tuple[list[OutcomeRow], list[Refusal]]:
    """The rows of the form that was sent; and those that cannot be recorded any more: why not."""
    rows: list[OutcomeRow] = []
    refused: list[Refusal] = []
    for number in range(MOST):
        reference, _, entry = request.form.get(f"of-{number}", "").partition("#")
        if not entry:
            continue
        visit = visit_to_record(reference, entry)
        if visit is None:
            refused.append(
                Refusal(None, "One of the cases is held by somebody else now, or its appointment was withdrawn.")
            )
            continue
        row = OutcomeRow.typed(number, visit, request.form)
        told = "" if visit.told_by is not None and visit.told_by.entry == row.token else told_meanwhile(visit)
        if told and row.tells:
            refused.append(Refusal(visit, told))
            row = replace(row, outcome="not_known")
        if row.records or not told:
            rows.append(row)
    return rows, refused


def _checked(row: OutcomeRow, name: str) -> OutcomeRow:
    """A row with what is wrong in it. ``name``: of the person."""
    checked = row.checked(name, current_cases.repository().history(row.visit.reference, None), clock.today())
    if checked.problems:
        return checked
    try:
        for fact in _facts(checked):
            current_cases.repository().files.would_record(row.visit.reference, fact, now=clock.recording_time())
    except (refusals.Refused, ShapeError) as error:
        return replace(checked, problems={"outcome": refusal_words(error)})
    return checked


def _facts(row: OutcomeRow) -> list[Entry]:
    file = current_cases.repository().file(row.visit.reference)
    made = row.facts(access_control.account().username, clock.today(), clock.recording_time())
    return [recording_default(file, fact) for fact in made]


def _record(day: date, rows: Sequence[OutcomeRow], refused: list[Refusal]) -> str | Response:
    """Record each row by itself; then back to the day, or the form again with the rows that were refused."""
    left: list[OutcomeRow] = []
    entries, back = 0, kept_drafts.back_asked()
    for row in rows:
        if not row.records:
            continue
        try:
            entries += _record_row(row, back)
        except (refusals.Refused, refusals.BusyFile) as error:
            left.append(replace(row, problems={"outcome": refusal_words(error)}))
    if left or refused:
        return _show(day, [*left, *(row for row in rows if not row.records)], refused, entries=entries)
    return redirect(back or url_for("outcomes.index", day=day.isoformat()))


def _record_row(row: OutcomeRow, back: str) -> int:
    """Record what a row makes, all or nothing; how many entries are new. ``Refused``, ``BusyFile``."""

    def unless_told(file: CaseFile) -> None:
        if row.tells and row.token not in file.entries and has_outcome(file, row.visit.made.entry):
            raise refusals.Refused("outcome", "somebody recorded its outcome meanwhile. Yours is not recorded")

    return len(recorded(row.visit.reference, _facts(row), back=back, unless=unless_told))


def _show(
    day: date, rows: Sequence[OutcomeRow] | None, refused: Sequence[Refusal] = (), *, nothing: bool = False, entries: int = 0,
    problem: str = "",
) -> str:  # fmt: skip
    """The form. ``rows``: as they were sent; None: those of the day, fresh. ``entries``: how many were just recorded."""
    found = visits_of(day)
    if rows is None:
        rows = [OutcomeRow.fresh(number, visit) for number, visit in enumerate(found.rows)]
    if len(rows) > 1 and any(row.problems for row in rows):
        names = _names([row.visit for row in rows])
        rows = [row.naming(names[row.visit.reference]) for row in rows]
    problems = {row.id(field): words for row in rows for field, words in (row.problems or {}).items()}
    if problem:
        problems = {"day": problem, **problems}
    if nothing and rows:
        problems = {rows[0].id("outcome"): "Select what became of at least one appointment.", **problems}
    earlier = found.earlier[:EARLIER]
    return render_template(
        "recording/outcomes.html", rows=rows, problems=problems, refused=refused, recorded=entries,
        typed_day=request.args.get("day", ""), told=found.told, earlier=earlier,
        more=len(found.earlier) - len(earlier), yesterday=day - timedelta(days=1),
        tomorrow=day + timedelta(days=1), **_common(day, [*(row.visit for row in rows), *found.told, *earlier]),
    )  # fmt: skip


def _check(day: date, rows: Sequence[OutcomeRow], refused: Sequence[Refusal]) -> str:
    telling, left = [row for row in rows if row.records], [row for row in rows if not row.records]
    return render_template(
        "recording/outcomes_check.html", effects=_effects(telling), rows=telling, every=rows, left=left, refused=refused,
        **_common(day, [row.visit for row in rows]),
    )  # fmt: skip


def _effects(rows: Sequence[OutcomeRow]) -> Mapping[int, EntryEffects]:
    """What the first rows do to the duties of their cases, by the number of the row."""
    told = ((row, _facts(row)) for row in rows[:WITH_EFFECTS])
    return {row.number: effects_of(row.visit.reference, facts[0], *facts[1:]) for row, facts in told if facts}


def _common(day: date, shown: Sequence[Visit]) -> Mapping[str, object]:
    names = _names(shown)
    access_control.shown(*names)
    return {
        "on": day, "names": names, "choices": CHOICES, "kinds": KINDS, "outcome_words": outcome_words,
        "title": f"Outcomes of {day:%A} {long_date(day)}", "officers": _officers(shown),
    }  # fmt: skip


def _names(shown: Sequence[Visit]) -> Mapping[str, str]:
    return current_cases.names({visit.reference for visit in shown}, current_cases.today())


def _officers(shown: Sequence[Visit]) -> Mapping[str, str]:
    """The officer of each case, for a reader who does not hold the cases themselves."""
    if access_control.account().holds_cases:
        return {}
    book, today = current_cases.repository(), clock.today()
    return {one.reference: book.history(one.reference, None).held_by(today).officer for one in shown}
