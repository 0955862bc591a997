"""Importing the tables of an extract by a mapping: the same functions as the command ``import FOLDER --mapping``."""

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from domain.accounts.roles import ADMINISTRATORS
from domain.importing.extracts.extract import Extract
from domain.importing.extracts.extract_parcel import LARGEST, MAPPING, NotAParcel, check_name, pack, unpack
from domain.importing.imported_for import Importer, MayNotImport, imported_for, sources_of
from domain.importing.importer import ImportReport
from domain.importing.shipped_mappings import shipped_mappings
from domain.policy.cited_documents import PolicyError
from domain.store.sources import registered_sources
from domain.working.kept_files import CHECKED, REJECTED
from web.presentation.formatting import sentence
from web.services import current_cases
from web.site import access_control, body_limits, clock

blueprint = Blueprint("extracts", __name__)

SHOWN = 50


@blueprint.get("/imports/extract")
@access_control.open_to(*ADMINISTRATORS)
def index() -> str:
    return _page()


@blueprint.post("/imports/extract")
@access_control.open_to(*ADMINISTRATORS)
@body_limits.takes_files
def take() -> str:
    """Check an extract, or store it. One that was checked need not be chosen again."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        try:
            _receive(folder)
            return _page(**_imported(folder, store=request.form.get("step") == "store"))
        except NotAParcel as error:
            return _page(problems={"tables": f"{error}."})
        except NoMapping as error:
            return _page(problems={"mapping": f"{error}."})
        except MayNotImport as error:
            return _page(problems={"mapping": sentence(str(error))})
        except PolicyError as error:
            return _page(faults=str(error).replace(f"{folder}/", "").splitlines())


def _receive(folder: Path) -> None:
    """Put the files sent, or those that were checked before, into a folder."""
    if kept := request.form.get("kept", ""):
        found = access_control.register().kept_files.read(access_control.account().username, kept, clock.now())
        if found is None or found[0].kind != CHECKED:
            raise NotAParcel("The tables that you checked are not kept any more. Choose them again")
        unpack(found[1], folder)
        return
    sent = [file for file in request.files.getlist("tables") if file.filename]
    if not sent:
        raise NotAParcel("Choose the tables of the extract: CSV files, or one ZIP of them")
    for file in sent:
        name = str(file.filename)
        if name.lower().endswith(".zip") and len(sent) == 1:
            unpack(file.read(), folder)
        else:
            check_name(name, folder)
            file.save(folder / name)
    mapping, shipped = request.files.get("mapping"), request.form.get("shipped", "")
    if mapping is not None and mapping.filename:
        mapping.save(folder / MAPPING)
    elif shipped:
        (folder / MAPPING).write_bytes(_shipped(shipped).read_bytes())
    if not (folder / MAPPING).exists():
        raise NoMapping("Choose the mapping: upload a YAML file, or select one that ships with the program")


class NoMapping(ValueError):
    """There is no mapping, or it is not of the source that was chosen."""


def _shipped(name: str) -> Path:
    """The file of a mapping that ships with the program; 404: there is none of this name."""
    found = shipped_mappings().get(name)
    if found is None:
        abort(404, f"No mapping called {name} ships with the program; there are {', '.join(shipped_mappings())}.")
    return found


def _imported(folder: Path, *, store: bool) -> dict[str, Any]:
    files, report, now = current_cases.repository().files, ImportReport(), clock.now()
    extract = Extract.open(folder, folder / MAPPING, now, part="part" in request.form)
    known = {file.path.name for file in extract.files.values()}
    if unknown := sorted({path.name for path in folder.glob("*") if path.name != MAPPING} - known):
        raise NotAParcel(f"The mapping knows no table in {', '.join(unknown)}. Leave it out, or say it in the mapping")
    named, who = extract.mapping.source, access_control.account().username
    if (chosen := request.form.get("source", "")) and chosen != named:
        raise NoMapping(f"The mapping says that these tables come from {named}, not from {chosen}")
    given = imported_for(
        files, named, Importer(account=who), now, ordinary="ordinary" in request.form, from_mapping=True
    )  # fmt: skip
    extract.take(files, report, lambda size: None, now=now, actor=str(given.by), keep=store, areas=given.areas)
    held = access_control.register().kept_files
    if store:
        done = f"{report.stored} stored, {report.already} already there, {len(report.rejected)} rejected"
        access_control.log("imported", detail=f"extract of {named}: {done}")
        held.drop(who, request.form.get("kept", ""))
    rejects = extract.write_rejected(report, folder / "rejected")
    bad = pack([*sorted((folder / "rejected").glob("*.csv")), folder / MAPPING]) if rejects else b""
    counts, wrong = extract.counts, Counter(one.file for one in report.rejected)
    tables = [
        (file.path.name, sum(1 for _ in file.rows()), counts.passed[name] + counts.void[name], wrong[file.path.name])
        for name, file in extract.files.items()
    ]
    return {
        "report": report, "tables": tables, "stored": store, "source": named, "unregistered": given.unregistered,
        "held": "" if store else held.keep(who, CHECKED, f"{named}.zip", pack(p for p in folder.iterdir() if p.is_file()), now),
        "rejects": held.keep(who, REJECTED, f"rejected-{named}.zip", bad, now) if bad else "",
        "gone": list(zip(range(SHOWN), extract.differences(), strict=False)),
    }  # fmt: skip


@blueprint.get("/imports/extract/rejected/<kept>")
@access_control.open_to(*ADMINISTRATORS)
def rejected(kept: str) -> Response:
    """The rejected rows of an extract of one's own, with its mapping: a ZIP to be corrected and imported again."""
    found = access_control.register().kept_files.read(access_control.account().username, kept, clock.now())
    if found is None or found[0].kind != REJECTED or not found[0].name.endswith(".zip"):
        abort(404, "These rejected rows are not kept, or not any more: they are kept for seven days.")
    access_control.log("downloaded", detail=found[0].name)
    answer = Response(found[1], content_type="application/zip")
    answer.headers["Content-Disposition"] = "attachment; filename=rejected.zip"
    return answer


@blueprint.get("/imports/mappings/<mapping>")
@access_control.open_to(*ADMINISTRATORS)
def shipped(mapping: str) -> Response:
    """A mapping that ships with the program, to put one's own tables, columns and codes in the place of its own."""
    answer = Response(_shipped(mapping).read_bytes(), content_type="application/yaml; charset=utf-8")
    answer.headers["Content-Disposition"] = f"attachment; filename={mapping}.yaml"
    return answer


def _page(**shown: Any) -> str:
    mine = sources_of(registered_sources(current_cases.repository().files), access_control.account().username)
    return render_template(
        "admin/extract.html", shown=SHOWN, typed=request.form, shipped=[*shipped_mappings()], sources=mine,
        most=body_limits.FILE_BYTES // 2**20, most_unpacked=LARGEST // 2**20, **{"problems": {}, **shown},
    )  # fmt: skip
