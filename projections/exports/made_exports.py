"""The exports on record: what left the database, for whom and until when, and which of them hold a person."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from domain.entries.export_entries import ExportDestroyed, ExportMade
from domain.store.application import Files
from domain.store.erasing import cases_of
from projections.cases.case_repository import CaseRepository
from projections.columns.column_store import ColumnStore
from projections.exports.export_cases import cases_in
from projections.exports.export_facts import ExportFacts
from projections.ledger.ledger import ledger

STANDING, DESTROYED = "not known to be destroyed", "destroyed, as somebody said"


class MadeExport(NamedTuple):
    """An export on record. ``destroyed``: whether somebody said that its files were destroyed."""

    export: str
    made: ExportMade
    destroyed: bool

    @property
    def facts(self) -> ExportFacts:
        made = self.made
        return ExportFacts(
            self.export, made.at, made.as_at, made.known_at, made.position, made.areas, made.teams, (), made.identified,
            made.recipient, made.purpose, made.until, made.kept_up,
        )  # fmt: skip

    def words(self, day: date) -> str:
        """What it is, for whom, why, until when, where, and whether it is known to be destroyed."""
        made = self.made
        named, kept_up = "with names" if made.identified else "under digests", ", kept up" if made.kept_up else ""
        parts = [
            f"export {self.export} of {made.at.date()} ({made.form}{kept_up}, {named}): {self.facts.of}",
            f"for {made.recipient}" if made.recipient else "recipient not said",
            f"purpose: {made.purpose}" if made.purpose else "purpose not said",
            f"in {made.path}",
            self._end(day),
        ]
        return "; ".join(parts)

    def _end(self, day: date) -> str:
        if self.destroyed:
            return DESTROYED
        if self.made.until is None:
            return f"no end was said, {STANDING}"
        over = " (over)" if self.made.until < day else ""
        return f"to be destroyed by {self.made.until}{over}, {STANDING}"


def made_exports(files: Files) -> list[MadeExport]:
    """Every export on record, in the order of their ids."""
    references = files.references(ExportMade)
    return [found for reference in references if (found := _read(files, reference)) is not None]


def _read(files: Files, reference: str) -> MadeExport | None:
    entries = files.entered(reference)
    made = next((one for one in entries if isinstance(one, ExportMade)), None)
    destroyed = any(isinstance(one, ExportDestroyed) for one in entries)
    return None if made is None else MadeExport(reference.partition(":")[2], made, destroyed)


def exports_holding(book: CaseRepository, crns: Iterable[str]) -> Iterator[MadeExport]:
    """The exports that hold a case of one of these persons, those under digests too: which cases each holds follows from its
    places and its day. What was corrected in the log since is not asked again: it is as the record says now.
    """
    cases = [case for crn in crns for case in cases_of(book.files, crn)]
    for export in made_exports(book.files):
        if any(_holds(book, export, case) for case in cases):
            yield export


def _holds(book: CaseRepository, export: MadeExport, case: str) -> bool:
    file, stored = book.file(case), book.stored(case)
    entries = [
        fact
        for fact in file.entries.values()
        if export.made.kept_up or stored[fact.entry].position <= export.made.position
    ]
    if not entries:
        return False
    columns = ColumnStore.of([(case, ledger(entries), entries)])
    return bool(cases_in(columns, export.facts)[0])
