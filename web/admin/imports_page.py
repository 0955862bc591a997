"""The import page: the same importer as the command ``import``, and its report."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from flask import Blueprint, render_template, request

from domain.accounts.roles import ADMINISTRATORS
from domain.importing.imported_for import Importer, MayNotImport, imported_for
from domain.importing.importer import ImportReport, import_lines
from domain.importing.ndjson_reader import read_lines
from domain.store.log_reader import LogReader
from domain.store.sources import registered_sources
from web.services import current_cases
from web.site import access_control, body_limits, clock

blueprint = Blueprint("imports", __name__)

SHOWN = 200

NAMES = (".ndjson", ".jsonl", ".json", ".txt")
"""How the name of a file of entries may end."""


@blueprint.get("/imports")
@access_control.open_to(*ADMINISTRATORS)
def index() -> str:
    return _page()


@blueprint.post("/imports")
@access_control.open_to(*ADMINISTRATORS)
@body_limits.takes_files
def take() -> str:
    """Check a file, or store its valid lines and report the others."""
    sent = request.files.get("file")
    name = Path("" if sent is None else sent.filename or "").name
    if sent is None or not name.lower().endswith(NAMES):
        problems = {"file": f"Choose a file of entries, one JSON object a line; its name ends in {', '.join(NAMES)}"}
        return _page(problems=problems)
    keep = request.form.get("step") == "store"
    try:
        given = imported_for(
            current_cases.repository().files, request.form.get("source") or None,
            Importer(account=access_control.account().username), clock.now(), ordinary="ordinary" in request.form,
        )  # fmt: skip
    except MayNotImport as error:
        return _page(problems={"source": f"{str(error)[:1].upper()}{str(error)[1:]}"})
    report, now = ImportReport(), clock.now()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "extract"
        sent.save(path)
        lines = read_lines(path, now, report.rejected, lambda size: None, name=name)
        import_lines(
            current_cases.repository().files, lines, report, now=now, actor=str(given.by), keep=keep, areas=given.areas
        )
    report.rejected.sort()
    done = f"{report.stored} stored, {report.already} already there, {len(report.rejected)} rejected"
    if keep:
        of = f" from {given.by.source}{', taking over' if given.by.taking_over else ''}" if given.by.source else ""
        access_control.log("imported", detail=f"{name}{of}: {done}")
    return _page(report, kept=keep)


def _page(report: ImportReport | None = None, *, kept: bool = False, problems: Mapping[str, str] | None = None) -> str:
    files, who = current_cases.repository().files, access_control.account().username
    every = registered_sources(files)
    mine = [one.name for one in every if one.registered is not None and who in one.registered.accounts]
    return render_template(
        "admin/imports.html", report=report, problems=problems or {}, kept=kept, shown=SHOWN, sources=mine,
        taking_over=[(one.name, taken) for one in every if (taken := one.taking_over(clock.now())) is not None],
        clock_back=LogReader(files.recorder).head().clock_back,
    )  # fmt: skip
