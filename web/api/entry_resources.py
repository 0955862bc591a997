"""Entries in: what the source of a machine account gives, by the same importer as the command ``import --source``."""

from http import HTTPStatus
from typing import Any

import msgspec
from flask import abort, request
from werkzeug.wrappers import Response

from domain.accounts.roles import MACHINES
from domain.aggregates.case_file import CASE_OR_INSPECTION
from domain.importing.imported_for import ImportedFor, Importer, MayNotImport, imported_for
from domain.importing.importer import import_lines
from domain.importing.ndjson_reader import read_raw_lines
from domain.importing.sent_entries import SentEntries
from domain.store.application import Files
from domain.store.writing import FileMoved
from web.api.entry_schemas import (
    BODY,
    IF_MATCH,
    JSON,
    NDJSON,
    SENT,
    TAGGED,
    SendQuery,
    SentSchema,
    VersionSchema,
)
from web.api.resources import Resource
from web.api.sent_lines import Sending
from web.services import current_cases
from web.site import access_control, body_limits, clock, machines, problems

blueprint = Resource(
    "entries",
    tag="Entries in",
    description="What a source records, sent by its machine account: it needs the right `record`. Interchange lines, as "
    "`caseaudit import --source` takes them: the same entry sent again changes nothing.",
    purpose="administration",
)


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
        abort(
            404, f'There is no case {reference} for which this source records. To begin one, send with If-Match: "0".'
        )
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
    answer = sending.document()
    _note(answer)
    headers = {} if standing is None else {"ETag": f'"{standing + (0 if query["dry_run"] else sending.report.stored)}"'}
    return answer, HTTPStatus.MULTI_STATUS if answer["rejected"] else HTTPStatus.OK, headers


def _run(raw: list[bytes], given: ImportedFor, only: str, standing: int | None, *, keep: bool) -> Sending:
    """Import the lines; 412 where the case has changed since."""
    sending, now, who = Sending(given, keep, raw), clock.now(), access_control.account()
    people = {one.username for one in access_control.register().accounts() if not one.is_machine}
    check = SentEntries(who.may_send, given.areas, people, only)
    lines = sending.noting(
        read_raw_lines(
            raw, now, sending.report.rejected, lambda size: None, name="sent", check_type=check.check_readable
        )
    )
    try:
        import_lines(
            _files(), lines, sending.report, now=now, actor=str(given.by), keep=keep, check=check, version=standing
        )
    except FileMoved:
        abort(HTTPStatus.PRECONDITION_FAILED, _moved(only))
    return sending


def _nothing_stored(sending: Sending) -> Response:
    """The problem that names each line at fault, where all or nothing was wanted."""
    errors: dict[str, list[str]] = {}
    for one in sorted(sending.report.rejected):
        file, entry = sending.named(one.line)
        about = f"entry {entry} of {file}: " if file and entry else ""
        errors.setdefault(f"{one.line}.{one.field}", []).append(f"{about}{one.reason}")
    bad = len({one.line for one in sending.report.rejected})
    said = f"{bad} of {len(sending.outcomes())} lines are wrong, so nothing was stored, as you asked (all_or_nothing)."
    return problems.problem(HTTPStatus.UNPROCESSABLE_ENTITY, said, errors)


def _note(answer: dict[str, Any]) -> None:
    """Say what was sent, for the access log."""
    stored = "would be stored" if answer["dry_run"] else "stored"
    done = ", ".join(f"{answer[name.replace(' ', '_')]} {words}" for name, words in
                     ((stored, stored), ("already", "already there"), ("rejected", "rejected")))  # fmt: skip
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
        star = " With * it names none." if request.if_match.star_tag else ""
        abort(
            428, f"Name the version of {reference} that you read: If-Match with the ETag of /api/v1/cases/{reference}/version, or "
            f'"0" where the case is not there yet.{star}',
        )  # fmt: skip
    standing = _files().recorder.last_version(reference)
    if not request.if_match.contains(str(standing)):
        abort(HTTPStatus.PRECONDITION_FAILED, _moved(reference))
    return standing


def _moved(reference: str) -> str:
    return (
        f"Somebody has written to {reference} since you read its version: perhaps you, by a request whose answer did not come. "
        "Nothing was stored now. Read the version again, and send again: what is there already changes nothing."
    )


def _case(crn: str, number: int) -> str:
    reference = f"{crn}/{number}"
    if CASE_OR_INSPECTION["case"].fullmatch(reference) is None:
        abort(404, f"{reference} is no reference of a case; write it like X123456/1.")
    return reference


def _files() -> Files:
    return current_cases.repository().files
