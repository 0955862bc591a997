"""The page of requests: what waits for a second person, what was done alone, and what was decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, cast, get_args

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.confirming import concerns
from domain.accounts.kept_accounts import AccountExists, KeyTaken, NoSuchAccount, StaleAccount
from domain.accounts.requests import LIFE, AlreadyDecided, Decision, NoSuchRequest, Request
from domain.accounts.roles import ADMINISTRATORS, OPENERS, Account
from domain.destinations.addresses import NotAllowed
from domain.entries.code_lists import label
from domain.store.erasing import NotErased
from domain.store.record_keys import KeyChanged
from domain.store.sources import NotDeclared
from web.admin.destination_form import destination_lines
from web.presentation.formatting import long_date
from web.services import current_cases
from web.site import access_control, clock, two_people
from web.site.links import is_home

blueprint = Blueprint("requests", __name__)

SHOWN = 100
"""The decided requests that the page shows, at most."""

FIELDS = {
    "name": "Name", "role": "Role", "places": "Answers for", "staff": "Staff keys", "inspections": "Reads inspections",
    "grade": "Grade", "until": "Last day", "disabled": "Closed", "rights": "Rights of the machine", "place_level": "Its places are",
    "source": "Records as the source", "client": "Client of your organisation's sign-in",
}  # fmt: skip


@dataclass(frozen=True)
class ShownRequest:
    """A request as the page shows it to the person signed in."""

    asked: Request
    about: str
    lines: list[tuple[str, str]]
    may_confirm: bool
    may_withdraw: bool

    @property
    def lapses_on(self) -> datetime:
        return self.asked.asked_at + LIFE


@blueprint.get("/requests")
@access_control.open_to(*ADMINISTRATORS, *OPENERS)
def index() -> str:
    """What waits, what was done alone, what was decided or has lapsed: as far as the reader may see it."""
    now = clock.now()
    seen = requests_seen()
    waiting = [shown_request(one) for one in seen if one.is_open(now)]
    past = [one for one in seen if not one.is_open(now)][:SHOWN]
    return render_template(
        "admin/requests.html",
        waiting=[one for one in waiting if not one.asked.alone],
        alone=[one for one in waiting if one.asked.alone],
        past=[shown_request(one) for one in past],
    )


@blueprint.post("/requests/<int:number>/<decision>")
@access_control.open_to(*ADMINISTRATORS, *OPENERS)
def decide(number: int, decision: str) -> Response:
    """Confirm or refuse a request, or withdraw one's own."""
    if decision not in get_args(Decision):
        abort(404)
    found = _found(number)
    shown = shown_request(found)
    if found.alone and decision == "refused":
        abort(403, f"Request {number} was done alone and holds; narrow the account, or close it, to undo it.")
    if not (shown.may_withdraw if decision == "withdrawn" else shown.may_confirm):
        abort(
            403, f"Request {number} is not yours to decide: nobody confirms what they asked for or what concerns them."
        )
    try:
        two_people.decide(found, cast(Decision, decision))
    except (
        AlreadyDecided, NotAllowed, NotDeclared, StaleAccount, AccountExists, KeyTaken, NoSuchAccount, KeyChanged, NotErased,
    ) as error:  # fmt: skip
        flash(f"Nothing was changed: {error.args[0]}.")
    else:
        flash(f"Request {number}: {decision}.{_next(found, decision)}")
    if found.kind == "account made" and decision == "confirmed" and access_control.account().is_one_of(ADMINISTRATORS):
        return redirect(url_for("staff.show", username=found.subject))
    return redirect(url_for("requests.index"))


def _next(one: Request, decision: str) -> str:
    """What must be done after a decision, in words."""
    made = one.kind == "account made" and decision == "confirmed" and not one.alone
    return " Now give it a password, and hand that over." if made else ""


def _found(number: int) -> Request:
    try:
        found = access_control.register().requests.request(number)
    except NoSuchRequest:
        abort(404, f"There is no request {number}.")
    if not _may_see(found):
        abort(404, f"There is no request {number}.")
    return found


def _may_see(one: Request) -> bool:
    """Administrators see those about accounts, others those that they asked for, that concern them or are theirs to confirm.

    A request about a case is seen by who may open the case.
    """
    who = access_control.account()
    if one.cases:
        return not who.is_one_of(ADMINISTRATORS) and all(map(current_cases.is_open, one.cases))
    if (
        who.is_one_of(ADMINISTRATORS)
        or who.has_right("oversight")
        or who.username == one.asked_by
        or who.username in concerns(one)
    ):
        return True
    return two_people.may_be_confirmed(one, who)


def requests_seen() -> list[Request]:
    """Every request that the person signed in may see, the latest first."""
    return [one for one in access_control.register().requests.every() if _may_see(one)]


def shown_request(one: Request) -> ShownRequest:
    who, now = access_control.account(), clock.now()
    may = two_people.may_be_confirmed(one, who) and all(map(current_cases.may_record, one.cases))
    withdraw = who.username == one.asked_by and one.is_open(now) and not one.alone
    return ShownRequest(one, _about(one), _lines(one), may, withdraw)


def _about(one: Request) -> str:
    match one.kind:
        case "account made":
            return f"Make the account {one.subject}"
        case "account changed":
            only = one.change.get("widened") == ["inspections"]
            return f"Let {one.subject} read an inspection" if only else f"Widen the account {one.subject}"
        case "name bound":
            return f"Say whom “{one.subject}” means in older limits of access"
        case "taking over":
            return f"Take over the first load of {one.subject}"
        case "signing key replaced":
            return "Replace the signing key, which was lost"
        case "person erased":
            return f"Erase the names and texts of {one.subject} for good"
        case "destination registered":
            mail = one.change.get("kind") == "mail"
            return f"{'Send weekly digests through' if mail else 'Push changes to'} {one.subject}"
        case "text redacted":
            return f"Redact one text of {one.subject} for good"
        case _:
            return f"Lift a limit of access on {one.subject}"


def _lines(one: Request) -> list[tuple[str, str]]:
    """What is asked for, line by line: the field and its values before and after."""
    if one.kind == "name bound":
        return [("Means", str(one.change["username"]))]
    if one.kind == "taking over":
        areas = ", ".join(one.change["areas"]) or "all that the source gives"
        return [("Not late: recorded before", _words(one.change["cut_over"])), ("Areas", areas)]
    if one.kind == "destination registered":
        return destination_lines(one.change)
    if one.kind == "limit lifted":
        access_control.shown(one.subject)
        return [
            ("Shut out now", ", ".join(one.change["excluded"])),
            ("Reason of the limit", str(one.change["limited_for"])),
        ]
    if one.kind in ("person erased", "text redacted"):
        access_control.shown(*one.cases)
        place = {"Entry": one.change.get("entry"), "Text": one.change.get("path")}
        return [("Cases", ", ".join(one.cases)), *((name, str(said)) for name, said in place.items() if said)]
    if one.kind == "signing key replaced":
        entry: Mapping[str, Any] = one.change["entry"]
        return [
            ("The key that was lost", str(entry["before"])),
            ("The key that signs from here on", str(entry["vkey"])),
        ]
    was: Mapping[str, Any] = one.change.get("was", {})
    account: Mapping[str, Any] = one.change["account"]
    return [
        (title, f"{_words(was.get(name))} → {_words(account.get(name))}" if was else _words(account.get(name)))
        for name, title in FIELDS.items()
        if (account.get(name) != was.get(name) if was else account.get(name))
    ]


def _words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, dict):
        return f"{value['id']} of {value['issuer']}, subject {value['subject']}"
    if isinstance(value, bool) or value is None:
        return "yes" if value else "none" if value is None else "no"
    try:
        return long_date(date.fromisoformat(str(value)))
    except ValueError:
        return str(label(str(value)))


class WaitingRequests(NamedTuple):
    """How many requests wait: for the person signed in to confirm, and of their own for somebody else."""

    theirs: int
    own: int


def on_home() -> WaitingRequests:
    """What waits, on the reader's home page; nothing on others."""
    who = access_control.signed_in()
    if who is None or not who.is_one_of((*ADMINISTRATORS, *OPENERS)) or not _tells(who):
        return WaitingRequests(0, 0)
    waiting = [
        one for one in access_control.register().requests.still_open(clock.now()) if not one.alone and _may_see(one)
    ]
    shown = [shown_request(one) for one in waiting]
    return WaitingRequests(
        sum(one.may_confirm for one in shown), sum(one.asked.asked_by == who.username for one in shown)
    )


def _tells(who: Account) -> bool:
    """Whether this page tells what waits: the home page; for an inspector, who may have nothing to read, also the inspections."""
    return is_home(who) or (who.inspects and request.endpoint == "inspections.index")


def attach(app: Flask) -> None:
    """Let the home page say what waits for a second person."""
    app.add_template_global(on_home, "requests_on_home")
