"""The pages of destinations: where what is pushed goes, what became of it, registering by two people, stopping by one."""

from collections.abc import Mapping

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.requests import Request, RequestKind
from domain.accounts.roles import ADMINISTRATORS
from domain.destinations.addresses import NotAllowed
from domain.destinations.destination_rules import Destination, Wanted
from domain.destinations.destinations import NoSuchDestination
from domain.entries.tidy_text import words
from projections.changes.change_log import TYPES
from web.admin.destination_form import Problems, check_reachable, subscribers, wanted_of
from web.gate.destination_words import state_words
from web.gate.starting import now_in_record, start_again
from web.gate.webhook_signatures import WebhookKey
from web.site import access_control, clock, two_people

blueprint = Blueprint("destinations", __name__)

SHOWN = 50
"""Deliveries that the page of a destination shows, the latest ones."""

KIND: RequestKind = "destination registered"


@blueprint.get("/destinations")
@access_control.open_to(*ADMINISTRATORS)
def index() -> str:
    """Every destination."""
    register = access_control.register()
    waiting = [one for one in register.requests.still_open(clock.now()) if one.kind == KIND and not one.alone]
    return render_template(
        "admin/destinations.html", destinations=register.destinations.every(), words=_words, waiting=len(waiting),
        pulled=url_for("api_docs.index"),
    )  # fmt: skip


@blueprint.route("/destinations/new", methods=["GET", "POST"])
@access_control.open_to(*ADMINISTRATORS)
def new() -> str | Response:
    """Ask for a destination; a second person confirms it. With ``replaces``, one that goes on where another is."""
    before = _replaced((request.form if request.method == "POST" else request.args).get("replaces", ""))
    if request.method == "GET":
        return _form(_as_form(before), list(before.wanted.types) if before else [], {}, before)
    register = access_control.register()
    types = request.form.getlist("types")
    wanted, problems = wanted_of(request.form, types, register.accounts(), clock.day())
    if wanted is None:
        return _form(request.form, types, problems, before)
    change = wanted.values | ({"replaces": before.number} if before else {})
    try:
        outcome = two_people.ask(KIND, wanted.address[:200], change, reason=words(request.form.get("reason", "")))
    except NotAllowed as error:
        return _form(request.form, types, {"address": str(error)}, before)
    flash(f"The destination {wanted.address} was asked for. {two_people.OUTCOMES[outcome]}")
    return redirect(url_for("destinations.index"))


@blueprint.get("/destinations/<int:number>")
@access_control.open_to(*ADMINISTRATORS)
def show(number: int) -> str:
    """One destination: what was registered, the key that its receiver checks deliveries with, and the last deliveries."""
    register, found = access_control.register(), _found(number)
    key = WebhookKey(register.key, number).public if found.wanted.kind == "webhook" else ""
    return render_template(
        "admin/destination.html", one=found, state=_words(found), key=key, stopped=found.stopped_at is not None,
        deliveries=register.destinations.deliveries(number, SHOWN),
        account=next((one for one in register.accounts() if one.username == found.wanted.subscriber), None), day=clock.day(),
    )  # fmt: skip


@blueprint.post("/destinations/<int:number>/stop")
@access_control.open_to(*ADMINISTRATORS)
def stop(number: int) -> Response:
    """Deliver nothing more. It narrows, so one person is enough."""
    found, reason = _found(number), words(request.form.get("reason", "")) or "no reason given"
    who = access_control.account().username
    access_control.log("destination changed", detail=f"destination {number} stopped: {reason}")
    access_control.register().destinations.stop(found.number, by=who, at=clock.now(), reason=reason[:500])
    flash(f"Nothing more is delivered to destination {number}.")
    return redirect(url_for("destinations.show", number=number))


@blueprint.post("/destinations/<int:number>/start")
@access_control.open_to(*ADMINISTRATORS)
def start(number: int) -> Response:
    """Deliver again what two people once registered, from where it was."""
    found = _found(number)
    access_control.log("destination changed", detail=f"destination {number} started again")
    start_again(access_control.register(), found.number)
    flash(f"Destination {number} gets deliveries again, from where it was.")
    return redirect(url_for("destinations.show", number=number))


def _words(found: Destination) -> str:
    return state_words(found, clock.now())


def _found(number: int) -> Destination:
    try:
        return access_control.register().destinations.destination(number)
    except NoSuchDestination:
        abort(404, f"There is no destination {number}.")


def _replaced(number: str) -> Destination | None:
    """The destination that is to be replaced; None where none is named."""
    return _found(int(number)) if number.isascii() and number.isdigit() and len(number) < 10 else None


def _form(values: Mapping[str, str], types: list[str], problems: Problems, before: Destination | None) -> str:
    accounts = subscribers(access_control.register().accounts(), clock.day())
    return render_template(
        "admin/destination_form.html", values=values, chosen=types, problems=problems, before=before, types=TYPES,
        accounts=accounts,
    )  # fmt: skip


def _as_form(before: Destination | None) -> Mapping[str, str]:
    if before is None:
        return {"kind": "webhook"}
    wanted = before.wanted
    return {"kind": wanted.kind, "address": wanted.address, "subscriber": wanted.subscriber, "purpose": wanted.purpose}


def _check(asked: Request) -> None:
    """``NotAllowed`` where it cannot be registered any more."""
    wanted, register = Wanted.of(asked.change), access_control.register()
    check_reachable(wanted.kind, wanted.address)
    if wanted.until is not None and wanted.until < clock.day():
        raise NotAllowed("its last day has passed; ask for it again")
    allowed = {one.username for one in subscribers(register.accounts(), clock.day())}
    if wanted.kind == "webhook" and wanted.subscriber not in allowed:
        raise NotAllowed(f"the account {wanted.subscriber} is closed, or reaches no case any more")


def _register(asked: Request) -> None:
    """Register it, from now on in the record, or from where the one is that it replaces."""
    register, who = access_control.register(), access_control.account().username
    wanted = Wanted.of(asked.change)
    position, hash_ = now_in_record(register)
    replaced = asked.change.get("replaces")
    if replaced is not None:
        before = _found(int(replaced))
        position, hash_ = (before.position, before.hash) if before.wanted.kind == wanted.kind else (position, hash_)
        register.destinations.stop(before.number, by=who, at=clock.now(), reason="another destination takes its place")
    confirmed = asked.decided_by or (who if who != asked.asked_by else "")
    made = register.destinations.add(
        wanted, asked_by=asked.asked_by, confirmed_by=confirmed, request=asked.number, at=clock.now(), position=position,
        hash_=hash_,
    )  # fmt: skip
    access_control.log(
        "destination changed",
        detail=f"destination {made.number} registered: {wanted.address} for {wanted.subscriber or 'digests'}, {wanted.purpose}",
    )


def attach(app: Flask) -> None:
    """Say what a confirmed request for a destination does."""
    with app.app_context():
        two_people.attach_effect(KIND, _register, _check)
