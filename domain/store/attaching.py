"""Files attached to readings: sealed under a key of their own from the person's, as texts are, and kept beside the log.

The entry holds the SHA-256 of the sealed bytes, so that ``verify`` needs no key, and so that nobody can try out what was in a file
that was erased. Erasing the person destroys its key with all others. Only the record in which it was attached has the bytes.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import structs

from domain.entries.case_entries import EvidenceAttached
from domain.entries.refusals import BusyFile, Refused
from domain.sealing.person_key import PersonKey, Where
from domain.sealing.sealed_fields import CONTENT
from domain.sealing.sealing import NotOpened, deciphered, enciphered
from domain.store.draw_seeds import own_names
from domain.store.entry_codec import stored_entry, topic_of
from domain.store.files_by_digest import Attachments, DamagedFile, digest_of
from domain.store.hash_chain import TABLE
from domain.store.log_reader import LogReader

if TYPE_CHECKING:
    from domain.aggregates.case_file import CaseFile
    from domain.store.application import Files

NOT_YET = "0" * 64
"""In place of the digest, until the file is sealed."""


def attach(
    files: "Files", reference: str, fact: EvidenceAttached, content: bytes, *, actor: str, now: datetime
) -> EvidenceAttached:
    """Keep a file sealed, and record its entry with its digest. ``Refused``, ``KeysMissing`` or ``BusyFile``: nothing is kept.

    The entry is decided before the bytes are kept. Where another writer comes in between, sealed bytes may stay that no entry
    names.
    """
    if not files.seals:
        raise Refused(
            "file",
            "this record seals no texts, so that no file can be kept sealed in it: `caseaudit migrate --seal` writes one that does",
        )
    files.keys.check_there()
    fact = structs.replace(fact, size=len(content), record=LogReader(files.recorder).head().origin)
    files.would_record(reference, fact, now=now)
    crn = reference.partition("/")[0]
    key = files.keys.get_or_make(crn)
    sealed = enciphered(Where(reference, fact.entry, CONTENT), content, key)
    fact = structs.replace(fact, sha256=digest_of(sealed))

    def check_key(_: "CaseFile") -> None:
        if not _same(files.keys.of([crn]).get(crn), key):
            raise BusyFile(
                f"{reference}: a text of this person was redacted meanwhile; nothing was recorded, try again"
            )

    Attachments(files.recorder).keep([sealed])
    files.record(reference, [fact], actor=actor, now=now, unless=check_key)
    return fact


def content_of(files: "Files", reference: str, fact: EvidenceAttached) -> bytes | None:
    """The file of an entry; None where this record has the entry alone.

    ``DamagedFile``: the bytes are not those of the digest. ``KeyDestroyed``: it was erased or redacted. ``NotOpened``: no key here.
    """
    sealed = Attachments(files.recorder).content(fact.sha256)
    if sealed is None:
        return None
    crn, where = reference.partition("/")[0], Where(reference, fact.entry, CONTENT)
    key = files.keys.of([crn]).get(crn)
    if key is None:
        raise NotOpened("the keys of this person are not here")
    return deciphered(key.of_text(where), where, sealed)


def damaged_attachments(files: "Files") -> list[str]:
    """The files attached in this record whose bytes are not those of the digest, or are gone, in words."""
    kept, own, found = Attachments(files.recorder), own_names(files), list[str]()
    query = f"SELECT originator_id, topic, state FROM {TABLE} WHERE topic = '{topic_of(EvidenceAttached)}'"
    for reference, topic, state in files.recorder.rows_of(query):
        fact = stored_entry(topic, bytes(state))
        assert isinstance(fact, EvidenceAttached)
        try:
            gone = kept.content(fact.sha256) is None and fact.record in own
        except DamagedFile:
            gone = True
        if gone:
            found.append(
                f"{reference}: the file attached by entry {fact.entry} is not what its digest says, or is gone"
            )
    return found


def _same(one: PersonKey | None, other: PersonKey) -> bool:
    return one is not None and (one.current, one.generation) == (other.current, other.generation)
