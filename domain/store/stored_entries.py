"""How each entry of a file was stored here: when, by whom, for which source, and whether that was late."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from domain.aggregates.case_file import CASE_OR_INSPECTION, CaseFile
from domain.entries.case_entries import Entry
from domain.entries.register_entries import RegisterEntry
from domain.store.entry_codec import stored_register_entry
from domain.store.hash_chain import TABLE
from domain.store.lateness import Lateness
from domain.store.preparation import position_column
from domain.store.sources import Source, file_of
from domain.store.stored_by import StoredBy

if TYPE_CHECKING:
    from domain.store.application import Files

_OF_FILE = f"FROM {TABLE} WHERE originator_id = '{{reference}}' ORDER BY originator_version"
STORED_ROWS = f"SELECT {{position}}, stored_at, actor {_OF_FILE}"
"""The query for how the entries of a file were stored."""


REGISTERED = f"SELECT {{position}}, topic, state {_OF_FILE}"
"""The query for what was said of a source, and where in the record."""


@dataclass(frozen=True, slots=True)
class Stored:
    """How one entry was stored. ``at``: UTC. ``late``: longer after its recording than was normal for its source.

    ``taken_over``: with the first load of its source, which was declared beforehand; not what is tried out.
    ``registered``: whether the source was registered then; True where there is none. ``days``: whole days from its recording.
    """

    position: int
    at: datetime
    by: StoredBy
    late: bool
    taken_over: bool
    registered: bool
    days: int


def stored_entries(files: "Files", file: CaseFile) -> Mapping[str, Stored]:
    """How each entry of a file was stored, by its id."""
    if not any(pattern.fullmatch(file.reference) for pattern in CASE_OR_INSPECTION.values()):
        return {}
    query = STORED_ROWS.format(position=position_column(files.recorder), reference=file.reference)
    rows = files.recorder.rows_of(query)
    sources = _Sources(files)
    # An entry that was stored since the file was read is left out.
    return {
        fact.entry: _stored(fact, int(place), datetime.fromisoformat(at), StoredBy.read(actor), sources)
        for fact, (place, at, actor) in zip(file.entries.values(), rows, strict=False)
    }


def _stored(fact: Entry, position: int, at: datetime, by: StoredBy, sources: "_Sources") -> Stored:
    source = sources.before(by.source, position)
    rule = Lateness.of(by, source, at)
    late = rule.is_late(fact.recorded_at)
    taken_over = rule.is_taken_over(fact.recorded_at) and not by.tried_out
    registered = not by.source or source.registered is not None
    return Stored(position, at, by, late, taken_over, registered, max(0, (at - fact.recorded_at).days))


class _Sources:
    """The sources as they were registered when entries were stored, each read once."""

    def __init__(self, files: "Files"):
        self.files = files
        self.said: dict[str, list[tuple[int, RegisterEntry]]] = {}

    def before(self, name: str, position: int) -> Source:
        """A source as it was registered before a position."""
        if name and name not in self.said:
            query = REGISTERED.format(position=position_column(self.files.recorder), reference=file_of(name))
            rows = self.files.recorder.rows_of(query)
            self.said[name] = [(int(place), stored_register_entry(topic, bytes(state))) for place, topic, state in rows]
        return Source.of(name, (fact for place, fact in self.said.get(name, ()) if place < position))


def received(entries: Iterable[Entry], stored: Mapping[str, Stored], known_at: datetime) -> list[Entry]:
    """Those of a file's entries that had been recorded, and stored here, before an instant."""
    return [fact for fact in entries if fact.recorded_at < known_at and stored[fact.entry].at < known_at]


@dataclass(frozen=True, slots=True)
class NotHeld:
    """What of a file this service did not hold at an instant: entries that were recorded by then and stored later.

    ``taken_over``, ``late``, ``others``: how many of each. ``since``: when the first entry of the file was stored here.
    """

    since: datetime
    taken_over: int
    late: int
    others: int

    @property
    def all(self) -> int:
        return self.taken_over + self.late + self.others

    @classmethod
    def of(cls, entries: Iterable[Entry], stored: Mapping[str, Stored], known_at: datetime | None) -> "NotHeld":
        """Of the entries of a file that has some. ``known_at``: None: now, when everything is held."""
        missing = [
            stored[fact.entry]
            for fact in entries
            if known_at is not None and fact.recorded_at < known_at <= stored[fact.entry].at
        ]
        taken, late = sum(one.taken_over for one in missing), sum(one.late for one in missing)
        return cls(min(one.at for one in stored.values()), taken, late, len(missing) - taken - late)
