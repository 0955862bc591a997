"""Entries in: what the source of a machine account gives, by the same importer as the command ``import --source``."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import msgspec
from flask import abort, request
from marshmallow import fields, validate
from werkzeug.wrappers import Response

from domain.accounts.roles import MACHINES
from domain.aggregates.case_file import CASE_OR_INSPECTION
from domain.importing.imported_for import ImportedFor, Importer, MayNotImport, imported_for
from domain.importing.importer import ImportReport, import_lines
from domain.importing.ndjson_reader import Line, Rejected, read_raw_lines
from domain.importing.sent_entries import SentEntries
from domain.store.application import Files
from domain.store.writing import FileMoved
from web.api.api_query import Answer, Query
from web.api.resources import Resource
from web.services import current_cases
from web.site import access_control, body_limits, clock, machines, problems

blueprint = Resource(
    "entries",
    tag="Entries in",
    description="What a source records, sent by its machine account: it needs the right `record`. Interchange lines, as "
    "`caseaudit import --source` takes them: the same entry sent again changes nothing.",
    purpose="administration",
)

NDJSON, JSON = "application/x-ndjson", "application/json"

BODY = {
    "required": True,
    "content": {
        JSON: {"schema": {"type": "array", "minItems": 1, "items": {}, "description": "Entries, each an object."}},
        NDJSON: {"schema": {"type": "string", "pattern": r"\S", "description": "The same entries, one object a line."}},
    },
}

SENT = {207: "The same where some lines were rejected. The others are stored."}

IF_MATCH = {
    "in": "header", "name": "If-Match", "required": True, "schema": {"type": "string"}, "example": '"12"',
    "description": "The ETag of the case's version, in quotes. Without it the answer is 428; where somebody wrote since, 412.",
}  # fmt: skip

TAGGED = {
    "ETag": {"description": "The version of the case: how many entries its file has.", "schema": {"type": "string"}}
}


class SendQuery(Query):
    """How entries are taken."""

    all_or_nothing = fields.Boolean(
        load_default=False,
        metadata={
            "description": "Store nothing where one line is rejected. Default: good lines are kept.",
            "example": False,
        },
    )
    dry_run = fields.Boolean(
        load_default=False, metadata={"description": "Check everything and store nothing.", "example": False}
    )
    ordinary = fields.Boolean(
        load_default=False,
        metadata={"description": "What is sent is not taken over, though a taking over is open.", "example": False},
    )


class FaultSchema(Answer):
    """What is wrong with a line."""

    field = fields.String(required=True, metadata={"description": "The field at fault.", "example": "occurred_on"})
    reason = fields.String(required=True, metadata={"description": "What is wrong and what was expected."})


class LineSchema(Answer):
    """What became of a line."""

    line = fields.Integer(required=True, metadata={"description": "Its number, from 1.", "example": 1, "minimum": 1})
    outcome = fields.String(
        required=True,
        validate=validate.OneOf(("stored", "already", "rejected")),
        metadata={"description": "`already`: the same entry was there before. In a dry run: what would become of it."},
    )
    file = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The case; null where the line could not be read.", "example": "X123456/1"},
    )
    entry = fields.String(required=True, allow_none=True, metadata={"description": "The entry's id; null as before."})
    faults = fields.List(fields.Nested(FaultSchema), required=True, metadata={"description": "Why it was rejected."})


class SentSchema(Answer):
    """What became of the entries that were sent."""

    source = fields.String(
        required=True, metadata={"description": "The source that they are stored for.", "example": "crams"}
    )
    stored = fields.Integer(required=True, metadata={"description": "Lines newly stored.", "minimum": 0})
    already = fields.Integer(
        required=True, metadata={"description": "Lines whose entry was there already.", "minimum": 0}
    )
    rejected = fields.Integer(required=True, metadata={"description": "Lines rejected.", "minimum": 0})
    dry_run = fields.Boolean(required=True, metadata={"description": "Whether nothing was stored, as asked."})
    lines = fields.List(fields.Nested(LineSchema), required=True, metadata={"description": "Each line, in order."})


class VersionSchema(Answer):
    """The version of a case."""

    case = fields.String(required=True, metadata={"description": "The case.", "example": "X123456/1"})
    version = fields.Integer(
        required=True, metadata={"description": "How many entries its file has.", "example": 12, "minimum": 1}
    )


@dataclass
class Sending:
    """Lines on their way through the importer, and what became of them. ``seen``: number -> file and entry id."""

    given: ImportedFor
    report: ImportReport = field(default_factory=lambda: ImportReport(numbers_already=[]))
    seen: dict[int, tuple[str, str]] = field(default_factory=dict)

    def noting(self, lines: Iterator[Line]) -> Iterator[Line]:
        for line in lines:
            self.seen[line.number] = line.reference, line.fact.entry
            yield line

    def outcomes(self) -> list[dict[str, Any]]:
        """What became of each line, in order."""
        faults: dict[int, list[Rejected]] = {}
        for one in self.report.rejected:
            faults.setdefault(one.line, []).append(one)
        already = set(self.report.numbers_already or ())
        return [
            self._outcome(number, faults.get(number, []), number in already) for number in sorted({*self.seen, *faults})
        ]

    def _outcome(self, number: int, faults: list[Rejected], already: bool) -> dict[str, Any]:
        file, entry = self.seen.get(number, (None, None))
        said = [{"field": one.field, "reason": one.reason} for one in faults]
        outcome = "rejected" if faults else "already" if already else "stored"
        return {"line": number, "outcome": outcome, "file": file, "entry": entry, "faults": said}

    def document(self, *, dry_run: bool) -> dict[str, Any]:
        """The answer."""
        lines = self.outcomes()
        counts = {name: sum(line["outcome"] == name for line in lines) for name in ("stored", "already", "rejected")}
        return {"source": self.given.by.source, **counts, "dry_run": dry_run, "lines": lines}


@blueprint.operation(
    "/entries", "sendEntries", SentSchema, roles=MACHINES, right="record", query=SendQuery, method="POST", dear=True,
    errors=(413, 415), also=SENT, described={"requestBody": BODY},
)  # fmt: skip
@body_limits.takes_files
def send(query: dict[str, Any]) -> Any:
    """Send entries of any cases.

    Each line is stored, was there already, or is rejected with the field and the reason; one bad line keeps the good ones.
    A line that was rejected can be corrected and sent again with all others.
    """
    return _send(query)


@blueprint.operation(
    "/cases/<crn>/<int:number>/version", "readCaseVersion", VersionSchema, roles=MACHINES, right="record",
    path={"crn": "X123456", "number": "1"},
)  # fmt: skip
def version(query: dict[str, Any], crn: str, number: int) -> Any:
    """Read the version of a case, to send entries on the condition that nobody writes to it meanwhile."""
    reference, given = _case(crn, number), _given(ordinary=True)
    file = _files().read(reference)
    if file.first_entry is None or (given.areas is not None and not given.areas.takes(file)):
        abort(404, f"There is no case {reference} for which this source records.")
    return {"case": reference, "version": file.version}, HTTPStatus.OK, {"ETag": f'"{file.version}"'}


@blueprint.operation(
    "/cases/<crn>/<int:number>/entries", "sendCaseEntries", SentSchema, roles=MACHINES, right="record", query=SendQuery,
    method="POST", dear=True, errors=(412, 413, 415, 428), also=SENT, described={"requestBody": BODY}, headers=(IF_MATCH,),
    answered=TAGGED, path={"crn": "X123456", "number": "1"},
)  # fmt: skip
@body_limits.takes_files
def send_to_case(query: dict[str, Any], crn: str, number: int) -> Any:
    """Send entries of one case, unless somebody has written to it since its version was read.

    The answer's ETag is the version that the case has then.
    """
    reference = _case(crn, number)
    standing = _version_asked(reference)
    return _send(query, only=reference, standing=standing)


def _send(query: dict[str, Any], *, only: str = "", standing: int | None = None) -> Any:
    given, raw = _given(ordinary=query["ordinary"]), _raw_lines()
    sending = _run(raw, given, only, standing, keep=False) if query["dry_run"] or query["all_or_nothing"] else None
    if query["all_or_nothing"] and sending is not None and sending.report.rejected:
        return _nothing_stored(sending)
    if not query["dry_run"]:
        sending = _run(raw, given, only, standing, keep=True)
    assert sending is not None
    answer = sending.document(dry_run=query["dry_run"])
    _note(answer)
    headers = {} if standing is None else {"ETag": f'"{standing + (0 if query["dry_run"] else sending.report.stored)}"'}
    return answer, HTTPStatus.MULTI_STATUS if answer["rejected"] else HTTPStatus.OK, headers


def _run(raw: list[bytes], given: ImportedFor, only: str, standing: int | None, *, keep: bool) -> Sending:
    """Import the lines; 412 where the case has changed since."""
    sending, now, who = Sending(given), clock.now(), access_control.account()
    people = {one.username for one in access_control.register().accounts() if not one.is_machine}
    lines = sending.noting(read_raw_lines(raw, now, sending.report.rejected, lambda size: None, name="sent"))
    try:
        import_lines(
            _files(), lines, sending.report, now=now, actor=str(given.by), keep=keep,
            check=SentEntries(who.may_send, given.areas, people, only), version=standing,
        )  # fmt: skip
    except FileMoved:
        abort(HTTPStatus.PRECONDITION_FAILED, _moved(only))
    return sending


def _nothing_stored(sending: Sending) -> Response:
    """The problem that names each line at fault, where all or nothing was wanted."""
    errors: dict[str, list[str]] = {}
    for one in sorted(sending.report.rejected):
        errors.setdefault(f"{one.line}.{one.field}", []).append(one.reason)
    bad = len({one.line for one in sending.report.rejected})
    said = f"{bad} of {len(sending.outcomes())} lines are wrong, so nothing was stored, as you asked (all_or_nothing)."
    return problems.problem(HTTPStatus.UNPROCESSABLE_ENTITY, said, errors)


def _note(answer: dict[str, Any]) -> None:
    """Say what was sent, for the access log."""
    done = ", ".join(f"{answer[name]} {words}" for name, words in
                     (("stored", "stored"), ("already", "already there"), ("rejected", "rejected")))  # fmt: skip
    if answer["dry_run"]:
        access_control.log("viewed", detail=f"entries checked for {answer['source']}: {done}")
    else:
        access_control.log("imported", detail=f"API from {answer['source']}: {done}")


def _given(*, ordinary: bool) -> ImportedFor:
    """For whom this machine records; 403 where its source does not let it."""
    who = access_control.account()
    try:
        return imported_for(_files(), who.source or "", Importer(account=who.username), clock.now(), ordinary=ordinary)
    except MayNotImport as error:
        abort(403, f"Nothing was stored: {error}.")


def _raw_lines() -> list[bytes]:
    """The lines that were sent; a problem where they are too many, too large, or in no form that is taken."""
    most = machines.limits()
    body = request.get_data(cache=False)
    if len(body) > most.megabytes * 2**20:
        abort(413, f"That is more than {most.megabytes} MB, the most of one request. Send it in parts.")
    match request.mimetype:
        case "application/x-ndjson":
            lines = body.split(b"\n")
        case "application/json":
            lines = _of_array(body)
        case other:
            said = f"Send entries as {NDJSON}, one object a line, or as {JSON}, an array of objects"
            abort(415, f"{said}; not as {other or 'nothing'}.")
    number = sum(1 for line in lines if line.strip())
    if not number:
        abort(400, "There is no entry in what was sent. Send one JSON object a line, or an array of them.")
    if number > most.entries:
        abort(413, f"These are {number} entries; {most.entries} is the most of one request. Send them in parts.")
    return lines


def _of_array(body: bytes) -> list[bytes]:
    """The objects of a JSON array, each on one line."""
    try:
        found = msgspec.json.decode(body, type=list[msgspec.Raw])
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        abort(400, f"That is no JSON array of entries: {error}. A single entry goes into an array too.")
    return [bytes(one).replace(b"\n", b" ").replace(b"\r", b" ") for one in found]


def _version_asked(reference: str) -> int:
    """The version that the request names as that of the case; 428 where it names none, 412 where it is another."""
    if "If-Match" not in request.headers or request.if_match.star_tag:
        abort(
            428,
            f"Name the version of {reference} that you read: If-Match with the ETag of /api/v1/cases/{reference}/version.",
        )
    standing = _files().recorder.last_version(reference)
    if not request.if_match.contains(str(standing)):
        abort(HTTPStatus.PRECONDITION_FAILED, _moved(reference))
    return standing


def _moved(reference: str) -> str:
    return f"Somebody has written to {reference} since you read its version. Nothing was stored. Read it again, and send again."


def _case(crn: str, number: int) -> str:
    reference = f"{crn}/{number}"
    if CASE_OR_INSPECTION["case"].fullmatch(reference) is None:
        abort(404, f"{reference} is no reference of a case; write it like X123456/1.")
    return reference


def _files() -> Files:
    return current_cases.repository().files
