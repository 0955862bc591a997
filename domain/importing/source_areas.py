"""Whether the lines of an import are of the areas for which their source may import."""

from collections.abc import Collection
from typing import Protocol, cast

from domain.aggregates.case_file import CaseFile
from domain.entries.case_entries import Entry, EntryCorrected
from domain.entries.refusals import Refused


class LineCheck(Protocol):
    """Whether who imports may import a line, before its file decides."""

    def check(self, file: CaseFile, fact: Entry) -> None:
        """``Refused`` where not."""


REMEMBERED = 10_000
"""Files whose area is remembered."""


class SourceAreas:
    """The areas for which a source may import. ``why``: what a line of another area is told, after the area's name."""

    def __init__(self, areas: Collection[str], why: str):
        self.areas, self.why = frozenset(areas), why
        self._of_files: dict[str, str | None] = {}

    def check(self, file: CaseFile, fact: Entry) -> None:
        """``Refused`` where an entry names an area that is not the source's, or its file is of such an area.

        Nor may a source allocate to an area of its own a case that is of another.
        """
        area = self._area_of(file)
        if area is not None:  # of a file that is not there yet, the importer says so
            self._require(area, fact.kept_on, f"{file.reference} is of {area}, which")
        given, field = _given(fact)
        if given is not None:
            self._require(given, field, given)
            self._of_files.pop(file.reference, None)  # read again, once the file has taken the entry

    def takes(self, file: CaseFile) -> bool:
        """Whether a file is of one of the areas, or of none yet."""
        area = self._area_of(file)
        return area is None or area in self.areas

    def _require(self, area: str, field: str, said: str) -> None:
        if area not in self.areas:
            raise Refused(field, f"{said} {self.why}")

    def _area_of(self, file: CaseFile) -> str | None:
        """The area that the file names last, as stored; None where it names none."""
        if file.reference not in self._of_files:
            if len(self._of_files) >= REMEMBERED:
                self._of_files.clear()
            named = (getattr(fact, "area", None) for fact in reversed(list(file.entries.values())))
            self._of_files[file.reference] = next(filter(None, named), None)
        return self._of_files[file.reference]


def _given(fact: Entry) -> tuple[str | None, str]:
    """The area that an entry itself names, and the field in which it does."""
    if isinstance(fact, EntryCorrected):
        given = fact.fields.get("area")
        return (given if isinstance(given, str) else None), "fields.area"
    return cast("str | None", getattr(fact, "area", None)), "area"
