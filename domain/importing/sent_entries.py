"""What a machine may send by the API: what its source knows, and never what a person decides or recorded here."""

from collections.abc import Callable, Collection

from domain.aggregates.case_file import CaseFile
from domain.entries.case_entries import Entry, EntryCorrected, EntryWithdrawn
from domain.entries.refusals import Refused
from domain.entries.schemas import ShapeError
from domain.importing.source_areas import SourceAreas


class SentEntries:
    """The check of the lines that a machine sends.

    ``may_send``: whether its account may send entries of a type. ``areas``: those of its source; None: all. ``people``: the
    user names of the persons here. ``only``: the one case that it sends to; empty: any.
    """

    def __init__(
        self,
        may_send: Callable[[type[Entry]], bool],
        areas: SourceAreas | None,
        people: Collection[str],
        only: str = "",
    ):
        self.may_send, self.areas, self.people, self.only = may_send, areas, people, only

    def check(self, file: CaseFile, fact: Entry) -> None:
        """``Refused`` where the machine may not send this entry to this file."""
        if self.only and file.reference != self.only:
            raise Refused(
                fact.kept_on, f"{file.reference} is not {self.only}, to which this was sent; send it by itself"
            )
        self._check_type(type(fact), "type", "is made")
        if self.areas is not None:
            self.areas.check(file, fact)
        if isinstance(fact, EntryCorrected | EntryWithdrawn) and (about := file.entries.get(fact.of)) is not None:
            self._check_type(type(about), "of", "is corrected or withdrawn")
        if fact.recorded_by in self.people and fact.entry not in file.entries:
            raise Refused(
                "recorded_by",
                f"'{fact.recorded_by}' is a person with an account here, who records by signing in; leave the field out, or give "
                "the source's own name",
            )

    def check_readable(self, declared: type[Entry]) -> None:
        """``ShapeError`` where the machine may send no entry of this type, so that nobody mends a line for nothing."""
        try:
            self._check_type(declared, "type", "is made")
        except Refused as refused:
            raise ShapeError([(refused.field, refused.reason)]) from None

    def _check_type(self, declared: type[Entry], field: str, what: str) -> None:
        if not self.may_send(declared):
            raise Refused(
                field, f"{declared.__name__} {what} by a person only, who signs in; no machine may. Leave the line out"
            )
