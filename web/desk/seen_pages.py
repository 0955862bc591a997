"""Marking what changed as seen, taking that back, and opening a case whose line stays: each is a form that is sent."""

from datetime import date

from flask import flash, redirect, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from domain.accounts.roles import WORKERS
from domain.working.seen_places import SeenUpTo
from web.desk import changed_lately
from web.desk.changes_page import blueprint
from web.presentation.formatting import count_noun
from web.services import current_cases
from web.site import access_control, clock, links
from web.site.access_control import open_to

NOT_THERE = (
    "What you marked as seen is not in the record: it may have been restored from a copy meanwhile. Nothing was marked. "
    "Open What changed again."
)


@blueprint.post("/changed/seen")
@open_to(*WORKERS)
def mark() -> Response:
    """Move the marks of the teams named to the position that the form names: that which the page showed."""
    upto, lately = _upto(), changed_lately.own()
    teams = [team for team in lately.since.teams if team in request.form.getlist("team")]
    if not teams:
        raise BadRequest("None of the teams that you marked as seen is yours today. Nothing was marked.")
    who, marks = access_control.account().username, access_control.register().seen
    moved = [
        team for team in teams if marks.mark(who, team, upto, clock.now(), held=lately.since.held(team), lost=_lost(team))
    ]  # fmt: skip
    stay = sum(len(lately.since.held(team)) for team in moved)
    kept = f" {count_noun(stay, 'line')} {'stays' if stay == 1 else 'stay'} until you open the case." if stay else ""
    flash(
        f"Marked as seen.{kept}" if moved
        else "Nothing was marked: you have marked up to there, or later, already, perhaps in another window."
    )  # fmt: skip
    return redirect(links.back_to(request.form.get("back")) or url_for("changes.index"))


@blueprint.post("/changed/undo")
@open_to(*WORKERS)
def undo() -> Response:
    """Take back the marks that the reader made in the last ten minutes."""
    marks, who = access_control.register().seen, access_control.account().username
    undone = marks.undo(who, list(marks.of(who)), clock.now())
    flash(
        "What you had marked as seen is listed again." if undone
        else "Nothing was taken back: a mark can be undone for ten minutes."
    )  # fmt: skip
    return redirect(links.back_to(request.form.get("back")) or url_for("changes.index"))


@blueprint.post("/changed/open")
@open_to(*WORKERS)
def open_it() -> Response:
    """Open a case whose line stays until it is opened. From then on its line is gone, until something else changes."""
    reference, upto = request.form.get("case", ""), _upto()
    current_cases.case(reference)  # 404 where it is not open to the reader
    access_control.register().seen.open(access_control.account().username, reference, upto)
    crn, _, number = reference.partition("/")
    return redirect(url_for("cases.show", crn=crn, number=number))


def _lost(team: str) -> SeenUpTo | None:
    """Where the mark of a team stands, if the record has nothing there, or something else: it was restored from a copy."""
    upto = changed_lately.own().since.seen.of_team(team)
    return upto if upto.position and changed_lately.record().hash_at(upto.position) != upto.hash else None


def _upto() -> SeenUpTo:
    """The place in the record that a form names. ``BadRequest`` where the record has none such, or the day is yet to come."""
    try:
        position, day = int(request.form.get("position", "")), date.fromisoformat(request.form.get("day", ""))
    except ValueError:
        raise BadRequest("The form does not say what was seen. Nothing was marked. Open What changed again.") from None
    if not 0 < position < 1 << 62 or day > clock.today():
        raise BadRequest(NOT_THERE)
    found = changed_lately.record().hash_at(position)
    if found is None or found != request.form.get("hash"):
        raise BadRequest(NOT_THERE)
    return SeenUpTo(position, found, day, clock.recording_time())
