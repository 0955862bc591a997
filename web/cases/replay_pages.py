"""The replay of one case step by step, and the comparison of its file then and now."""

from collections.abc import Sequence
from typing import cast

from flask import Blueprint, abort, redirect, render_template, request, url_for
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from domain.accounts.roles import READERS
from projections.cases.case_reading import Reading
from projections.cases.hindsight import then_and_now
from projections.cases.replay import By, Replay, ReplayStep, StepLabel
from projections.cases.supervision_chart import SupervisionChart, supervision_chart
from projections.history.history import end_of_day
from web.cases.chart_shapes import PlacedChart, chart
from web.presentation.formatting import long_date
from web.services import current_cases
from web.site import access_control

blueprint = Blueprint("replay", __name__)


class StepSchema(Schema):
    """The query: whether a step is an entry or a day, and which step to show; the first one by default."""

    class Meta:
        unknown = EXCLUDE

    by = fields.String(
        load_default="entry",
        validate=validate.OneOf(("entry", "day"), error="Step through the file by entry or by day."),
    )
    step = fields.Integer(
        load_default=1,
        validate=validate.Range(min=1, error="The step must be a whole number from 1."),
        error_messages={"invalid": "The step must be a whole number from 1."},
    )


@blueprint.get("/cases/<crn>/<int:number>/replay")
@access_control.open_to(*READERS)
def show(crn: str, number: int) -> str:
    """One step: what was added, what it changed, and the score before and after.

    A reader who held the case on that day and holds it no longer sees the file as it was known on that day.
    """
    reference = f"{crn}/{number}"
    try:
        asked = StepSchema().load({k: v for k, v in request.args.items() if v})
    except ValidationError as error:
        raise BadRequest(next(iter(error.messages_dict.values()))[0]) from None
    reading, replay = opened_replay(reference)
    by = cast(By, asked["by"])
    labels = replay.labels(by)
    step = replay.step(by, min(asked["step"], len(labels)))
    return render_template(
        "cases/replay.html",
        reference=reference,
        name=reading.name,
        step=step,
        labels=labels,
        by=by,
        chart=_strip(step, labels),
    )


def opened_replay(reference: str) -> tuple[Reading, Replay]:
    """A case at the moment, and its replay as far as its reader may see it. 404 where it is not open, or nothing was recorded."""
    reading = current_cases.case(reference)
    known_at = None if current_cases.is_theirs(reference) else end_of_day(reading.moment.on)
    replay = Replay(current_cases.shown_person(reference), current_cases.framework(), known_at)
    if not replay.entries:
        abort(404, f"Nothing was recorded on {reference} by {long_date(reading.moment.on)}.")
    return reading, replay


def _strip(step: ReplayStep, labels: Sequence[StepLabel]) -> PlacedChart | None:
    """The strip chart of a step, on the days of the whole replay; None where supervision had not begun."""
    found = step_chart(step, labels)
    return None if found is None else chart(found)


def step_chart(step: ReplayStep, labels: Sequence[StepLabel]) -> SupervisionChart | None:
    """The supervision as known at a step, on the days of the whole replay; None where it had not begun."""
    if not step.after.has_begun:
        return None
    return supervision_chart(step.after, until=max(label.on for label in labels))


@blueprint.get("/cases/<crn>/<int:number>/then-and-now")
@access_control.open_to(*READERS)
def compare(crn: str, number: int) -> str | Response:
    """The file as it stood on the sample date, beside hindsight, and the entries that make the difference."""
    reference = f"{crn}/{number}"
    reading = current_cases.case(reference)
    if not reading.has_begun:
        return redirect(url_for("cases.show", crn=crn, number=number))
    found = then_and_now(current_cases.shown_person(reference), reading.moment.on, current_cases.framework())
    return render_template(
        "cases/then_and_now.html",
        reference=reference,
        name=reading.name,
        found=found,
    )
