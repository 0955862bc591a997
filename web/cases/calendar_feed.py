"""Calendars of what falls due, for calendar programs to subscribe to. They hold references and clauses, no names."""

from datetime import date, datetime, timedelta
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
from projections.lists.known_names import UnknownName, require_place
from projections.lists.open_duties import owed_within
from web.presentation.duty_sentences import duty_sentence
from web.services import current_cases
from web.site import access_control, clock

blueprint = Blueprint("calendars", __name__)

AHEAD = 56
"""The days ahead that a calendar covers."""


@blueprint.get("/calendar")
@access_control.open_to(*WORKERS)
def index() -> str:
    """When the reader's calendar address ends. The address itself is shown once, when it is made."""
    return _page("")


@blueprint.post("/calendar")
@access_control.open_to(*WORKERS)
def renew() -> Answer | str:
    """Give the reader a new address, or none. The old address no longer works, so who has one is asked first."""
    who, calendars, step = access_control.account(), access_control.register().calendars, request.form.get("step")
    if step == "stop":
        calendars.stop(who.username)
        flash("Your calendar no longer has an address.")
        return redirect(url_for("calendars.index"))
    if step != "replace" and calendars.until(who.username, clock.now()) is not None:
        return _page("", asks=True)
    return _page(calendars.make(who, clock.now()))


def _page(secret: str, *, asks: bool = False) -> str:
    """The page, with the address where it was just made; for who is responsible for several officers, one for each too.

    ``asks``: whether the old address is to stop.
    """
    who = access_control.account()
    officers = sorted({*present(_owed(who)[1], "officer")} - {who.name}) if secret else []
    return render_template(
        "cases/calendar.html", address=_address(secret) if secret else "", ahead=AHEAD, asks=asks,
        until=access_control.register().calendars.until(who.username, clock.now()),
        of_officers=[(officer, _address(secret, officer)) for officer in officers],
    )  # fmt: skip


@blueprint.get("/calendar/<username>/<mark>.ics")
@access_control.open_to_anyone
def feed(username: str, mark: str) -> Response:
    """The calendar behind a secret address: calendar programs can't sign in. ``?officer=``: that officer's cases alone."""
    account = access_control.register().open_account(username, clock.day())
    if account is None or not access_control.register().calendars.is_address(account, mark, clock.now()):
        access_control.log("refused", who=username, detail="a calendar's address")
        abort(404)
    officer = request.args.get("officer", "")
    counted, owed = _owed(account)
    if officer:
        _check_known(officer, counted, account)
    access_control.log("calendar", who=account, detail=officer)
    owed = owed.only(holds(owed, "officer", lambda holder: officer in ("", holder)))
    lines = owed.lines(owed.every, counted.snapshots(owed.case), current_cases.entries_of)
    access_control.shown(*(line.case.reference for line in lines))
    made = calendar(officer or account.name, by_due_date(lines), clock.now(), clock.today())
    answer = Response(made, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="due.ics"'
    return answer


def _check_known(officer: str, counted: CountedCases, account: Account) -> None:
    """404 where no case that the account answers for was ever held by an officer of this name."""
    try:
        require_place("officer", officer, counted.selection.columns.words["place"].values, account.answers_for)
    except UnknownName as error:
        abort(404, str(error))


def _owed(account: Account) -> tuple[CountedCases, DutyList]:
    """What is overdue or falls due in time, on the cases that the account may open."""
    today = Moment(clock.today(), end_of_day(clock.today()))
    counted = current_cases.counted_by(account, today)
    return counted, owed_within(counted.selection, counted.open, AHEAD)


def _address(mark: str, officer: str | None = None) -> str:
    who = access_control.account().username
    return url_for("calendars.feed", username=who, mark=mark, officer=officer, _external=True)


def calendar(whose: str, owed: list[DutyLine], made_at: datetime, today: date) -> bytes:
    """One whole-day event for each duty, on the day it is due; what is overdue stands on today's date (RFC 5545)."""
    found = Calendar()
    for name, value in (
        ("prodid", "-//caseaudit//due//EN"), ("version", "2.0"), ("x-wr-calname", f"Due: {whose}"),
        ("refresh-interval", timedelta(hours=1)), ("x-published-ttl", "PT1H"),
    ):  # fmt: skip
        found.add(name, value)
    for one in owed:
        found.add_component(_event(one, made_at, today))
    return bytes(found.to_ical())


def _event(one: DutyLine, made_at: datetime, today: date) -> Event:
    event, duty, overdue = Event(), one.obligation, one.state == "overdue"
    identity = f"{one.case.reference}|{duty.clause.id}|{duty.arises_on}|{duty.raised_by}|{duty.due_on}"
    crn, _, number = one.case.reference.partition("/")
    page = url_for("cases.show", crn=crn, number=number, _anchor="owed", _external=True)
    day, said = (today, "Overdue: ") if overdue else (duty.due_on, "")
    sentence = duty_sentence(duty, today).text
    event.add("uid", f"{sha256(identity.encode()).hexdigest()[:32]}@caseaudit")
    event.add("dtstamp", made_at)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", f"{said}{one.case.reference} {duty.clause.id.replace('-', ' ')}")
    event.add("description", f"{sentence} {duty.cited}\n{page}")
    event.add("url", page)
    event.add("transp", "TRANSPARENT")
    return event
