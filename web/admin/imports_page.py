"""The import page: the same importer as the command ``import``, and its report."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from domain.accounts.roles import ADMINISTRATORS
from domain.importing.imported_for import ImportedFor, Importer, MayNotImport, imported_for, sources_of
from domain.importing.importer import ImportReport, import_lines
from domain.importing.ndjson_reader import read_lines
from domain.store.log_reader import LogReader
from domain.store.sources import registered_sources
from domain.working.kept_files import CHECKED, REJECTED
from web.presentation.formatting import sentence
from web.services import current_cases
from web.site import access_control, body_limits, clock

blueprint = Blueprint("imports", __name__)

SHOWN = 200

NOT_KEPT = (
    "These rejected lines are not kept, or not any more: they are kept for seven days for whoever imported the file."
)

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
    """Check a file, or store its valid lines and report the others. A file that was checked need not be chosen again."""
    name, content, kept = _given()
    if not name.lower().endswith(NAMES):
        endings = f"{', '.join(NAMES[:-1])} or {NAMES[-1]}"
        problems = {"file": f"Choose a file of entries, one JSON object a line; its name ends in {endings}."}
        if request.form.get("kept"):
            problems = {"file": "The file that you checked is not kept any more. Choose it again."}
        return _page(problems=problems)
    store = request.form.get("step") == "store"
    try:
        given = imported_for(
            current_cases.repository().files, request.form.get("source") or None,
            Importer(account=access_control.account().username), clock.now(), ordinary="ordinary" in request.form,
        )  # fmt: skip
    except MayNotImport as error:
        return _page(problems={"source": sentence(str(error))})
    report = _imported(name, content, given, store=store)
    held, who = access_control.register().kept_files, access_control.account().username
    if store:
        done = f"{report.stored} stored, {report.already} already there, {len(report.rejected)} rejected"
        of = f" from {given.by.source}{', taking over' if given.by.taking_over else ''}" if given.by.source else ""
        access_control.log("imported", detail=f"{name}{of}: {done}")
        held.drop(who, kept)
        bad = rejected_lines(content, report)
        kept = held.keep(who, REJECTED, f"rejected-{name}", bad, clock.now()) if bad else ""
    else:
        kept = kept or held.keep(who, CHECKED, name, content, clock.now())
    return _page(report, kept=store, held=kept, name=name)


def _given() -> tuple[str, bytes, str]:
    """Name and content of the file sent, or of the one checked before with its id; an empty name where there is neither."""
    sent, id_ = request.files.get("file"), request.form.get("kept", "")
    if sent is not None and sent.filename:
        return Path(sent.filename).name, sent.read(), ""
    found = (
        access_control.register().kept_files.read(access_control.account().username, id_, clock.now()) if id_ else None
    )
    return ("", b"", "") if found is None else (found[0].name, found[1], id_)


def _imported(name: str, content: bytes, given: ImportedFor, *, store: bool) -> ImportReport:
    report, now = ImportReport(), clock.now()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "extract"
        path.write_bytes(content)
        lines = read_lines(path, now, report.rejected, lambda size: None, name=name)
        import_lines(
            current_cases.repository().files, lines, report, now=now, actor=str(given.by), keep=store, check=given.areas
        )
    report.rejected.sort()
    return report


def rejected_lines(content: bytes, report: ImportReport) -> bytes:
    """The lines of a file that were rejected, as they were given."""
    lines, numbers = content.split(b"\n"), sorted({one.line for one in report.rejected})
    return b"".join(lines[number - 1].rstrip(b"\r") + b"\n" for number in numbers if 0 < number <= len(lines))


@blueprint.get("/imports/rejected/<kept>")
@access_control.open_to(*ADMINISTRATORS)
def rejected(kept: str) -> Response:
    """The rejected lines of an import of one's own, to be corrected and imported again."""
    found = access_control.register().kept_files.read(access_control.account().username, kept, clock.now())
    if (
        found is None or found[0].kind != REJECTED or found[0].name.endswith(".zip")
    ):  # rows of an extract have a page too
        abort(404, NOT_KEPT)
    access_control.log("downloaded", detail=found[0].name)
    answer = Response(found[1], content_type="application/x-ndjson; charset=utf-8")
    answer.headers["Content-Disposition"] = "attachment; filename=rejected.ndjson"
    return answer


def _page(
    report: ImportReport | None = None, *, kept: bool = False, problems: Mapping[str, str] | None = None, held: str = "",
    name: str = "",
) -> str:  # fmt: skip
    """``kept``: the entries were stored. ``held``: the id of the file checked, or of the rejected lines; empty: none is kept."""
    files, who = current_cases.repository().files, access_control.account().username
    every = registered_sources(files)
    return render_template(
        "admin/imports.html", report=report, problems=problems or {}, kept=kept, shown=SHOWN, held=held, name=name,
        typed=request.form, sources=sources_of(every, who), most=body_limits.FILE_BYTES // 2**20,
        taking_over=[(one.name, taken) for one in every if (taken := one.taking_over(clock.now())) is not None],
        clock_back=LogReader(files.recorder).head().clock_back,
    )  # fmt: skip
