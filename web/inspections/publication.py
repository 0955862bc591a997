"""Publishing an inspection: its figures are put on record, and the files of its report are kept as they were published.

In this order: what the freeze left open is fixed; every file is made; all are kept; the entry that names them is stored. Where
any of it fails nothing is published, and it can be done again: files that no entry names are of no publication.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from msgspec import structs

from domain.calendar.london_time import day_of
from domain.entries.inspection_entries import InspectionPublished, PublishedFile
from domain.entries.refusals import BusyFile
from domain.entries.schemas import load_entry
from domain.store.files_by_digest import PublishedFiles
from domain.store.freeze_fixing import fix_freeze
from domain.store.writing import FileMoved, record_at
from projections.cases.case_repository import CaseRepository
from projections.inspections.published_figures import published_fields
from projections.inspections.sample_scores import ScoredSample, score_inspection
from web.inspections.answers_table import answers_table
from web.inspections.printed_report import as_odt, as_pdf
from web.inspections.report_data import InspectionReport, report_of
from web.inspections.report_document import report_document
from web.presentation.odt_writer import MIME as ODT
from web.presentation.table_files import FORMATS, as_bytes

ATTEMPTS = 4


class NotMade(RuntimeError):
    """A file of the report could not be made. ``form``: which one. The message says why."""

    def __init__(self, form: str, error: Exception):
        super().__init__(f"{type(error).__name__}: {error}")
        self.form = form


def as_json(made: InspectionReport) -> bytes:
    """The report's JSON as a file."""
    return json.dumps(report_document(made), ensure_ascii=False, indent=1).encode()


def _answers(form: str) -> Callable[[InspectionReport], bytes]:
    return lambda made: as_bytes(answers_table(made, made.scored.readings), form)


FORMS: Mapping[str, tuple[str, str, Callable[[InspectionReport], bytes]]] = {
    "json": (".json", "application/json", as_json),
    "pdf": (".pdf", "application/pdf", as_pdf),
    "odt": (".odt", ODT, as_odt),
    "csv": ("-answers.csv", FORMATS["csv"][0], _answers("csv")),
    "ods": ("-answers.ods", FORMATS["ods"][0], _answers("ods")),
}
"""The files of a publication: how each name ends, what it is, and how it is made."""

NAMING_CASES = ("csv", "ods")
"""The files with the references of cases: only for who may open all of these."""

NEEDED = ("json", "csv")
"""The files without which nothing is published: by them the others are proved."""


def publish(
    book: CaseRepository,
    name: str,
    before: ScoredSample | None,
    *,
    entry: str,
    at: datetime,
    by: str,
    actor: str,
    now: datetime,
    leaving_out: Collection[str] = (),
) -> InspectionPublished | None:
    """Publish a frozen inspection; None where it has been published meanwhile.

    ``before``: the inspection that it follows, as far as all readers may see it. ``at``: when it is published, which is dated so.
    ``leaving_out``: the files to do without; never one of ``NEEDED``. Raises ``NotMade``, ``Refused``, ``BusyFile``.
    """
    fix_freeze(book.files, name, fixed_by="publication", now=now, actor=actor)
    for _ in range(ATTEMPTS):
        version = book.file(name).version
        if book.inspection(name).published is not None:
            return None
        said = {"entry": entry, "occurred_on": day_of(at).isoformat(), "recorded_at": at.isoformat(), "recorded_by": by}
        fact = load_entry("InspectionPublished", {**said, **published_fields(book, name)})
        assert isinstance(fact, InspectionPublished)
        fact = structs.replace(fact, published_files=_kept(book, name, fact, before, leaving_out))
        try:
            record_at(book.files, name, fact, version, actor=actor, now=now)
            return fact
        except FileMoved:
            continue  # somebody wrote to the inspection meanwhile: a finding, which belongs into the files
    raise BusyFile(f"{name}: others kept writing to this inspection; nothing was published, try again")


def _kept(
    book: CaseRepository,
    name: str,
    fact: InspectionPublished,
    before: ScoredSample | None,
    leaving_out: Collection[str],
) -> list[PublishedFile]:
    """Make the files of the report as it will be once this entry is stored, and keep them."""
    found = replace(book.inspection(name), published=fact)
    made = report_of(book, name, found, score_inspection(book, name), before)
    contents: dict[str, bytes] = {}
    for form, (ending, _, make) in FORMS.items():
        if form in leaving_out and form not in NEEDED:
            continue
        try:
            contents[name + ending] = make(made)
        except Exception as error:
            raise NotMade(form, error) from error
    digests = PublishedFiles(book.files.recorder).keep(list(contents.values()))
    return [PublishedFile(name=file, sha256=digest) for file, digest in zip(contents, digests, strict=True)]


def form_of(file: str) -> str:
    """Which of the files of a publication this is, by its name."""
    return next((form for form, (ending, _, _) in FORMS.items() if file.endswith(ending)), "")


def published_file(book: CaseRepository, published: InspectionPublished, form: str) -> tuple[str, bytes | None] | None:
    """The name of a published file and its bytes, None where they are not in this record; None: no such file.

    ``DamagedFile`` where what is kept is not what was published.
    """
    found: Any = next((one for one in published.published_files if form_of(one.name) == form), None)
    return None if found is None else (found.name, PublishedFiles(book.files.recorder).content(found.sha256))
