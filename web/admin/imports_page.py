"""The import page: the same importer as the command ``import``, and its report."""

import tempfile
from pathlib import Path

from flask import Blueprint, render_template, request

from domain.accounts.roles import ADMINISTRATORS
from domain.importing.importer import ImportReport, import_lines
from domain.importing.ndjson_reader import read_lines
from web.services import current_cases
from web.site import access_control, body_limits, clock

blueprint = Blueprint("imports", __name__)

SHOWN = 200

NAMES = (".ndjson", ".jsonl", ".json", ".txt")
"""How the name of a file of entries may end."""


@blueprint.get("/imports")
@access_control.open_to(*ADMINISTRATORS)
def index() -> str:
    return render_template("admin/imports.html", report=None, problems={}, kept=False, shown=SHOWN)


@blueprint.post("/imports")
@access_control.open_to(*ADMINISTRATORS)
@body_limits.takes_files
def take() -> str:
    """Check a file, or store its valid lines and report the others."""
    sent = request.files.get("file")
    name = Path("" if sent is None else sent.filename or "").name
    if sent is None or not name.lower().endswith(NAMES):
        problems = {"file": f"Choose a file of entries, one JSON object a line; its name ends in {', '.join(NAMES)}"}
        return render_template("admin/imports.html", report=None, problems=problems, kept=False, shown=SHOWN)
    keep = request.form.get("step") == "store"
    report, now = ImportReport(), clock.now()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "extract"
        sent.save(path)
        lines = read_lines(path, now, report.rejected, lambda size: None, name=name)
        import_lines(
            current_cases.repository().files, lines, report, now=now, actor=access_control.account().username, keep=keep
        )
    report.rejected.sort()
    done = f"{report.stored} stored, {report.already} already there, {len(report.rejected)} rejected"
    if keep:
        access_control.log("imported", detail=f"{name}: {done}")
    return render_template("admin/imports.html", report=report, problems={}, kept=keep, shown=SHOWN)
