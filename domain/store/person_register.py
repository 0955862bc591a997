"""What the register says of persons: who is erased, which texts are redacted, which holds stand."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from domain.entries.person_entries import (
    PERSON_ENTRIES,
    HoldLifted,
    HoldPlaced,
    PersonErased,
    TextRedacted,
    person_file,
)
from domain.entries.register_entries import RegisterEntry
from domain.sealing.person_key import Where
from domain.store.entry_codec import stored_register_entry
from domain.store.hash_chain import TABLE
from domain.store.stored_by import StoredBy

if TYPE_CHECKING:
    from domain.store.application import Files


STORED_ON = f"SELECT topic, state, actor FROM {TABLE} WHERE originator_id = '{{}}' ORDER BY originator_version"
"""The query for the entries of a file, its reference left out."""


class Hold(NamedTuple):
    """A hold that stands. ``subject``: a CRN, or the reference of a case. ``actor``: who stored it, as the column says."""

    subject: str
    placed: HoldPlaced
    actor: str

    def stands_on(self, day: date) -> bool:
        return self.placed.until is None or day <= self.placed.until

    @property
    def words(self) -> str:
        """What is held, why, until when and by whom."""
        until = "until it is lifted" if self.placed.until is None else f"until {self.placed.until.isoformat()}"
        return f"{self.subject} is held {until}: {self.placed.reason} ({StoredBy.read(self.actor).who})"

    def covers(self, case: str) -> bool:
        return case == self.subject or case.partition("/")[0] == self.subject


def register_of_persons(files: "Files") -> Mapping[str, list[RegisterEntry]]:
    """CRN -> the register entries on it, in the order in which they were stored."""
    references = sorted({one for begun in PERSON_ENTRIES for one in files.references(begun)})
    found: dict[str, list[RegisterEntry]] = {one.partition(":")[2]: [] for one in references}
    for stored in files.recorder.select_many(references) if references else ():
        crn = str(stored.originator_id).partition(":")[2]
        found[crn].append(stored_register_entry(stored.topic, stored.state))
    return found


def erased_crns(register: Mapping[str, list[RegisterEntry]]) -> set[str]:
    """The CRNs that were erased."""
    return {crn for crn, entries in register.items() if any(isinstance(one, PersonErased) for one in entries)}


def redacted_texts(register: Mapping[str, list[RegisterEntry]]) -> Iterator[Where]:
    """The texts that were redacted."""
    for entries in register.values():
        for one in entries:
            if isinstance(one, TextRedacted):
                yield Where(one.case, one.entry, one.path)


def holds_on(files: "Files", crn: str) -> list[Hold]:
    """The holds on a CRN and on its cases that are not lifted; some may have ended by their day."""
    standing: dict[str, Hold] = {}
    for fact, actor in _entries_with_actors(files, person_file(crn)):
        subject = getattr(fact, "case", None) or crn
        if isinstance(fact, HoldPlaced):
            standing[subject] = Hold(subject, fact, actor)
        elif isinstance(fact, HoldLifted):
            standing.pop(subject, None)
    return list(standing.values())


def all_holds(files: "Files") -> list[Hold]:
    """Every hold that is not lifted, by CRN."""
    return [hold for crn in register_of_persons(files) for hold in holds_on(files, crn)]


def _entries_with_actors(files: "Files", reference: str) -> Iterator[tuple[RegisterEntry, str]]:
    rows = files.recorder.rows_of(STORED_ON.format(reference.replace("'", "")))
    return ((stored_register_entry(topic, bytes(state)), actor) for topic, state, actor in rows)
