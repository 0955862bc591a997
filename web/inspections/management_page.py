"""Section A of an inspection: how management is rated, item by item, and adjusted; and the bands of today's frameworks."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from msgspec import to_builtins
from werkzeug.wrappers import Response as AnyResponse

from domain.accounts.roles import READERS
from domain.aggregates.inspection import Inspection
from domain.aggregates.inspection_rules import closed_to
from domain.entries import code_lists
from domain.entries.inspection_entries import ManagementRated, RatingAdjusted
from projections.scoring.management_ladder import criterion_rungs
from projections.scoring.score_bands import section_bands, total
from web.inspections.band_form import record_band
from web.inspections.reading_pages import blueprint
from web.recording.inspection_entry import Problems, enter, inspection_to_run, token
from web.services import current_inspections
from web.site import access_control


@blueprint.route("/inspections/<inspection>/management", methods=["GET", "POST"])
@access_control.open_to(*READERS)
@access_control.keeps_what_was_typed
def management(inspection: str) -> str | AnyResponse:
    """Section A: the rating of each item, the rung that follows from them, and the lead inspector's adjustment."""
    opened = current_inspections.inspection(inspection)
    found = current_inspections.seen(inspection)
    problems: Problems = {}
    if request.method == "POST":
        problems = _record_ratings(inspection, inspection_to_run(inspection))
        if not problems:
            flash("Saved.")
            return redirect(url_for("assessing.management", inspection=inspection))
    bands = section_bands(found, current_inspections.scored(inspection).score)
    return render_template(
        "inspections/management.html", inspection=inspection, opened=opened, found=found, placed=criterion_rungs(found),
        bands=bands, total=total(found.framework, bands), panel=found.process.panel,
        rated=code_lists.MANAGEMENT_RATINGS, kinds=code_lists.SOURCE_KINDS,
        open=[p.criterion.id for p in criterion_rungs(found) if not p.ratings and p.adjusted is None and not p.not_followed_up],
        rungs=found.framework.rungs, problems=problems, typed=request.form,
        runs=current_inspections.runs(inspection) and closed_to(found, ManagementRated) is None,
        may_be_units=[
            (name, one.title) for name, one in current_inspections.inspections().items()
            if name != inspection and found.framework.has_units and found.framework.takes_answers_of(one.framework)
        ],
        rates=current_inspections.runs(inspection) and closed_to(found, RatingAdjusted) is None,
    )  # fmt: skip


def _record_ratings(inspection: str, found: Inspection) -> Problems:
    """Record what the form changes about one criterion. Returns the problems."""
    criterion = request.form.get("criterion", "")
    if found.framework.bands and criterion in {section.id for section in found.framework.sections}:
        return record_band(inspection, found, criterion)
    if request.form.get("step") == "units":
        return enter(inspection, "UnitsNamed", {"units": request.form.getlist("units")}, entry=token())
    if request.form.get("step") == "the others are not followed up":
        problems: Problems = {}
        for other in found.undecided:
            problems |= enter(inspection, "NotFollowedUp", {"criterion": other}, entry=token())
        return problems
    if request.form.get("step") == "not re-scored":
        values = {"criterion": criterion, "reason": request.form.get("why", "").strip()}
        return _beside(enter(inspection, "NotFollowedUp", values, entry=token()), "reason", "why")
    if request.form.get("step") == "re-scored after all":
        return enter(inspection, "NotFollowedUp", {"criterion": criterion, "taken_back": True}, entry=token())
    managed = next((c for c in found.framework.management if c.id == criterion), None)
    if managed is None:
        return {"criterion": "There is no such criterion"}
    if request.form.get("step") == "not followed up":
        return enter(inspection, "NotFollowedUp", {"criterion": criterion}, entry=token())
    problems = {}
    for item in managed.rated:
        problems |= _rate(inspection, found, criterion, item.id)
    return problems | _adjust_rung(inspection, found, criterion)


def _rate(inspection: str, found: Inspection, criterion: str, item: str) -> Problems:
    """Record the rating of an item with its evidence and sources, where the form changes one of these."""
    rating, evidence = (request.form.get(f"{name} {item}", "").strip() for name in ("rating", "evidence"))
    typed = _sources(item)
    wrong: Problems = {
        f"count-{one['kind']}-{criterion}-{item}": "Enter how many as a whole number from 1 to 99,999"
        for one in typed
        if not isinstance(one["count"], int)
    }
    standing = found.ratings.get((criterion, item))
    stood = to_builtins(standing.sources) if standing else []
    if (
        wrong
        or not rating
        or (standing is not None and (rating, evidence, typed) == (standing.rating, standing.evidence or "", stood))
    ):
        return wrong
    values = {"criterion": criterion, "item": item, "rating": rating, "evidence": evidence, "sources": typed}
    return enter(inspection, "ManagementRated", values, entry=token())


def _sources(item: str) -> list[dict[str, Any]]:
    """The sources of an item as typed: those with a count, which stays a text where it is no whole number from 1 to 99,999."""
    found = []
    for kind in code_lists.SOURCE_KINDS:
        count, note = (request.form.get(f"{name} {kind} {item}", "").strip() for name in ("count", "note"))
        if count:
            is_whole = count.isascii() and count.isdigit() and int(count[:9]) > 0
            found.append({"kind": kind, "count": int(count) if is_whole else count, **({"note": note} if note else {})})
    return found


def _beside(problems: Problems, name: str, field: str) -> Problems:
    """The problems, that of an entry's field beside the field of the form."""
    return {field if one == name else one: words for one, words in problems.items()}


def _adjust_rung(inspection: str, found: Inspection, criterion: str) -> Problems:
    """Record another rung for a criterion, or that its own is used again. Nothing is recorded where nothing changed."""
    to, reason = request.form.get("to", ""), request.form.get("reason", "").strip()
    adjusted = found.adjusted.get(criterion)
    standing = (adjusted.to, adjusted.reason) if adjusted else ("", "")
    if "to" not in request.form or (to, reason if to else "") == standing:
        return {}
    if not reason:
        return {f"reason-{criterion}": "Say why the rung is adjusted" if to else "Say why the adjustment is taken back"}
    values = {"criterion": criterion, "to": to, "reason": reason, "agreed_by": request.form.getlist("agreed_by")}
    problems = enter(inspection, "RatingAdjusted", values, entry=token())
    return {f"{name}-{criterion}": words for name, words in problems.items()}
