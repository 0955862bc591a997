"""What a writer needs to seal: the keys of the persons whose files are open, and those that it makes.

A key that is made stays in memory until the first entry under it is stored; a dry run stores none.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from eventsourcing.persistence import IntegrityError, PersistenceError

from domain.aggregates.case_file import CaseFile, RecordedEntry
from domain.entries.case_entries import EntryCorrected
from domain.entries.entry import Entry
from domain.entries.refusals import Refused
from domain.error_traces import words_of
from domain.sealing.name_parts import FOUND_BY
from domain.sealing.person_key import PersonKey
from domain.sealing.sealed_fields import MAY_BE_SEALED
from domain.sealing.sealing import Sealed, ciphertexts, sealed

if TYPE_CHECKING:
    from domain.store.name_digests import NameDigests
    from domain.store.person_keys import PersonKeys

MOST = 100_000
"""Keys held in memory."""

CRN_LENGTH = 7
"""Characters of a CRN, with which the reference of a case begins."""

FRESH_SECONDS = 1.0
"""Keys read longer ago than this are compared with those stored before an entry is stored under them."""


class PersonErased(Refused):
    """An entry about a person whose texts were erased: nothing more is recorded of them."""


class KeysMissing(PersistenceError):
    """The keys of persons are not here: nothing can be sealed or opened. The message says why and what to do."""


@contextmanager
def storing() -> Iterator[None]:
    """A failure of the tables of keys and names is one of storing: ``PersistenceError``, as of the table of entries."""
    from domain.store.engines import DatabaseError

    try:
        yield
    except DatabaseError as error:
        raise PersistenceError(f"the keys of persons cannot be read or stored: {words_of(error)}") from error


class Sealer:
    """Seals the entries of one writer."""

    def __init__(self, keys: "PersonKeys", names: "NameDigests"):
        self.keys, self.names = keys, names
        self._held: dict[str, PersonKey] = {}
        self._made: dict[str, PersonKey] = {}
        self._erased: set[str] = set()
        self._read_at = 0.0
        self._last: tuple[str, Entry, Sealed] | None = None

    def ready(self, references: Iterable[str]) -> None:
        """Read the keys of these cases: one query for all that are not held yet. Where there is none, make one in memory."""
        missing = {crn for one in references if (crn := _crn(one)) and crn not in self._held}
        if not missing:
            return
        self.keys.check_there()
        if len(self._held) > MOST:
            self._held = dict(self._made)
        if not self._held:
            self._read_at = time.monotonic()
        with storing():
            found = self.keys.of(missing)
        for crn in missing:
            if crn not in found and self.keys.is_marked(crn):
                found[crn] = PersonKey(None)
            elif crn not in found:
                found[crn] = self._made[crn] = PersonKey.new()
        self._held |= found
        self._erased |= {crn for crn, key in found.items() if key.is_destroyed}

    def sealed(self, file: CaseFile, fact: Entry) -> Sealed | None:
        """The entry as the file would hold it, and its texts; None where nothing of it is sealed.

        ``PersonErased`` where the person's keys were destroyed: not even an entry without text is taken then.
        """
        if self._erased and _crn(file.reference) in self._erased:
            raise PersonErased(
                "case", f"{file.reference}: the texts of this person were erased, and nothing more is recorded of them"
            )
        if type(fact) not in MAY_BE_SEALED or fact.sealed is not None:
            return None
        last = self._last
        if last is not None and last[1] is fact and last[0] == file.reference:
            return last[2]
        subject = file.entries.get(fact.of) if isinstance(fact, EntryCorrected) else None
        found = sealed(file.reference, fact, None if subject is None else type(subject), self._key(file.reference))
        # A correction that comes before its subject waits; only with the subject it is known what of it is sealed.
        self._last = None if isinstance(fact, EntryCorrected) and subject is None else (file.reference, fact, found)
        return found

    def enciphered(self, recorded: Sequence[RecordedEntry]) -> list[RecordedEntry]:
        """These entries with the ciphertexts of their texts in place of the texts."""
        return [one if one.texts is None else self._enciphered(one, one.texts) for one in recorded]

    def _enciphered(self, one: RecordedEntry, texts: Mapping[str, str]) -> RecordedEntry:
        held = ciphertexts(one.originator_id, one.fact.entry, texts, self._key(one.originator_id))
        return RecordedEntry(one.originator_id, one.originator_version, one.fact, ciphertexts=held)

    def store_keys(self, recorded: Sequence[RecordedEntry]) -> None:
        """Store the keys that were made for these entries, before they are stored.

        ``IntegrityError`` where another writer made one first, or a key was destroyed since it was read.
        """
        crns = {crn for one in recorded if one.texts and (crn := _crn(one.originator_id))}
        made = {crn: self._made[crn] for crn in crns if crn in self._made}
        if made:
            with storing():
                self.keys.add(made)
            for crn in made:
                self._made.pop(crn, None)
        if (old := crns - made.keys()) and time.monotonic() - self._read_at > FRESH_SECONDS:
            with storing():
                there = self.keys.of(old)
            if any(_differ(there.get(crn), self._key(f"{crn}/1")) for crn in old):
                raise IntegrityError("the keys of a person have changed since this was decided")

    def index_names(self, recorded: Sequence[RecordedEntry]) -> None:
        """Index the names and dates of birth that these entries give, before they are stored."""
        named = [
            (one.originator_id, path, one.texts[path], one.fact.recorded_at)
            for one in recorded if one.texts
            for path in FOUND_BY if path in one.texts
        ]  # fmt: skip
        if named:
            with storing():
                self.names.add(named)

    def forget(self) -> None:
        """Forget every key, so that each is read again."""
        self._held, self._made, self._last = {}, {}, None
        self._erased = set()

    def _key(self, reference: str) -> PersonKey:
        crn = reference[:CRN_LENGTH]
        if crn not in self._held:
            self.ready([reference])
        return self._held[crn]


def _differ(stored: PersonKey | None, held: PersonKey) -> bool:
    return stored is None or (stored.current, stored.generation) != (held.current, held.generation)


def _crn(reference: str) -> str:
    """The CRN of a case; empty for an inspection."""
    return reference[:CRN_LENGTH] if reference[CRN_LENGTH : CRN_LENGTH + 1] == "/" else ""
