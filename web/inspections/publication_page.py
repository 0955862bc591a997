"""Publishing an inspection's sheet, and its files as they were published."""

from collections.abc import Sequence
from typing import NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from domain.accounts.roles import OPENERS, READERS
from domain.aggregates.inspection import Inspection
from domain.aggregates.process_rules import before_publication
from domain.entries.inspection_entries import InspectionPublished
from domain.entries.refusals import BusyFile, Refused
from domain.store.files_by_digest import DamagedFile, PublishedFiles
from projections.inspections.sample_scores import score_before
from web.inspections import publication
from web.inspections.publication import FORMS, NAMING_CASES, NEEDED, NotMade, form_of, published_file
from web.presentation.formatting import count_noun, long_date
from web.recording.inspection_entry import inspection_to_run, token, unfinished
from web.recording.problem_words import in_plain_words, refusal_words
from web.services import current_cases, current_inspections
from web.site import access_control, clock

blueprint = Blueprint("publishing", __name__)


@blueprint.route("/inspections/<inspection>/publish", methods=["GET", "POST"])
@access_control.open_to(*OPENERS)
def publish(inspection: str) -> ResponseReturnValue:
    """Publish: record the figures as printed, and keep the files of the report. Shows first what is still open."""
    found = inspection_to_run(inspection)
    if found.frozen is None:
        flash("Freeze the inspection before it is published.")
        return redirect(url_for("inspecting.work", inspection=inspection))
    if found.published is not None:
        flash(f"This inspection was published on {long_date(found.published.occurred_on)}.")
        return redirect(url_for("reporting.show", inspection=inspection))
    if request.method == "GET":
        return _final(inspection, found)
    try:
        published = _publish(inspection)
    except NotMade as error:
        return _final(inspection, found, not_made=error), 503
    except (Refused, BusyFile) as error:
        flash(refusal_words(error))
        return redirect(url_for("inspecting.work", inspection=inspection))
    if published is not None:
        access_control.log("recorded", detail=f"{inspection}: InspectionPublished {published.entry}")
    flash("The sheet is published.")
    return redirect(url_for("reporting.show", inspection=inspection))


def _publish(inspection: str) -> InspectionPublished | None:
    """Publish, with the inspection before beside it where that is open to every reader too."""
    book, who, now = current_cases.repository(), access_control.account(), clock.recording_time()
    follows = book.inspections[inspection].follows or ""
    open_too = follows in current_inspections.inspections() and book.inspection(follows).published is not None
    return publication.publish(
        book, inspection, score_before(book, inspection) if open_too else None, entry=token(), at=now, by=who.username,
        actor=who.username, now=now, leaving_out=request.form.getlist("without"),
    )  # fmt: skip


def _final(inspection: str, found: Inspection, not_made: NotMade | None = None) -> str:
    """The page before publishing. ``not_made``: the file of the report for which it was refused."""
    return render_template(
        "inspections/final.html", inspection=inspection, opened=found.opened, title="Publish the sheet",
        still=unfinished(found) + _moved_nothing(found), not_made=not_made,
        can_do_without=not_made is not None and not_made.form not in NEEDED,
        in_the_way=[in_plain_words(reason) for reason in before_publication(found, clock.today())],
        words="The figures are put on record as printed, with how far the record went, and the report is kept as files "
        "(JSON, PDF, and the answers as CSV and OpenDocument) that anybody can have as they were published. Nothing of the "
        "inspection changes after that; another one may follow it. It cannot be undone. The figures of the whole sample "
        "become open to all readers exactly as they are, however few cases they count, also to those to whom a case in it is "
        "closed.",
    )  # fmt: skip


def _moved_nothing(found: Inspection) -> list[str]:
    many = count_noun(len(found.process.moved_nothing), "comment")
    return (
        [f"{many} accepted to move a figure, by which no reading was opened again"]
        if found.process.moved_nothing
        else []
    )


@blueprint.get("/inspections/<inspection>/published/<form>")
@access_control.open_to(*READERS)
def published(inspection: str, form: str) -> Response:
    """A file of the report as it was published, byte for byte."""
    current_inspections.inspection(inspection)
    book = current_cases.repository()
    out = book.inspection(inspection).published
    try:
        found = published_file(book, out, form) if out is not None else None
    except DamagedFile as error:
        abort(404, f"What is kept is not what was published: {error}. Tell whoever runs the service.")
    if found is None:
        abort(404, "No file of this form was kept when the sheet was published, or it is not published.")
    if (why := _withheld(inspection, form)) is not None:
        abort(403, why)
    file, content = found
    if content is None:
        abort(404, NOT_KEPT)
    cases = book.inspection(inspection).sample if form in NAMING_CASES else ()
    access_control.log("downloaded", *cases, detail=f"{file} as published")
    return attached(content, FORMS[form][1], file)


NOT_KEPT = (
    "The published files are kept in the record in which the sheet was published; this record has its entries alone. "
    "`caseaudit verify FILE` tells a published file by its digest here too."
)


def _withheld(inspection: str, form: str) -> str | None:
    """Why a published file is not for the person signed in, in words; None where it is."""
    follows = current_cases.repository().inspections[inspection].follows
    if follows in current_cases.repository().inspections and follows not in current_inspections.inspections():
        return "This file sets figures of an earlier inspection beside, which is not open to you."
    if form in NAMING_CASES:
        if current_cases.repository().inspection(inspection).unusable is not None:
            return "It cannot be told whether every case in this file is open to you: the policy of the inspection cannot be used."
        readings = current_inspections.scored(inspection).readings
        if len(current_inspections.shown(inspection, readings)) < len(readings):
            return (
                "This file holds cases that are not open to you. As the record gives it today, it holds those that are."
            )
    return None


class ShownFile(NamedTuple):
    """A published file: its form, and why it is not for the person signed in, or not in this record."""

    form: str
    withheld: str | None


def published_files(inspection: str, out: InspectionPublished | None) -> Sequence[ShownFile]:
    """The files that were kept when the sheet was published."""
    if out is None or not out.published_files:
        return []
    kept = PublishedFiles(current_cases.repository().files.recorder).kept([one.sha256 for one in out.published_files])
    return [
        ShownFile(form, _withheld(inspection, form) if one.sha256 in kept else NOT_KEPT)
        for one in out.published_files
        if (form := form_of(one.name))
    ]


def attached(content: bytes, kind: str, file: str) -> Response:
    """A file as an answer to keep."""
    answer = Response(content, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    return answer
