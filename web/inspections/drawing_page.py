"""The page on which a sample is drawn from the frame: somebody states its size, and the record gives the seed."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from msgspec import to_builtins
from werkzeug.wrappers import Response

from domain.accounts.roles import OPENERS
from domain.aggregates.inspection import Inspection
from domain.aggregates.sampling import MOST_PER_OFFICER, SPARE_PER_CENT, CannotDraw, draw, suggested_size
from domain.entries.inspection_entries import SampleDrawn, SeedSource
from domain.entries.refusals import BusyFile
from domain.store.draw_seeds import make_checkpoint, seed, seed_source
from web.inspections.inspection_form import blueprint, form_page
from web.inspections.sample_pages import closed_in_frame
from web.presentation.formatting import sentence
from web.recording.entry_forms import Field
from web.recording.inspection_entry import Problems, enter, inspection_to_run, read_form, redirect_if_closed
from web.services import current_cases
from web.site import access_control, clock

BOUNDS = {"size": (1, None), "per_officer": (1, 1000), "spare_per_cent": (0, 100)}
"""The least and the most of each number of the form."""

LONGEST_SEED = 200
"""Characters of a seed that is typed."""

TITLE = "Draw the sample"


def _draw_fields(found: Inspection) -> list[Field]:
    assert found.frame is not None
    size = len(found.frame.cases)
    hint = (
        f"The frame holds {size:,}. For a margin of 5 points at 80% confidence a formula suggests {suggested_size(size):,} "
        "(R, recalled: of 1,217 it gives 145, where the inspectorate's own example draws 148)"
    )
    again = [Field("reason", "note", "Why a sample is drawn again", True, "Every draw stays, and they are counted")]
    return [
        Field("size", "number", "Cases in the sample", True, hint),
        Field("per_officer", "number", "At most so many of one officer", False,
              f"HMI Probation's sampler takes {MOST_PER_OFFICER}; empty: no limit"),
        Field("spare_per_cent", "number", "Spare cases, per cent", True, "To take the place of cases that can't be read"),
        *(again if found.draws else []),
        Field("seed", "text", "Seed of a draw to repeat", False,
              "Leave it empty: the record gives the seed. A seed that is typed only repeats a draw, and is marked as typed"),
        Field("method", "choice", "Rule of the draw to repeat", False, "Only with a seed that is typed", (
            ("largest_remainder", "Exact shares, by stratum and team"), ("half_up", "Rounded half up: draws of before"))),
        Field("repeats", "note", "Which draw it repeats, and why", False, "Only with a seed that is typed"),
    ]  # fmt: skip


@blueprint.route("/inspections/<inspection>/sample", methods=["GET", "POST"])
@access_control.open_to(*OPENERS)
@access_control.keeps_what_was_typed
def take_sample(inspection: str) -> str | Response:
    """Draw the sample from the frame."""
    found = inspection_to_run(inspection)
    if (late := redirect_if_closed(inspection, found, SampleDrawn)) is not None:
        return late
    if found.frame is None:
        return redirect(url_for("inspecting.take_frame", inspection=inspection))
    fields, said = _draw_fields(found), _waiting(seed_source(current_cases.repository().files, inspection))
    if request.method == "GET":
        most = str(min(60, len(found.frame.cases)))
        return form_page(
            TITLE, fields, {"size": [most], "spare_per_cent": [str(SPARE_PER_CENT)]}, {}, inspection, said=said
        )
    values, problems = _draw_typed(fields)
    problems = problems or _draw(inspection, found, values)
    if problems:
        return form_page(TITLE, fields, request.form.to_dict(flat=False), problems, inspection, said=said)
    flash("The sample is drawn. Name who reads it next.")
    return redirect(url_for("inspecting.work", inspection=inspection))


def _waiting(source: SeedSource | None) -> str:
    """What the seed is made from, and what is still missing for it."""
    if source is None:
        return (
            "Nobody types the seed: it is made from the frame and from what the record stores next. Nothing has been stored since. "
            "When you draw, a checkpoint of the record is made first, and the seed comes from that."
        )
    return "Nobody types the seed: it is made from the frame and from what the record stored next after it."


def _draw_typed(fields: Sequence[Field]) -> tuple[dict[str, Any], Problems]:
    """The values of the form, and the problems in them."""
    values, problems = read_form(fields)
    for name, (least, most) in BOUNDS.items():
        value = values.get(name, least)
        if (
            isinstance(value, bool)
            or not isinstance(value, int)
            or value < least
            or (most is not None and value > most)
        ):
            bounds = f" from {least} to {most:,}" if most else f", {least} or more"
            problems.setdefault(name, f"Enter a whole number{bounds}")
    typed = values.get("seed", "")
    if len(typed) > LONGEST_SEED:
        problems["seed"] = f"A seed has at most {LONGEST_SEED} characters; this one has {len(typed):,}"
    if typed and not values.get("repeats"):
        problems["repeats"] = "Say which draw the seed repeats, and why: a new draw has its seed from the record"
    if not typed and (values.pop("method", None) or values.get("repeats")):
        problems["seed"] = "Enter the seed of the draw to repeat, or leave all three empty"
    return values, problems


def _draw(inspection: str, found: Inspection, values: Mapping[str, Any]) -> Problems:
    """Draw the sample and record it. Returns why it cannot be drawn or recorded.

    The words name officers and count their cases, so they are left out where a case of the frame is closed to the reader.
    """
    assert found.frame is not None
    try:
        seeded = {"method": "largest_remainder", **values, **({} if "seed" in values else _seed_of_record(inspection))}
        drawn = draw(
            found.frame.cases, values["size"], seeded["seed"], per_officer=values.get("per_officer"),
            spare_per_cent=values["spare_per_cent"], method=seeded["method"],
        )  # fmt: skip
    except BusyFile as error:
        return {"entry": f"{error}. Send it again"}
    except CannotDraw as error:
        if values["size"] <= len(found.frame.cases) and closed_in_frame(inspection, found):
            return {"size": "No such sample can be drawn: ask for fewer cases, or for more of one officer"}
        return {"size": sentence(str(error))}
    return enter(
        inspection, "SampleDrawn", {**seeded, "cases": drawn.cases, "spares": drawn.spares}, asked=_draw_fields(found)
    )


def _seed_of_record(inspection: str) -> dict[str, Any]:
    """The seed that the record gives, and what it was made from; where nothing follows the frame, a checkpoint is made first."""
    files = current_cases.repository().files
    source = seed_source(files, inspection)
    if source is None:
        make_checkpoint(
            files, at=clock.recording_time(), actor=access_control.stored_by_account(access_control.account().username)
        )
        source = seed_source(files, inspection)
    assert source is not None, "the record has stored an entry after the frame"
    return {"seed": seed(source), "seed_from": to_builtins(source)}
