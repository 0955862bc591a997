"""A record that was never stored: what ``reading_then`` asks of one, from entries in the order in which they were taken in."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.aggregates.case_file import CaseFile
from domain.aggregates.other_file_ids import crn_of
from domain.aggregates.person_files import PersonFiles
from domain.entries.case_entries import Entry
from domain.store.record_reader import Taken

BEGAN = datetime(2010, 1, 1, tzinfo=UTC)
"""When the first entry was stored; each other one a minute later."""


class TakenRecord:
    """Positions count from 1. ``taken``: reference and entry; ``imported``: the positions that came by an import."""

    def __init__(self, taken: Sequence[tuple[str, Entry]], imported: Collection[int] = ()):
        self._taken, self._imported = taken, imported
        self.people = self

    def hash_at(self, position: int) -> str:
        return f"{position:064x}"

    def crns_of(self, references: Collection[str]) -> Mapping[str, set[str]]:
        return {reference: {crn_of(reference)} for reference in references}

    def taken(self, after: int, until: int) -> Iterator[Taken]:
        for at, (reference, fact) in enumerate(self._taken, 1):
            if after < at <= until:
                by = "operator (x on y: caseaudit import)" if at in self._imported else "jo"
                yield Taken(at, reference, fact.recorded_at, BEGAN + timedelta(minutes=at), by)

    def of_people(self, references: Collection[str], upto: Mapping[str, int]) -> Iterator[PersonFiles]:
        for reference in sorted(references):
            entries = {
                fact.entry: fact for at, (file, fact) in enumerate(self._taken, 1)
                if file == reference and at <= upto[reference]
            }  # fmt: skip
            if entries:
                yield PersonFiles(CaseFile(reference, len(entries), entries))

    def as_reader(self) -> Any:
        return self
