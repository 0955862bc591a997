"""Opening sealed texts, for what shows them: the entries of a file with their texts in place.

Nothing that is derived, scored, compared or counted opens a text. What cannot be opened reads ``[erased]``, ``[redacted]``, or
``[sealed]`` where the key is missing or another one; the entry then still says in ``sealed`` which paths these are, so that a
date of birth that was not opened can be told from one that was. No error reaches a page.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
from msgspec import structs

from domain.aggregates.case_file import CASE_OR_INSPECTION
from domain.entries.case_entries import EntryCorrected
from domain.entries.entry import Entry
from domain.sealing.person_key import UNCOMPARED, KeyDestroyed, PersonKey, Where
from domain.sealing.sealed_fields import ERASED, FIELDS, REDACTED, SEALED, put_back
from domain.sealing.sealing import NotOpened, entry_part, opened, subject_of, tail_of
from domain.store.entry_codec import stored_entry, topic_of
from domain.store.hash_chain import TABLE

if TYPE_CHECKING:
    from domain.store.application import Files

ENTRIES_OF = (
    f"SELECT originator_id, originator_version, topic, state FROM {TABLE} WHERE originator_id IN ({{files}}) "
    "AND topic IN ({topics}) ORDER BY originator_id, originator_version"
)
"""The query for the entries of some types on some files."""

_log = logging.getLogger(__name__)


class _Head(msgspec.Struct):
    """What of a stored entry says where its texts belong."""

    entry: str
    sealed: dict[str, str] = {}
    of: str | None = None


_head: Callable[[bytes], _Head] = msgspec.json.Decoder(_Head).decode

_Place = tuple[str, str, str]
"""Subject, path in the subject, digest."""


class _Held(NamedTuple):
    """A ciphertext and where it stands."""

    where: Where
    ciphertext: str


class FileTexts:
    """The ciphertexts of one file, by what they are the text of. ``key``: of the case's CRN; None where there is none."""

    def __init__(self, reference: str, states: Iterable[bytes], key: PersonKey | None):
        self.reference, self.key = reference, key
        self._held: dict[_Place, _Held] = {}
        self._own: dict[Where, str] = {}
        for state in states:
            if tail := tail_of(state):
                self._take(_head(entry_part(state)), tail)

    def _take(self, head: _Head, tail: Mapping[str, str]) -> None:
        for path, ciphertext in tail.items():
            if (digest := head.sealed.get(path)) is None:
                continue
            where = Where(self.reference, head.entry, path)
            corrects = head.of if head.of is not None and path.startswith(f"{FIELDS}.") else None
            subject = path if corrects is None else path.removeprefix(f"{FIELDS}.")
            self._own[where] = ciphertext
            self._held[corrects or head.entry, subject, digest] = _Held(where, ciphertext)

    def opened(self, fact: Entry, subject: type[Entry] | None = None) -> Entry:
        """The entry with its texts. ``subject``: the type of the entry that a correction is about."""
        if not fact.sealed:
            return fact
        texts, closed = dict[str, str](), dict[str, str]()
        for path, digest in fact.sealed.items():
            texts[path], fits = self._text(fact, path, digest)
            if not fits:
                closed[path] = digest
        return structs.replace(put_back(fact, texts, subject), sealed=closed or None)

    def _text(self, fact: Entry, path: str, digest: str) -> tuple[str, bool]:
        """The text at a path of an entry, or what stands for it; and whether it was opened."""
        subject = subject_of(self.reference, fact, path)
        own = Where(self.reference, fact.entry, path)
        found = self._held.get((subject.entry, subject.path, digest))
        held = found if found is None or own not in self._own or digest != UNCOMPARED else _Held(own, self._own[own])
        if self.key is None or held is None:
            return SEALED, False
        if self.key.is_destroyed:
            return ERASED, False
        try:
            return opened(held.where, subject, held.ciphertext, digest, self.key), True
        except KeyDestroyed:
            return REDACTED, False
        except NotOpened:
            _log.warning(
                "%s: the text %s of an entry does not open: its key is another one, or it was changed",
                self.reference,
                path,
            )
            return SEALED, False


class Texts:
    """The texts of one record."""

    def __init__(self, files: "Files"):
        self._files = files

    def of(self, references: Sequence[str]) -> Mapping[str, FileTexts]:
        """The texts of these files, by two queries."""
        keys = self._files.keys.of(one.partition("/")[0] for one in references)
        states: dict[str, list[bytes]] = {reference: [] for reference in references}
        for stored in self._files.recorder.select_many(list(references)):
            states[str(stored.originator_id)].append(stored.state)
        return {one: FileTexts(one, found, keys.get(one.partition("/")[0])) for one, found in states.items()}

    def opened(self, reference: str, facts: Iterable[Entry]) -> list[Entry]:
        """These entries of one file, with their texts. Those without sealed text are given back as they are."""
        facts = list(facts)
        if not self._files.seals or not any(fact.sealed for fact in facts):
            return facts
        texts = self.of([reference])[reference]
        types = self._types(reference, facts)
        return [texts.opened(fact, types.get(fact.of) if isinstance(fact, EntryCorrected) else None) for fact in facts]

    def entries(self, references: Sequence[str], types: Sequence[type[Entry]]) -> Mapping[str, list[Entry]]:
        """The entries of these types on each of these files, with their texts; of corrections those of such entries."""
        rows = self._rows(references, types)
        keys = self._files.keys.of(one.partition("/")[0] for one in references) if self._files.seals else {}
        found: dict[str, list[Entry]] = {}
        for reference, of_one in groupby(rows, itemgetter(0)):
            stored = [(stored_entry(topic, bytes(state)), bytes(state)) for _, _, topic, state in of_one]
            named = {fact.entry: type(fact) for fact, _ in stored}
            stored = [(f, s) for f, s in stored if not isinstance(f, EntryCorrected) or f.of in named]
            texts = FileTexts(reference, (state for _, state in stored), keys.get(reference.partition("/")[0]))
            found[reference] = [
                texts.opened(fact, named[fact.of] if isinstance(fact, EntryCorrected) else None) for fact, _ in stored
            ]
        return found

    def _rows(self, references: Sequence[str], types: Sequence[type[Entry]]) -> Sequence[Sequence[Any]]:
        """Reference, number, topic and state of the entries of these types, by file and, in each, by number."""
        quoted = ", ".join(f"'{one}'" for one in references if CASE_OR_INSPECTION["case"].fullmatch(one))
        topics = ", ".join(f"'{topic_of(one)}'" for one in types)
        return self._files.recorder.rows_of(ENTRIES_OF.format(files=quoted or "''", topics=topics))

    def _types(self, reference: str, facts: Sequence[Entry]) -> Mapping[str, type[Entry]]:
        """The types of the entries that corrections among these are about."""
        found = {fact.entry: type(fact) for fact in facts}
        if any(isinstance(fact, EntryCorrected) and fact.of not in found for fact in facts):
            found |= {entry: type(fact) for entry, fact in self._files.read(reference).entries.items()}
        return found
