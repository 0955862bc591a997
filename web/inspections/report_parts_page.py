"""Writing a report's recommendations, the progress made on earlier ones, and the next steps."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, get_args

from flask import abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.roles import OPENERS
from domain.aggregates.inspection import Inspection
from domain.aggregates.inspection_rules import closed_to
from domain.entries import code_lists, report_entries
from domain.entries.entry import Entry
from web.inspections.inspection_form import blueprint, form_page
from web.presentation.formatting import sentence
from web.recording.entry_forms import Field
from web.recording.inspection_entry import enter, inspection_to_run, read_form
from web.services import current_cases
from web.site import access_control

PROGRESS_WORDS = {
    "good": "Good progress",
    "satisfactory": "Satisfactory progress",
    "some": "Some progress",
    "none": "No progress",
}


class _Part(NamedTuple):
    """A part of a report: its entry, the title of its form, its fields, and what stands under a number now."""

    entry_type: type[Entry]
    title: str
    number: str
    fields: Callable[[Inspection], list[Field]]
    standing: Callable[[Inspection], Mapping[int, Entry]]


def _recommendation_fields(found: Inspection) -> list[Field]:
    managed = [(c.id, f"{c.id}: {c.title}") for c in found.framework.management]
    managed += [(s.id, f"{s.id}: {s.title}") for s in found.framework.sections if s.rated_by == "evidence"]
    criteria = (*managed, *((c.id, f"{c.id}: {c.title}") for c in found.framework.criteria))
    return [
        Field("number", "number", "Number", True, "From 1; a number that is there already is written anew"),
        Field("text", "note", "Recommendation", True, "What should happen. Name no person"),
        Field("to", "text", "To whom", False, "Such as: the Probation Board"),
        Field("criterion", "choice", "Follows from", False, "", (("", "No single criterion"), *criteria)),
    ]


def _progress_fields(found: Inspection) -> list[Field]:
    asked = earlier_recommendations(found)
    offered = tuple((str(number), f"{number}. {one.text}") for number, one in sorted(asked.items()))
    progress = tuple((code, PROGRESS_WORDS[code]) for code in get_args(code_lists.Progress))
    return [
        Field("recommendation", "choice", "Recommendation of the inspection before", True, "", offered),
        Field("progress", "choice", "Progress", True, "", progress),
        Field("words", "note", "What shows it", True, "Name no person"),
    ]


def _step_fields(_: Inspection) -> list[Field]:
    return [
        Field("number", "number", "Number", True, "From 1; a number that is there already is written anew"),
        Field("text", "note", "What happens next", True, "Name no person"),
        Field("who", "text", "Who does it", True, "A post or a body"),
        Field("by_when", "date", "By when", False, "Empty: no day is set"),
    ]


PARTS: Mapping[str, _Part] = {
    "recommendation": _Part(
        report_entries.RecommendationMade, "Write a recommendation", "number", _recommendation_fields,
        lambda found: found.parts.recommendations,
    ),
    "progress": _Part(
        report_entries.ProgressJudged, "Judge progress on a recommendation", "recommendation", _progress_fields,
        lambda found: found.parts.progress,
    ),
    "step": _Part(
        report_entries.NextStepAgreed, "Write a next step", "number", _step_fields, lambda found: found.parts.next_steps
    ),
}  # fmt: skip


def earlier_recommendations(found: Inspection) -> Mapping[int, report_entries.RecommendationMade]:
    """The recommendations of the inspection that this one follows, by number."""
    follows = found.opened.follows if found.opened else None
    book = current_cases.repository()
    return book.inspection(follows).parts.recommendations if follows in book.inspections else {}


@blueprint.route("/inspections/<inspection>/write/<part>", methods=["GET", "POST"])
@access_control.open_to(*OPENERS)
@access_control.keeps_what_was_typed
def write_part(inspection: str, part: str) -> str | Response:
    """Write a recommendation, the progress on one, or a next step. ``?number=`` shows one that is there, to write anew."""
    if part not in PARTS:
        abort(404, f"A report has no part '{part}'; it has {', '.join(PARTS)}.")
    kind, found = PARTS[part], inspection_to_run(inspection)
    if closed_to(found, kind.entry_type) is not None:
        flash("This inspection is published: its report stays as it is.")
        return redirect(url_for("reporting.show", inspection=inspection))
    fields = kind.fields(found)
    if part == "progress" and not fields[0].options:
        flash("The inspection before has no recommendations on record here, so there is no progress to judge.")
        return redirect(url_for("reporting.show", inspection=inspection))
    if request.method == "GET":
        return form_page(kind.title, fields, _standing(kind, found, request.args.get("number", "")), {}, inspection)
    values, problems = read_form(fields)
    if "recommendation" in values:
        values["recommendation"] = int(values["recommendation"])
    if not isinstance(values.get(kind.number, 1), int):
        problems[kind.number] = "Enter a whole number"
    problems = problems or enter(inspection, kind.entry_type.__name__, values, asked=fields)
    if problems:
        return form_page(kind.title, fields, request.form.to_dict(flat=False), problems, inspection)
    flash(f"{sentence(part)} {values[kind.number]} is written.")
    return redirect(url_for("reporting.show", inspection=inspection, _anchor="parts"))


def _standing(kind: _Part, found: Inspection, number: str) -> dict[str, list[str]]:
    """The values of the form: those that stand under this number, or the next free number."""
    there = kind.standing(found)
    fact = there.get(int(number)) if number.isdecimal() else None
    if fact is None:
        return {"number": [str(max(there, default=0) + 1)]}
    written = ((field.name, getattr(fact, field.name)) for field in kind.fields(found))
    return {
        name: [f"{value:%-d/%-m/%Y}" if hasattr(value, "year") else str(value)]
        for name, value in written
        if value is not None
    }
