"""The freezes that an import brings files for: at its end it is fixed how far these go.

An import that is killed fixes nothing; the one that completes it does. An import fixes only what it brought itself: cases that
it names, or all cases of an inspection that it names. So none fixes files that another is still bringing.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from domain.aggregates.inspection import Inspection
from domain.entries.inspection_entries import InspectionOpened
from domain.importing.ndjson_reader import Line
from domain.store.application import Files
from domain.store.freeze_fixing import fix_freeze


class FreezesOfRun:
    """Notes which files the lines of one import are of."""

    def __init__(self, files: Files):
        self.files = files
        self._cases_of: dict[str, set[str]] = {}
        """Case -> the frozen inspections in whose sample it is."""
        self._brought: dict[str, set[str] | None] = {}
        """Inspection -> the cases of its sample that are named; None: all, since the inspection itself is."""
        for name, file in files.read_many(files.references(InspectionOpened)).items():
            found = Inspection.of(file.entries.values())
            for case in found.sample if found.frozen else ():
                self._cases_of.setdefault(case, set()).add(name)

    def noting(self, lines: Iterable[Line]) -> Iterator[Line]:
        """These lines, each noted before it is given on."""
        for line in lines:
            if line.fact.kept_on == "inspection":
                self._brought[line.reference] = None
            else:
                for name in self._cases_of.get(line.reference, ()):
                    cases = self._brought.setdefault(name, set())
                    if cases is not None:
                        cases.add(line.reference)
            yield line

    def fix(self, *, now: datetime, actor: str) -> list[str]:
        """At the end of the import: fix what it brought. Returns the inspections of which something was not fixed yet."""
        return [
            name
            for name, cases in sorted(self._brought.items())
            if fix_freeze(self.files, name, fixed_by="import", now=now, actor=actor, cases=cases)
        ]
