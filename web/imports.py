"""Importing entries in the browser: the same importer as the command's, and its report."""

import tempfile
from pathlib import Path

from flask import Blueprint, render_template, request

from web import book, clock, gate
from web.importing import Report, import_lines
from web.lines import read_lines

blueprint = Blueprint("imports", __name__)

SHOWN = 200


@blueprint.get("/imports")
@gate.open_to("information_manager")
def index() -> str:
    return render_template("imports.html", report=None, problems={}, kept=False, shown=SHOWN)


@blueprint.post("/imports")
@gate.open_to("information_manager")
def take() -> str:
    """Check a file, or store its good lines and report the others."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        problems = {"file": "Choose a file of entries, one JSON object a line"}
        return render_template("imports.html", report=None, problems=problems, kept=False, shown=SHOWN)
    keep = request.form.get("step") != "check"
    report, now = Report(), clock.now()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "extract"
        sent.save(path)
        lines = read_lines(path, now, report.rejected, lambda size: None, name=Path(sent.filename).name)
        import_lines(book.casebook().files, lines, report, now=now, actor=gate.account().username, keep=keep)
    report.rejected.sort()
    done = f"{report.stored} stored, {report.already} already there, {len(report.rejected)} rejected"
    if keep:
        gate.log("imported", detail=f"{sent.filename}: {done}")
    return render_template("imports.html", report=report, problems={}, kept=keep, shown=SHOWN)
