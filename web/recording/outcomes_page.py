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
from projections.cases.case_visits import Visit, of_day, visits, without_outcome
from projections.cases.entry_effects import EntryEffects
from projections.history.history import History
from web.presentation.formatting import long_date
from web.presentation.outcome_words import outcome_words
from web.presentation.phrases import instant
from web.recording import after_recording, kept_drafts
from web.recording.entry_check import effects_of
from web.recording.next_booking import KINDS
from web.recording.outcome_rows import CHOICES, OutcomeRow
from web.services import current_cases
from web.site import access_control, clock
from web.site.date_field import EARLIEST, LATEST, read_day

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
class Day:
    """The appointments of a day of the reader's own cases. ``earlier``: those before today, not of the day, without an outcome."""

    on: date
    rows: Sequence[Visit]
    told: Sequence[Visit]
    earlier: Sequence[Visit]
    problem: str = ""


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
    found = _day()
    if request.method == "GET":
        return _show(found, [OutcomeRow.fresh(number, visit) for number, visit in enumerate(found.rows)])
    rows, refused = _sent()
    step = request.form.get("step", "show")
    if step == "show":
        return _show(found, rows, refused)
    checked = [_checked(row) for row in rows]
    if any(row.problems for row in checked) or not any(row.records for row in checked):
        return _show(found, checked, refused, nothing=not any(row.records for row in checked))
    if step == "check":
        return _check(found, checked, refused)
    return _record(found, checked, refused)


@blueprint.post("/cases/<crn>/<int:number>/attended/<entry:entry>")
@access_control.open_to(*OWN)
def attended(crn: str, number: int, entry: str) -> Response:
    """Record with one click that the person attended and complied; back to the page of the click, where it can be undone."""
    reference, back = f"{crn}/{number}", request.form.get("back", "")
    current_cases.case(reference)
    visit = _visit(reference, entry)
    if visit is None:
        abort(404, f"There is no appointment {entry} in {reference} on which you may record.")
    row = OutcomeRow.typed(0, visit, {"token-0": request.form.get("token", ""), "outcome-0": "attended_complied"})
    said = "Its day is still to come." if visit.made.for_on > clock.today() else _told_meanwhile(visit)
    if not said or (visit.told_by is not None and visit.told_by.entry == row.token):
        try:
            _record_row(row, back)
            return after_recording.go_back(reference, back)
        except (refusals.Refused, refusals.BusyFile) as error:
            said = _sentence(error)
    flash(f"Not recorded, {reference}: {said}")
    return after_recording.go_back(reference, back)


def _day() -> Day:
    """The day that the address names (default: today), as the files stand now."""
    text, today = request.args.get("day", ""), clock.today()
    asked = read_day(text) if text else today
    problem = ""
    if asked is None or not EARLIEST <= asked.year <= LATEST:
        asked, problem = today, f"Day must be a real date between {EARLIEST} and {LATEST}. For example, 3 10 2005."
    own = current_cases.counted_by(access_control.account(), current_cases.today())
    rows: list[Visit] = []
    earlier: list[Visit] = []
    for number in own.current.tolist():
        reference = own.selection.columns.references[number]
        history = current_cases.repository().history(reference, None)
        found = visits(reference, history)
        rows += of_day(found, asked)
        earlier += [one for one in without_outcome(found, history, today) if one.made.for_on != asked]
    rows.sort(key=lambda visit: visit.order)
    earlier.sort(key=lambda visit: visit.order, reverse=True)
    waiting = [one for one in rows if one.waits and asked <= today]
    return Day(asked, waiting, [one for one in rows if one not in waiting], earlier, problem)


def _sent() -> tuple[list[OutcomeRow], list[Refusal]]:
    """The rows of the form that was sent; and those that cannot be recorded any more: why not."""
    rows: list[OutcomeRow] = []
    refused: list[Refusal] = []
    for number in range(MOST):
        reference, _, entry = request.form.get(f"of-{number}", "").partition("#")
        if not entry:
            continue
        visit = _visit(reference, entry)
        if visit is None:
            refused.append(
                Refusal(None, "One of the cases is held by somebody else now, or its appointment was withdrawn.")
            )
            continue
        row = OutcomeRow.typed(number, visit, request.form)
        told = "" if visit.told_by is not None and visit.told_by.entry == row.token else _told_meanwhile(visit)
        if told and row.tells:
            refused.append(Refusal(visit, told))
            row = replace(row, outcome="not_known")
        if row.records or not told:
            rows.append(row)
    return rows, refused


def _visit(reference: str, entry: str) -> Visit | None:
    """The appointment, where the person signed in may record on its case today."""
    if not current_cases.is_open(reference) or not current_cases.may_record(reference):
        return None
    found = visits(reference, current_cases.repository().history(reference, None))
    return next((one for one in found if one.made.entry == entry), None)


def _told_meanwhile(visit: Visit) -> str:
    """What somebody has recorded of an appointment; empty where nobody has."""
    if visit.waits:
        return ""
    words = outcome_words(visit.appointment.outcome, visit.appointment.acceptable)
    if visit.told_by is None:
        return f"It has been decided already: {words}."
    by = access_control.recorder_name(visit.told_by.recorded_by) or "Somebody"
    return f"{by} recorded its outcome on {instant(visit.told_by.recorded_at)}: {words}. Yours is not recorded."


def _checked(row: OutcomeRow) -> OutcomeRow:
    history = current_cases.repository().history(row.visit.reference, None)
    checked = row.checked(_names([row.visit])[row.visit.reference], history, clock.today())
    if checked.problems:
        return checked
    try:
        for fact in _facts(checked):
            current_cases.repository().files.would_record(row.visit.reference, fact, now=clock.recording_time())
    except (refusals.Refused, ShapeError) as error:
        return replace(checked, problems={"outcome": _sentence(error)})
    return checked


def _facts(row: OutcomeRow) -> list[Entry]:
    file = current_cases.repository().file(row.visit.reference)
    made = row.facts(access_control.account().username, clock.today(), clock.recording_time())
    return [recording_default(file, fact) for fact in made]


def _record(found: Day, rows: Sequence[OutcomeRow], refused: list[Refusal]) -> str | Response:
    """Record each row by itself; then back to the day, or the form again with the rows that were refused."""
    left: list[OutcomeRow] = []
    recorded, back = 0, kept_drafts.back_asked()
    for row in rows:
        if not row.records:
            continue
        try:
            recorded += _record_row(row, back)
        except (refusals.Refused, refusals.BusyFile) as error:
            left.append(replace(row, problems={"outcome": _sentence(error)}))
    if left or refused:
        return _show(_day(), [*left, *(row for row in rows if not row.records)], refused, recorded=recorded)
    return redirect(back or url_for("outcomes.index", day=_day_text(found.on)))


def _record_row(row: OutcomeRow, back: str) -> int:
    """Record what a row makes, all or nothing; how many entries are new. ``Refused``, ``BusyFile``."""
    reference, who = row.visit.reference, access_control.account()
    facts = _facts(row)

    def unless_told(file: CaseFile) -> None:
        if row.tells and row.token not in file.entries and _has_outcome(file, row.visit.made.entry):
            raise refusals.Refused("outcome", "somebody recorded its outcome meanwhile. Yours is not recorded")

    fresh = current_cases.repository().files.record(
        reference, facts, actor=access_control.stored_by_account(who.username), now=clock.recording_time(),
        unless=unless_told,
    )  # fmt: skip
    for fact in fresh:
        access_control.log("recorded", reference, detail=f"{reference}: {type(fact).__name__} {fact.entry}")
    after_recording.note(reference, *(fact.entry for fact in facts), back=back)
    return len(fresh)


def _has_outcome(file: CaseFile, appointment: str) -> bool:
    """Whether an outcome of an appointment stands on the file."""
    found = visits(file.reference, History.of(list(file.entries.values())))
    return any(one.made.entry == appointment and not one.waits for one in found)


def _sentence(error: Exception) -> str:
    reason = error.reason if isinstance(error, refusals.Refused) else str(error)
    return f"{reason[:1].upper()}{reason[1:].rstrip('.')}."


def _show(
    found: Day, rows: Sequence[OutcomeRow], refused: Sequence[Refusal] = (), *, nothing: bool = False, recorded: int = 0
) -> str:
    problems = {row.id(field): words for row in rows for field, words in (row.problems or {}).items()}
    if nothing and rows:
        problems = {rows[0].id("outcome"): "Select what became of at least one appointment.", **problems}
    return render_template(
        "recording/outcomes.html", rows=rows, problems=problems, refused=refused, recorded=recorded,
        earlier=found.earlier[:EARLIER], more=len(found.earlier[EARLIER:]), **_common(found, rows, found.earlier[:EARLIER]),
    )  # fmt: skip


def _check(found: Day, rows: Sequence[OutcomeRow], refused: Sequence[Refusal]) -> str:
    telling, left = [row for row in rows if row.records], [row for row in rows if not row.records]
    return render_template(
        "recording/outcomes_check.html",
        effects=_effects(telling),
        rows=telling,
        every=rows,
        left=left,
        refused=refused,
        **_common(found, rows),
    )


def _effects(rows: Sequence[OutcomeRow]) -> Mapping[int, EntryEffects]:
    """What the first rows do to the duties of their cases, by the number of the row."""
    told = ((row, _facts(row)) for row in rows[:WITH_EFFECTS])
    return {row.number: effects_of(row.visit.reference, facts[0], *facts[1:]) for row, facts in told if facts}


def _common(found: Day, rows: Sequence[OutcomeRow], more: Sequence[Visit] = ()) -> Mapping[str, object]:
    shown = [*(row.visit for row in rows), *found.told, *more]
    names = _names(shown)
    access_control.shown(*names)
    return {
        "day": found, "on": found.on, "names": names, "choices": CHOICES, "kinds": KINDS,
        "outcome_words": outcome_words, "day_text": _day_text, "yesterday": found.on - timedelta(days=1),
        "tomorrow": found.on + timedelta(days=1), "title": f"Outcomes of {found.on:%A} {long_date(found.on)}",
        "officers": _officers(shown),
    }  # fmt: skip


def _names(shown: Sequence[Visit]) -> Mapping[str, str]:
    return current_cases.names({visit.reference for visit in shown}, current_cases.today())


def _officers(shown: Sequence[Visit]) -> Mapping[str, str]:
    """The officer of each case, for a reader who does not hold the cases themselves."""
    if access_control.account().holds_cases:
        return {}
    book, today = current_cases.repository(), clock.today()
    return {one.reference: book.history(one.reference, None).held_by(today).officer for one in shown}


def _day_text(day: date) -> str:
    return day.isoformat()
