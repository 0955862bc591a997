"""Attaching a file to a reading: it is the reader's alone until the other may see it, and sealed with the person's texts."""

import secrets
from pathlib import PurePath

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from domain.accounts.roles import OPENERS
from domain.aggregates.attached_files import ENDINGS, kind_of
from domain.aggregates.inspection import Task
from domain.entries import refusals
from domain.entries.case_entries import MOST_ATTACHED, EvidenceAttached
from domain.entries.schemas import ShapeError, load_entry
from domain.store.attaching import NOT_YET, attach
from domain.store.sealer import KeysMissing
from web.inspections.reading_answers import too_late
from web.inspections.reading_pages import blueprint, own_reading
from web.presentation.formatting import sentence
from web.recording.inspection_entry import Problems, inspection_to_read
from web.recording.problem_words import in_plain_words
from web.services import current_cases, file_scan
from web.site import access_control, body_limits, clock


@blueprint.route("/inspections/<inspection>/read/<crn>/<int:number>/attach", methods=["GET", "POST"])
@access_control.open_to(*OPENERS)
@body_limits.takes_files
def attach_evidence(inspection: str, crn: str, number: int) -> str | Response:
    """Attach a file to this reading."""
    found, task = inspection_to_read(inspection), own_reading(inspection, crn, number)
    back = url_for("assessing.read", inspection=inspection, crn=crn, number=number, second="yes" if task[1] else None)
    if (late := too_late(found, task)) is not None:
        flash(in_plain_words(late.reason))
        return redirect(back)
    problems: Problems = {}
    if request.method == "POST":
        problems = _take(inspection, task)
        if not problems:
            flash("The file is attached.")
            return redirect(back)
    access_control.shown(task[0])
    return render_template(
        "inspections/attach_evidence.html", title=f"Attach a file: {task[0]}", inspection=inspection, back=back,
        problems=problems, endings=ENDINGS, most=MOST_ATTACHED // 1_000_000, scans=file_scan.is_set(),
    )  # fmt: skip


def _take(inspection: str, task: Task) -> Problems:
    """Check, scan and keep the file that was sent. Returns why it was not taken."""
    sent, who, now = request.files.get("file"), access_control.account(), clock.recording_time()
    if sent is None or not sent.filename:
        return {"file": f"Choose a file; its name ends in one of {ENDINGS}"}
    name, content = PurePath(sent.filename.replace("\\", "/")).name, sent.read(MOST_ATTACHED + 1)
    try:
        kind = kind_of(name, content)
        fact = load_entry("EvidenceAttached", {
            "entry": f"attached-{secrets.token_hex(6)}", "occurred_on": clock.today().isoformat(),
            "recorded_at": now.isoformat(), "recorded_by": who.username, "inspection": inspection, "name": name, "kind": kind,
            "size": len(content), "sha256": NOT_YET, "record": "this", "by": who.name, "by_id": who.username,
            "scanned": file_scan.scanned(content), **({"second": True} if task[1] else {}),
        })  # fmt: skip
        assert isinstance(fact, EvidenceAttached)
        attach(
            current_cases.repository().files, task[0], fact, content,
            actor=access_control.stored_by_account(who.username), now=now,
        )  # fmt: skip
    except ShapeError as error:
        return {"file": sentence(error.problems[0][1])}
    except refusals.Refused as error:
        return {"file": sentence(error.reason)}
    except (refusals.BusyFile, KeysMissing) as error:
        return {"file": sentence(str(error))}
    access_control.log("recorded", task[0], detail=f"{inspection}: EvidenceAttached {fact.entry}")
    return {}
