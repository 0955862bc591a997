"""Calendars of what falls due, for calendar programs to subscribe to. They hold references and clauses, no names."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from icalendar import Calendar, Event
from werkzeug.wrappers import Response as Answer

from domain.accounts.roles import WORKERS, Account
from projections.cases.caseload import DutyLine, by_due_date
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.lists.attributes import holds, present
from projections.lists.counted_cases import CountedCases
from projections.lists.duty_list import DutyList
from projections.lists.open_duties import owed_within
from web.services import current_cases
from web.site import access_control, clock

blueprint = Blueprint("calendars", __name__)

AHEAD = 56
"""The days ahead that a calendar covers."""


@blueprint.get("/calendar")
@access_control.open_to(*WORKERS)
def index() -> str:
    """The reader's calendar address; for a reader who is responsible for several officers, one for each of them too."""
    mark = access_control.register().calendar(access_control.account().username)
    officers = sorted({*present(_owed(access_control.account())[1], "officer")} - {access_control.account().name})
    return render_template(
        "cases/calendar.html", address=_address(mark) if mark else "", ahead=AHEAD,
        of_officers=[(officer, _address(mark, officer)) for officer in officers] if mark else [],
    )  # fmt: skip


@blueprint.post("/calendar")
@access_control.open_to(*WORKERS)
def renew() -> Answer:
    """Give the reader a new address, or none. The old address no longer works."""
    mark = secrets.token_urlsafe(24) if request.form.get("step") != "stop" else ""
    access_control.register().set_calendar(access_control.account().username, mark)
    flash("Your calendar has a new address." if mark else "Your calendar no longer has an address.")
    return redirect(url_for("calendars.index"))


@blueprint.get("/calendar/<username>/<mark>.ics")
@access_control.open_to_anyone
def feed(username: str, mark: str) -> Response:
    """The calendar behind a secret address: calendar programs can't sign in. ``?officer=``: that officer's cases alone."""
    account = access_control.register().open_account(username, clock.day())
    kept = "" if account is None else access_control.register().calendar(username)
    if account is None or not kept or not secrets.compare_digest(kept.encode(), mark.encode()):
        access_control.log("refused", who=username, detail="a calendar's address")
        abort(404)
    officer = request.args.get("officer", "")
    access_control.log("calendar", who=account, detail=officer)
    counted, owed = _owed(account)
    owed = owed.only(holds(owed, "officer", lambda holder: officer in ("", holder)))
    lines = owed.lines(owed.every, counted.snapshots(owed.case), current_cases.entries_of)
    access_control.shown(*(line.case.reference for line in lines))
    made = calendar(officer or account.name, by_due_date(lines), clock.now())
    return Response(made, content_type="text/calendar; charset=utf-8")


def _owed(account: Account) -> tuple[CountedCases, DutyList]:
    """What is overdue or falls due in time, on the cases that the account may open."""
    today = Moment(clock.today(), end_of_day(clock.today()))
    counted = current_cases.counted_by(account, today)
    return counted, owed_within(counted.selection, counted.open, AHEAD)


def _address(mark: str, officer: str | None = None) -> str:
    who = access_control.account().username
    return url_for("calendars.feed", username=who, mark=mark, officer=officer, _external=True)


def calendar(whose: str, owed: list[DutyLine], made_at: datetime) -> bytes:
    """One whole-day event for each duty, on the day it is due (RFC 5545)."""
    found = Calendar()
    for name, value in (
        ("prodid", "-//caseaudit//due//EN"), ("version", "2.0"), ("x-wr-calname", f"Due: {whose}"),
        ("refresh-interval", timedelta(hours=1)), ("x-published-ttl", "PT1H"),
    ):  # fmt: skip
        found.add(name, value)
    for one in owed:
        event = Event()
        duty = one.obligation
        identity = f"{one.case.reference}|{duty.clause.id}|{duty.arises_on}|{duty.raised_by}|{duty.due_on}"
        what = duty.clause.id.replace("-", " ")
        event.add("uid", f"{sha256(identity.encode()).hexdigest()[:32]}@caseaudit")
        event.add("dtstamp", made_at)
        event.add("dtstart", duty.due_on)
        event.add("dtend", duty.due_on + timedelta(days=1))
        event.add("summary", f"{'Overdue: ' if one.state == 'overdue' else ''}{one.case.reference} {what}")
        event.add("description", f"{duty.clause.says} {duty.value.citation}")
        event.add("transp", "TRANSPARENT")
        found.add_component(event)
    return bytes(found.to_ical())
