"""Whether a file is a published report, byte for byte, and whether the record gives every field of it today."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from domain.store.files_by_digest import digest_of
from projections.cases.case_repository import CaseRepository
from projections.inspections.sample_scores import score_before, score_inspection
from web.inspections.answers_proof import check_answers
from web.inspections.report_data import InspectionReport, report_of
from web.inspections.report_document import BEFORE, FORMAT, OLDER, report_document
from web.inspections.report_fields import check_place, differences, shown

BINARY = {b"%PDF": "a PDF", b"PK\x03\x04": "an OpenDocument file"}
"""How the files begin of which the bytes alone are compared."""


class NotAReport(ValueError):
    """A file that is not a report of caseaudit. The message says why."""


REWRITTEN = (
    "it was changed, saved again or printed anew after it was published, or it is a draft, or as the record gave it at another "
    "time; of what is in it nothing is proved"
)
"""What a file may be whose bytes were never published, and that has no fields to compare."""


@dataclass
class Proof:
    """What came out. ``said``: what is known of the file as a whole; ``differs``: each field that is not what the record gives.

    ``fields``: whether fields were compared at all.
    """

    said: list[str] = field(default_factory=list)
    differs: list[str] = field(default_factory=list)
    fields: bool = True


def verify_report(book: CaseRepository, path: Path) -> Proof:
    """What the record says of a file: first of its bytes, then of every field of a report's JSON or its answers as CSV.

    ``NotAReport`` for a file that is neither, nor a PDF or OpenDocument file.
    """
    content = path.read_bytes()
    kind = next((kind for begins, kind in BINARY.items() if content.startswith(begins)), None)
    if kind is not None:
        return _of_bytes(book, content, kind)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotAReport(
            f"{path.name}: not a report's JSON, PDF or OpenDocument file, nor its answers as CSV"
        ) from None
    if path.suffix == ".csv":
        return _of_answers(book, path, content, text)
    if not text.lstrip().startswith(("{", "[", "<")):
        with suppress(NotAReport):  # answers that were saved under another name
            return _of_answers(book, path, content, text)
    return _of_json(book, path, content, text)


def made_again(book: CaseRepository, name: str, *, alone: bool = False) -> InspectionReport:
    """The report as the record gives it; ``alone``: without the inspection before beside it."""
    before = None if alone else score_before(book, name)
    return report_of(book, name, book.inspection(name), score_inspection(book, name), before)


def _of_bytes(book: CaseRepository, content: bytes, kind: str) -> Proof:
    found = _published_as(book, content)
    words = f"the fields of {kind} are not compared: verify the report's JSON, or its answers as CSV"
    if found is not None:
        return Proof([f"byte for byte the published file {found[1]} of {found[0]}", words], fields=False)
    every = (book.inspection(name).published for name in book.inspections)
    if any(out is not None and not out.published_files for out in every):
        words += "; sheets that were published before files were kept carry no digest"
    return Proof([words], [f"not the published bytes of any report in this record: {REWRITTEN}"], fields=False)


def _published_as(book: CaseRepository, content: bytes) -> tuple[str, str] | None:
    """The inspection and the name under which exactly these bytes were published; None where they were not."""
    digest = digest_of(content)
    every = ((name, book.inspection(name).published) for name in book.inspections)
    return next(
        ((name, one.name) for name, out in every if out for one in out.published_files if one.sha256 == digest), None
    )


def keeps_files(book: CaseRepository, name: str) -> bool:
    """Whether the files of an inspection were kept when it was published: then no report of it is in a format of before."""
    out = book.inspection(name).published
    return out is not None and bool(out.published_files)


def _bytes_said(book: CaseRepository, name: str, content: bytes) -> tuple[str, bool]:
    """What is said of the bytes of a report's file, and whether they are the published ones."""
    out = book.inspection(name).published
    found = _published_as(book, content)
    if found is not None and found[0] == name:
        return f"byte for byte the published file {found[1]}", True
    if out is None:
        return "a draft: the sheet is not published, so there is no digest to compare with", False
    if not out.published_files:
        return "it carries no digest: when this sheet was published no files were kept", False
    return "not the published bytes", False


def _of_json(book: CaseRepository, path: Path, content: bytes, text: str) -> Proof:
    twice: list[str] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        twice.extend(f"{name}: stands twice in the file" for name in dict.fromkeys(names) if names.count(name) > 1)
        return dict(pairs)

    try:
        document = json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        if text.lstrip().startswith("<"):
            raise NotAReport(
                f"{path.name}: a page saved from the site; nothing can be said of it: verify the JSON"
            ) from None
        raise NotAReport(f"{path.name}: not JSON: {error}") from None
    if not isinstance(document, dict) or "report" not in document:
        raise NotAReport(f"{path.name}: not a report of caseaudit: it does not say of which inspection (`report`)")
    name = document["report"]
    if not isinstance(name, str) or name not in book.inspections:
        return Proof([], [f"report: there is no inspection {shown(name)} in this record"])
    said, published = _bytes_said(book, name, content)
    alone = published and document.get("compared_with") is None
    proof = Proof([said], twice)
    proof.differs += _fields(book, document, report_document(made_again(book, name, alone=alone)))
    return proof


def _fields(book: CaseRepository, document: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    """Each field of a report's JSON that is not what the record gives."""
    if "format" not in document and not keeps_files(book, now["report"]):
        now = {name: now[name] for name in BEFORE}
    elif type(asked := document.get("format")) is int and asked in OLDER:
        now = {name: value for name, value in now.items() if name not in OLDER[asked]}
        for many, since in (("findings", "doubt"), ("adjusted", "proposed")):
            now[many] = [{name: value for name, value in one.items() if name != since} for one in now[many]]
    elif asked != FORMAT or type(asked) is not int:
        yield f"format: {shown(asked)} is not known to this version; it reads {FORMAT}"
    place = ("position", "hash")
    for name in place:
        if name not in document:
            yield f"{name}: missing"
    if all(name in document for name in place):
        yield from check_place(book, now["report"], document["position"], document["hash"])
    rest = [{name: value for name, value in one.items() if name not in (*place, "format")} for one in (document, now)]
    yield from differences("", *rest)


def _of_answers(book: CaseRepository, path: Path, content: bytes, text: str) -> Proof:
    found = check_answers(book, text, lambda name: made_again(book, name), lambda name: keeps_files(book, name))
    if found is None:
        raise NotAReport(f"{path.name}: not the answers of an inspection: it has no rows, or not their columns")
    if found.inspection is None:
        return Proof([], found.differs)
    return Proof([_bytes_said(book, found.inspection, content)[0], *found.said], found.differs)
