"""The pages of action plans: of each team, division and area; agreeing, changing, closing and answering actions."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from domain.accounts.roles import MANAGERS, WORKERS
from domain.entries.action_entries import PlanEntry
from web.officers.action_forms import OF_ACTION, OF_UNIT, Refused, Typed
from web.officers.agreed_actions import enter, plan_now, shown_plan, shown_plans
from web.officers.known_officers import Unit, holding, officers_of, owners_of, unit_named, units
from web.officers.sheet_page import about_actions, render_sheet
from web.services import current_cases
from web.site import access_control

blueprint = Blueprint("actions", __name__)

DONE = {
    "agree": "The action is agreed.", "change": "The action is changed.", "close": "The action is closed.",
    "answer": "Your answer stands on the page.", "held": "The day of supervision is entered.",
    "working-time": "The working time is entered.",
}  # fmt: skip


@blueprint.get("/actions")
@access_control.open_to(*MANAGERS)
def index() -> str:
    """The actions of every unit that the reader may see, and of the officers whom they lead."""
    found, of_officers = units(), officers_led()
    plans = shown_plans([*found, *of_officers])
    return render_template(
        "officers/actions.html",
        plans=plans[: len(found)],
        of_officers=[plan for plan in plans[len(found) :] if plan.plan.actions],
        overdue=sum(plan.overdue for plan in plans),
        **about_actions(None, None),
    )


def officers_led() -> list[Unit]:
    """The officers whom the person signed in leads today."""
    led = [one for one in officers_of(holding(current_cases.today())) if one.is_led_by_reader]
    return [Unit("officer", one.key, one.name, one.places, may_change=True, officer=one) for one in led]


@blueprint.get("/actions/<level>/<staff:key>")
@access_control.open_to(*WORKERS)
def show(level: str, key: str) -> str | Response:
    """The actions of one unit. Those of an officer stand on their page."""
    unit = unit_named(level, key)
    if unit.officer is not None:
        return redirect(url_for("officers.show", key=unit.key))
    return render_unit(unit, None)


def render_unit(unit: Unit, refused: Refused | None) -> str:
    """The page of a unit."""
    return render_template(
        "officers/unit_actions.html", shown=shown_plan(unit), unit=unit, owners=owners_of(unit) if unit.may_change else {},
        **about_actions(unit, refused),
    )  # fmt: skip


@blueprint.post("/actions/<level>/<staff:key>/<what>")
@access_control.open_to(*WORKERS)
def enter_on_plan(level: str, key: str, what: str) -> Response | tuple[str, int]:
    """Agree an action; answer the page; enter a day of supervision or a working time."""
    if what not in OF_UNIT:
        abort(404)
    unit, typed = unit_named(level, key), Typed()
    _check(unit, what)
    return _taken(unit, what, OF_UNIT[what], typed)


@blueprint.post("/actions/<level>/<staff:key>/<action>/<what>")
@access_control.open_to(*WORKERS)
def enter_on_action(level: str, key: str, action: str, what: str) -> Response | tuple[str, int]:
    """Change, close or answer an action."""
    if what not in OF_ACTION:
        abort(404)
    unit, typed = unit_named(level, key), Typed()
    _check(unit, what)
    if action not in plan_now(unit).actions:
        abort(404, "There is no such action here. Nothing was entered.")
    return _taken(unit, what, lambda said: OF_ACTION[what](said, action), typed, action)


def _check(unit: Unit, form: str) -> None:
    """403 where this is not theirs to enter; 404 where the unit has no such form. Whoever reads a plan may answer it."""
    if form in ("held", "working-time") and unit.officer is None:
        abort(404)
    if form != "answer" and not unit.may_change:
        abort(403, f"The actions of {unit.name} are not yours to change. Nothing was entered.")


def _taken(
    unit: Unit, form: str, make: Callable[[Typed], PlanEntry], typed: Typed, action: str = ""
) -> Response | tuple[str, int]:
    fact = make(typed)
    problems = typed.problems or enter(unit, fact)
    if problems:
        refused = Refused(form, action, typed.values, problems)
        return (render_sheet(unit.officer, refused) if unit.officer is not None else render_unit(unit, refused)), 400
    access_control.log("recorded", detail=f"{form}: actions of {unit.level} {unit.key}")
    flash(DONE[form])
    if unit.officer is not None:
        return redirect(url_for("officers.show", key=unit.key))
    return redirect(url_for("actions.show", level=unit.level, key=unit.key))
