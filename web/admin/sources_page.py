"""The page of sources: who may import for each, how late is normal, and what is taken over, which two people declare."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.account_rules import unknown_names
from domain.accounts.requests import Request
from domain.accounts.roles import ADMINISTRATORS
from domain.entries.register_entries import MOST_DELAY, SourceRegistered, TakingOverClosed
from domain.entries.tidy_text import words
from domain.store.application import Files
from domain.store.sources import NotDeclared, Source, check_declared, file_of, registered_sources, source_named
from web.presentation.formatting import sentence
from web.services import current_cases
from web.site import access_control, clock, two_people
from web.site.date_field import read_day

blueprint = Blueprint("sources", __name__)

Problems = dict[str, str]


@blueprint.get("/sources")
@access_control.open_to(*ADMINISTRATORS)
def index() -> str:
    """Every registered source."""
    return _index({}, {})


def _index(values: Mapping[str, str], problems: Problems) -> str:
    found = registered_sources(_files())
    waiting = access_control.register().requests.still_open(clock.now())
    return render_template(
        "admin/sources.html", sources=found, now=clock.now(), values=values, problems=problems,
        asked={one.subject for one in waiting if one.kind == "taking over"},
    )  # fmt: skip


@blueprint.route("/sources/change", methods=["GET", "POST"])
@access_control.open_to(*ADMINISTRATORS)
def change() -> str | Response:
    """Register a source, or say anew what holds for one."""
    if request.method == "GET":
        return _form(_as_form(request.args.get("source", "")), {})
    said, problems = _read()
    if said is None:
        return _form(request.form, problems)
    name = request.form["name"].strip()
    _files().enter(file_of(name), said, actor=access_control.account().username)
    access_control.log("source changed", detail=f"{name}: registered")
    flash(f"{name} is registered.")
    return redirect(url_for("sources.index"))


@blueprint.post("/sources/taking-over")
@access_control.open_to(*ADMINISTRATORS)
def take_over() -> str | Response:
    """Ask that the first load of a source is taken over; a second person confirms it."""
    name, day = request.form.get("name", ""), read_day(request.form.get("cut_over", ""))
    if day is None:
        return _index(request.form, {"cut_over": "Enter the cut-over day, like 3/10/2005"})
    change = {"cut_over": day.isoformat(), "areas": _lines("areas")}
    try:
        _declaration(name, change, asked_by=access_control.account().username, confirmed_by=None)
        outcome = two_people.ask("taking over", name, change, reason=words(request.form.get("reason", "")))
    except (NotDeclared, ValueError) as error:
        return _index(request.form, {"cut_over": sentence(str(error))})
    flash(f"Taking over {name}. {two_people.OUTCOMES[outcome]}")
    return redirect(url_for("sources.index"))


@blueprint.post("/sources/closing")
@access_control.open_to(*ADMINISTRATORS)
def close() -> str | Response:
    """Close a taking over: the first load is complete. It narrows, so one person is enough."""
    name = request.form.get("name", "")
    if _named(name).taking_over(clock.now()) is None:
        return _index({}, {"name": f"Nothing of {name} is being taken over now"})
    _files().enter(file_of(name), TakingOverClosed(at=clock.now()), actor=access_control.account().username)
    access_control.log("source changed", detail=f"{name}: taking over closed")
    flash(f"The taking over of {name} is closed.")
    return redirect(url_for("sources.index"))


def _files() -> Files:
    return current_cases.repository().files


def _named(name: str) -> Source:
    """The source of this name; one that is not registered where it can be the name of none."""
    try:
        return source_named(_files(), name)
    except ValueError:
        return Source(name)


def _form(values: Mapping[str, str], problems: Problems) -> str:
    return render_template("admin/source.html", values=values, problems=problems, most=MOST_DELAY)


def _as_form(name: str) -> dict[str, str]:
    said = _named(name).registered
    if said is None:
        return {"name": name, "normal_delay": "7"}
    lists = {kind: "\n".join(getattr(said, kind)) for kind in ("users", "accounts", "areas")}
    return {"name": name, "normal_delay": str(said.normal_delay), **lists}


def _lines(name: str) -> list[str]:
    """The lines of a field of the form, tidied, each once."""
    return [line for line in dict.fromkeys(map(words, request.form.get(name, "").splitlines())) if line]


def _read() -> tuple[SourceRegistered | None, Problems]:
    """What the form says of a source; None where something in it is wrong, with the problems."""
    problems: Problems = {}
    try:
        file_of(request.form.get("name", "").strip())
    except ValueError as error:
        problems["name"] = f"{error}"
    accounts, delay = _lines("accounts"), request.form.get("normal_delay", "").strip()
    if wrong := unknown_names(accounts, access_control.register().accounts()):
        problems["accounts"] = f"There is no account “{wrong[0]}”: enter user names, one a line"
    if not (delay.isascii() and delay.isdigit() and int(delay) <= MOST_DELAY):
        problems["normal_delay"] = f"Enter a whole number of days from 0 to {MOST_DELAY}"
    if problems:
        return None, problems
    said = SourceRegistered(
        at=clock.now(), users=_lines("users"), accounts=accounts, areas=_lines("areas"), normal_delay=int(delay)
    )
    return said, {}


def _declaration(name: str, change: Mapping[str, Any], *, asked_by: str, confirmed_by: str | None) -> Any:
    """What is entered when a taking over is declared now. ``NotDeclared`` where it cannot be."""
    day = date.fromisoformat(change["cut_over"])
    return check_declared(
        _named(name), day, change["areas"], at=clock.now(), asked_by=asked_by, confirmed_by=confirmed_by
    )  # fmt: skip


def _check(asked: Request) -> None:
    """``NotDeclared`` where it cannot be declared any more."""
    _declaration(asked.subject, asked.change, asked_by=asked.asked_by, confirmed_by=None)


def _declare(asked: Request) -> None:
    """Enter the declaration, with who asked for it and who confirmed it."""
    who = access_control.account().username
    confirmed = asked.decided_by or (who if who != asked.asked_by else None)
    said = _declaration(asked.subject, asked.change, asked_by=asked.asked_by, confirmed_by=confirmed)
    _files().enter(file_of(asked.subject), said, actor=who)
    access_control.log("source changed", detail=f"{asked.subject}: taking over, cut-over {said.cut_over}")


def attach(app: Flask) -> None:
    """Say what a confirmed request to take over a source does."""
    with app.app_context():
        two_people.attach_effect("taking over", _declare, _check)
