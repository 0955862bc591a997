"""The page on which the sampling frame is taken: the cases from which the sample is drawn."""

from collections.abc import Mapping
from datetime import date
from typing import Any, get_args

from dateutil.relativedelta import relativedelta
from flask import flash, redirect, request, url_for
from msgspec import to_builtins
from werkzeug.wrappers import Response

from domain.accounts.roles import OPENERS
from domain.aggregates.draw_rules import left_out_counts
from domain.aggregates.inspection import Inspection
from domain.entries import code_lists
from domain.entries.inspection_entries import FrameTaken
from domain.policy.frameworks.framework import Framework
from projections.inspections.sample_scores import inspection_moment
from projections.inspections.sampling_frame import Excluded, SamplingFrame, began_between, sampling_frame
from web.inspections.excluded_rows import MOST_ROWS, ROWS, excluded_fields, excluded_typed, row_of, rows_typed
from web.inspections.inspection_form import blueprint, form_page, labelled
from web.presentation.formatting import count_noun, left_out_said, long_date, numeric_date
from web.presentation.score_words import doubt_words
from web.recording.entry_forms import Field
from web.recording.inspection_entry import Problems, enter, inspection_to_run, read_form, redirect_if_closed
from web.services import current_cases, current_inspections, following_read_model
from web.site import access_control


def _window_words(framework: Framework) -> str:
    """The hint at the first day of the window: how far into supervision the framework's cases are, where that is known."""
    window = framework.window
    if window is None:
        return "The first day of the window"
    cases = f"cases {window.least} to {window.most} months into supervision{doubt_words(window.sure)}"
    return f"The first day of the window. {framework.title}: {cases}"


def _frame_fields(found: Inspection, rows: int) -> list[Field]:
    assert found.opened is not None
    places = _places_to_frame(found.opened.area)
    return [
        Field("started_from", "date", "Supervision began from", True,
              _window_words(found.framework)),
        Field("started_to", "date", "to", True, "Its last day"),
        Field("orders", "choices", "Orders and licences", False, "None chosen: all", labelled(get_args(code_lists.OrderType))),
        Field("strata", "choices", "Strata", False, "Each gets its share of the sample",
              labelled(get_args(code_lists.Stratum))),
        Field("division", "choice", "Division", False, "", (("", "All"), *((d, d) for d in places["division"]))),
        Field("team", "choice", "Team", False, "", (("", "All"), *((t, t) for t in places["team"]))),
        Field("every_sentence", "choice", "Every sentence of a person", False,
              "No: a person with several sentences is in the frame once, with the one that began first",
              (("", "No"), ("yes", "Yes"))),
        Field("ended", "choice", "Cases that had ended by the sample date", False, "What is left out is counted",
              (("", "Left out"), ("in", "In the frame"))),
        *([Field("reason", "note", "Why the frame is taken again", True, "Every frame stays, and they are counted")]
          if found.frames else []),
        *excluded_fields(rows),
    ]  # fmt: skip


@blueprint.route("/inspections/<inspection>/frame", methods=["GET", "POST"])
@access_control.open_to(*OPENERS)
@access_control.keeps_what_was_typed
def take_frame(inspection: str) -> str | Response:
    """Take the sampling frame: the cases from which the sample is drawn."""
    found = inspection_to_run(inspection)
    assert found.opened is not None
    if (late := redirect_if_closed(inspection, found, FrameTaken)) is not None:
        return late
    rows = rows_typed(request.form)
    fields, title = _frame_fields(found, rows), "Take the frame"
    more = (("look", "See how many"), ("rows", "Leave out more by hand"))
    if request.method == "GET":
        start = {"strata": ["risk_of_harm"], "division": [""], "team": [""], "every_sentence": [""], "ended": [""]}
        if (window := found.framework.window) is not None:
            begun = {"started_from": window.most, "started_to": window.least}
            on = found.opened.occurred_on
            start |= {name: [numeric_date(on - relativedelta(months=months))] for name, months in begun.items()}
        return form_page(title, fields, start, {}, inspection, more=more)
    typed = request.form.to_dict(flat=False)
    if request.form.get("step") == "rows":
        return form_page(title, _frame_fields(found, min(rows + ROWS, MOST_ROWS)), typed, {}, inspection, more=more)
    values, problems = read_form(fields)
    by_hand, wrong = excluded_typed(request.form)
    values.pop("excluded", None)
    problems |= wrong
    frame = SamplingFrame([], [], [])
    if not problems:
        frame, problems = _frame_asked_for(inspection, found, values, by_hand)
    said = f"{count_noun(len(frame.cases), 'case')}. {left_out_said(left_out_counts(frame.left_out))}".strip()
    if request.form.get("step") == "look" and frame.cases:
        return form_page(title, fields, typed, {}, inspection, more=more, said=f"The frame would hold {said}")
    values.pop("every_sentence", None)
    listed = {
        "cases": to_builtins(frame.cases),
        "left_out": to_builtins(frame.left_out),
        "ended": values.get("ended", "out"),
    }
    problems = problems or enter(inspection, "FrameTaken", {**values, **listed}, asked=fields)
    if problems:
        return form_page(title, fields, typed, problems, inspection, more=more)
    flash(f"The frame is taken: {said}")
    return redirect(url_for("inspecting.take_sample", inspection=inspection))


def _places_to_frame(area: str) -> dict[str, list[str]]:
    """The divisions and teams of the area from which the person signed in may take a frame."""
    held = following_read_model.as_at(current_cases.today()).places
    mine = [place for place in held if place.area == area and access_control.account().may_frame(place)]
    return {"division": sorted({h.division for h in mine}), "team": sorted({h.team for h in mine})}


def _frame_asked_for(
    inspection: str, found: Inspection, values: Mapping[str, Any], by_hand: Mapping[str, Excluded]
) -> tuple[SamplingFrame, Problems]:
    """The frame that the form asks for. A problem where a date cannot be read, or no case or not a case named is found."""
    assert found.opened is not None
    days, none = {}, SamplingFrame([], [], [])
    for name in ("started_from", "started_to"):
        try:
            days[name] = date.fromisoformat(values[name])
        except ValueError:
            return none, {name: "Enter a real date, like 3/10/2005"}
    if days["started_to"] < days["started_from"]:
        return none, {"started_to": "No case began in this window: its last day is before its first"}
    moment = inspection_moment(found.opened)
    selection = following_read_model.as_at(moment)
    within = selection.select(area=found.opened.area) & selection.held_where(access_control.account().may_frame)
    frame = sampling_frame(
        selection, within, days["started_from"], days["started_to"], orders=values.get("orders", ()),
        strata=values.get("strata", ()), every_sentence=bool(values.get("every_sentence")), ended=values.get("ended", "out"),
        by_hand=by_hand, division=values.get("division"), team=values.get("team"),
        people_of=lambda cases: current_cases.repository().people(cases, moment.known_at),
    )  # fmt: skip
    named = {*frame.unknown, *current_inspections.closed(inspection, set(by_hand) - {*frame.unknown})}
    if named:
        words = "is not among the cases of this window and place that are open to you"
        return none, {f"excluded.{row_of(request.form, case)}.case": f"{case} {words}" for case in sorted(named)}
    return frame, {} if frame.cases else {"started_from": _widen(began_between(selection, within))}


def _widen(began: tuple[date, date] | None) -> str:
    """What to do about a window in which no case began. ``began``: the first and last day on which any case of the area did."""
    if began is None:
        return "No case has begun in this area by the sample date"
    first, last = map(long_date, began)
    return f"No case began in this window and place. Widen it: those of the area began from {first} to {last}"
