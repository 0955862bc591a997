"""Downloading a file that was attached to a reading. It is never shown in a page."""

import io

from flask import abort, send_file
from werkzeug.wrappers import Response

from domain.accounts.roles import READERS
from domain.aggregates.attached_files import TYPES
from domain.entries.case_entries import EvidenceAttached
from domain.sealing.person_key import KeyDestroyed
from domain.sealing.sealing import NotOpened
from domain.store.attaching import content_of
from domain.store.files_by_digest import DamagedFile
from projections.inspections.attached_evidence import attached_to
from web.cases.case_page import blueprint
from web.services import current_cases, current_inspections
from web.site import access_control

ELSEWHERE = "The file is kept in the record {}, in which it was attached; this record has its entry alone."


@blueprint.get("/cases/<crn>/<int:number>/attached/<inspection>/<entry>")
@access_control.open_to(*READERS)
def attached(crn: str, number: int, inspection: str, entry: str) -> Response:
    """A file attached to a reading of this case, for whoever may see its entry."""
    fact, content = attached_file(f"{crn}/{number}", inspection, entry)
    kind = TYPES[fact.kind]
    answer: Response = send_file(
        io.BytesIO(content), kind.media, as_attachment=True, conditional=False, etag=False,
        download_name=f"attached-{fact.sha256[:12]}{kind.endings[0]}",
    )  # fmt: skip
    return answer


def attached_file(reference: str, inspection: str, entry: str) -> tuple[EvidenceAttached, bytes]:
    """A file that this entry attached to a reading of the case, which the access log then has. 404 where it is not open."""
    if not _may_see(reference, inspection):
        current_cases.refuse(reference)
    shown = {fact.entry: fact for fact in attached_to(inspection, current_cases.shown_file(reference))}
    if entry not in shown:
        abort(404, "There is no such file attached to a reading of this case that is open to you.")
    content = _content(reference, shown[entry])
    access_control.log("downloaded", reference, detail=f"{inspection}: attached file, entry {entry}")
    return shown[entry], content


def _may_see(reference: str, inspection: str) -> bool:
    """Whether the case is open to the person signed in, or one that they may read for the inspection."""
    if access_control.account().is_shut_out(current_cases.limits().get(reference, ())):
        return False
    reads = current_inspections.assesses(inspection) and current_inspections.may_assess(inspection, reference)
    return reads or current_cases.is_open(reference)


def _content(reference: str, fact: EvidenceAttached) -> bytes:
    try:
        content = content_of(current_cases.repository().files, reference, fact)
    except DamagedFile as error:
        abort(404, f"What is kept is not what was attached: {error}. Tell whoever runs the service.")
    except KeyDestroyed:
        abort(404, "This file was erased with the texts of its person, or redacted: nobody can open it any more.")
    except NotOpened:
        abort(
            404, "The keys of this person are not here, so that the file does not open. Tell whoever runs the service."
        )
    if content is None:
        abort(404, ELSEWHERE.format(fact.record))
    return content
