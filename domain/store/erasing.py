"""Erasing a person, and redacting one text: the keys are destroyed, and the register says so for good.

Nothing of the log changes. What is left of an erased person is pseudonymous, not anonymous, since the CRN stays.

The register entry comes first, then the mark outside the database, then the keys: whatever is cut off in between, the next that
opens the keys goes on (``destroy_again``). So it does after an older copy of the database or of the keys was put back.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from msgspec import structs

from domain.entries.entry import Entry
from domain.entries.person_entries import PersonErased, TextRedacted, person_file
from domain.key_files import KeyUnusable
from domain.sealing.name_parts import FOUND_BY
from domain.sealing.person_key import KeyDestroyed, PersonKey, Where
from domain.sealing.sealed_fields import sealed_paths
from domain.sealing.sealing import NotOpened, opened, tail_of
from domain.store.entry_codec import stored_entry
from domain.store.erased_marks import IN_FILE, ErasedMarks, marks_path
from domain.store.key_store import names_of, record_ids
from domain.store.name_digests import Text
from domain.store.person_keys import PersonKeys
from domain.store.person_register import erased_crns, redacted_texts, register_of_persons
from domain.store.sealer import KeysMissing

if TYPE_CHECKING:
    from domain.store.application import Files

AGAIN_BY = "caseaudit (keys of an erased person were there again)"
"""Who is on record as having destroyed keys once more."""

_log = logging.getLogger(__name__)


class NotErased(ValueError):
    """This cannot be erased or redacted; the message says why."""


class Erased(NamedTuple):
    """What was done. ``not_marked``: why no mark could be kept outside the database; empty where it was."""

    crn: str
    not_marked: str


def marks_of(files: "Files") -> ErasedMarks:
    """The marks of erased persons that lie outside the database, under the record's own name. ``KeyUnusable``."""
    return ErasedMarks(marks_path(record_ids(files)[0]))


def is_marked(files: "Files") -> Callable[[str], bool]:
    """Whether a CRN is marked, under the record's own name or one that it had before it branched. ``KeyUnusable``."""
    every = _every_marks(files)
    return lambda crn: any(marks.has(crn) for marks in every)


def _every_marks(files: "Files") -> list[ErasedMarks]:
    """The marks under the record's own name, and under those that it had before it branched. ``KeyUnusable``."""
    return [ErasedMarks(path) for path in {marks_path(record) for record in record_ids(files)}]


def _marked_texts(files: "Files", keys: PersonKeys) -> list[Where]:
    """The texts that are marked as redacted, whatever the register says of them."""
    every, found = _every_marks(files), list[Where]()
    for marks in every:
        for crn in filter(marks.has_texts, keys.crns()):
            places = (
                Where(case, fact.entry, path)
                for case, fact, _ in stored_texts(files, crn)
                for path in sealed_paths(fact)
            )
            found += filter(marks.has_text, places)
    return found


def check_sealed(files: "Files") -> None:
    """``NotErased`` where the record keeps its texts in the clear, or its keys are not here."""
    if not files.seals:
        raise NotErased(
            "this record keeps names and texts as they were given, in a log from which nothing can be removed: nothing of it "
            "can be erased. `caseaudit migrate --seal` writes a sealed log from it"
        )
    try:
        files.keys.check_there()
    except KeysMissing as error:
        raise NotErased(str(error)) from error


def erase(files: "Files", crn: str, fact: PersonErased, *, actor: str) -> Erased:
    """Destroy the keys of a CRN. ``NotErased`` where there is nothing to erase, or it was done before."""
    check_erasable(files, crn)
    files.enter(person_file(crn), fact, actor=actor)
    not_marked = ""
    try:
        marks_of(files).add(crn)
    except KeyUnusable as error:
        not_marked = str(error)
    files.names.forget(crn)
    files.keys.destroy(crn)
    files.names.forget(crn)
    return Erased(crn, not_marked)


def check_erasable(files: "Files", crn: str) -> None:
    """``NotErased`` where there are no keys of this CRN to destroy."""
    check_sealed(files)
    key = files.keys.of([crn]).get(crn)
    if key is None:
        raise NotErased(f"no text of {crn} is on record")
    if key.is_destroyed:
        raise NotErased(f"{crn} was erased before")


def redact(files: "Files", fact: TextRedacted, *, actor: str) -> None:
    """Destroy the key of one text. The others of its person still open. ``NotErased`` where there is no such text.

    Where no mark of it can be kept outside the database, that is logged: an older copy would open it again.
    """
    where = Where(fact.case, fact.entry, fact.path)
    check_text(files, where)
    crn = where.case.partition("/")[0]
    files.enter(person_file(crn), fact, actor=actor)
    try:
        marks_of(files).add_text(where)
    except KeyUnusable:
        _log.warning("a text was redacted, and no mark of it could be kept outside the database (%s)", IN_FILE)
    _rekey(files, files.keys, where)


def _rekey(files: "Files", keys: PersonKeys, where: Where) -> None:
    """Destroy the key of one text. Where the person was found by it, they are found by the others alone from then on."""
    crn = where.case.partition("/")[0]
    keys.rekey_without(crn, where, stored_texts(files, crn))
    if where.path in FOUND_BY:
        names = names_of(files, keys)
        names.forget(crn)
        names.add(_names_left(files, crn, keys))


def _names_left(files: "Files", crn: str, keys: PersonKeys) -> list[Text]:
    """Every name and date of birth of a CRN that still opens."""
    key, found = keys.of([crn])[crn], []
    for case, fact, tail in stored_texts(files, crn):
        for path in FOUND_BY:
            with suppress(KeyDestroyed, NotOpened, KeyError):
                where = Where(case, fact.entry, path)
                found.append((case, path, opened(where, where, tail[path], None, key), fact.recorded_at))
    return found


def check_text(files: "Files", where: Where) -> Entry:
    """The entry of a text that can be redacted; ``NotErased``."""
    check_sealed(files)
    fact = files.read(where.case).entries.get(where.entry)
    if fact is None:
        raise NotErased(f"{where.case} has no entry '{where.entry}'")
    if where.path not in sealed_paths(fact):
        there = ", ".join(sorted(sealed_paths(fact))) or "none"
        raise NotErased(f"entry {where.entry} of {where.case} has no sealed text '{where.path}'; there are: {there}")
    key = files.keys.of([crn := where.case.partition("/")[0]]).get(crn)
    if key is None or key.is_destroyed:
        raise NotErased(f"{crn} was erased")
    if where in key.kept and key.kept[where] is None:
        raise NotErased(f"the text {where.path} of entry {where.entry} was redacted before")
    return fact


def stored_texts(files: "Files", crn: str) -> list[tuple[str, Entry, dict[str, str]]]:
    """Every entry of every case of a CRN: the reference of its case, the sealed entry, its ciphertexts."""
    return [
        (str(stored.originator_id), stored_entry(stored.topic, stored.state), tail_of(stored.state))
        for stored in files.recorder.select_many(cases_of(files, crn))
    ]


def cases_of(files: "Files", crn: str) -> list[str]:
    """The references of the cases of a CRN, those of linked CRNs left out."""
    found = files.people.files_of([f"{crn}/1"])[f"{crn}/1"]
    return [one for one in found if one.partition("/")[0] == crn and files.recorder.last_version(one)]


def destroy_again(files: "Files", keys: PersonKeys) -> list[str]:
    """Destroy keys of erased persons that are there again, and of redacted texts; the CRNs. Each is entered in the register."""
    register = register_of_persons(files)
    erased = erased_crns(register)
    marked = is_marked(files)
    known = [*erased, *(crn for crn in keys.crns() if crn not in erased and marked(crn))]
    standing = keys.of(known)
    again = sorted(crn for crn in known if not _is_gone(standing.get(crn)))
    for crn in again:
        _enter_again(files, crn, erased)
        names_of(files, keys).forget(crn)
        keys.destroy(crn)
        _log.warning("%s was erased, and its keys were there again: they were destroyed once more", crn)
    keys.is_marked = marked
    redacted = dict.fromkeys((*redacted_texts(register), *_marked_texts(files, keys)))
    return again + _redact_again(files, keys, redacted, {*erased, *again})


def _redact_again(files: "Files", keys: PersonKeys, redacted: Iterable[Where], erased: set[str]) -> list[str]:
    again = []
    for where in redacted:
        crn = where.case.partition("/")[0]
        key = None if crn in erased else keys.of([crn]).get(crn)
        if key is not None and not key.is_destroyed and key.kept.get(where, b"") is not None:
            _rekey(files, keys, where)
            again.append(crn)
            _log.warning("a text of %s was redacted, and its key was there again: it was destroyed once more", crn)
    return again


def _is_gone(key: PersonKey | None) -> bool:
    return key is not None and key.is_destroyed


def _enter_again(files: "Files", crn: str, erased: set[str]) -> None:
    """Say in the register that the keys were there again. Where it says nothing of the erasure, its mark outside does."""
    entries = [one for one in files.entered(person_file(crn)) if isinstance(one, PersonErased)] if crn in erased else []
    at: datetime = files.recorder.clock()
    if entries:
        fact = structs.replace(entries[0], at=at, again=True)
    else:
        fact = PersonErased(at=at, reason="its mark outside the database says so", asked_by="caseaudit", again=True)
    files.enter(person_file(crn), fact, actor=AGAIN_BY)


def linked_crns(files: "Files", crn: str) -> Sequence[str]:
    """The other CRNs that were ever said to be of the same person, in order."""
    return sorted(files.people.crns_of([f"{crn}/1"])[f"{crn}/1"] - {crn})
