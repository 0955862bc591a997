"""Checking a mapping against the fields of entries and the columns of the tables, before any row is read.

``read_mapping`` reads the file. ``PolicyError`` lists all problems, each with file, line and field and what to do.
"""

import codecs
import difflib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.importing.extracts.csv_tables import REASON, NotATable, TableFile
from domain.importing.extracts.entry_fields import COMMON, MADE, MAPPED, Slot, groups_needed, slots_of
from domain.importing.extracts.mapped_value_check import ValueCheck, known_value
from domain.importing.extracts.mapping import DATES, TIMES, SourceMapping
from domain.importing.extracts.mapping_document import MappingDocument, Where, format_problems, named_parts, texts_of
from domain.importing.extracts.mapping_schema import MappingSchema
from domain.importing.extracts.table_parts_check import TablePartsCheck
from domain.policy.cited_documents import Problem, read_document


def read_mapping(path: Path, folder: Path, *, part: bool = False) -> tuple[SourceMapping, dict[str, TableFile], bool]:
    """The mapping, the files of its tables in the folder, and whether the folder is only a part of an extract.

    It is a part if ``part`` says so, or if a table has the column of rejected rows. A part may lack tables.
    """
    check = _Check(folder, part)
    mapping: SourceMapping = read_document(path, MappingSchema(), check=check.problems)
    return mapping, check.document.files, check.part


class _Check:
    """The check of one mapping."""

    def __init__(self, folder: Path, part: bool):
        self.folder, self.part = folder, part
        self.missing: list[Problem] = []
        self.document = MappingDocument({}, [])
        self.values = ValueCheck(self.document)
        self.parts = TablePartsCheck(self.document, self.values)

    def problems(self, document: dict[str, Any], shape: Sequence[Problem]) -> Iterator[Problem]:
        """What is wrong in the plain document beyond its form. ``shape``: what is wrong in its form."""
        self.document = MappingDocument(document, [where for where, _ in shape])
        self.values = ValueCheck(self.document)
        self.parts = TablePartsCheck(self.document, self.values)
        yield from self._reading(document, ())
        if self.document.sound("time_zone"):
            try:
                ZoneInfo(document.get("time_zone", "Europe/London"))
            except (ZoneInfoNotFoundError, ValueError):
                yield ("time_zone",), f"'{document['time_zone']}' is no time zone; write it like Europe/London"
        for name, defaults in (("dates", DATES), ("times", TIMES)):
            if self.document.sound(name):
                pivot = document.get("pivot") is not None
                yield from format_problems((name,), document.get(name, defaults), pivot=pivot)
        tables = document.get("tables")
        if not isinstance(tables, dict):
            return
        for name, table in tables.items():
            if isinstance(table, dict) and self.document.sound("tables", name, exact=True):
                yield from self._reading(table, ("tables", name))
                yield from self._file(name, table)
        if not self.part:
            yield from self.missing
        for name, table in tables.items():
            if isinstance(table, dict) and self.document.sound("tables", name, exact=True):
                yield from self._table(name, table)

    def _reading(self, part: dict[str, Any], at: Where) -> Iterator[Problem]:
        """Problems of the encoding and the delimiter."""
        encoding, delimiter = part.get("encoding", "utf-8"), part.get("delimiter", ",")
        if self.document.sound(*at, "encoding"):
            try:
                plain = codecs.lookup(encoding) and "a,\n".encode(encoding) == b"a,\n"
            except (LookupError, ValueError):
                yield (*at, "encoding"), f"'{encoding}' is not known; write utf-8, windows-1252 or another name of one"
            else:
                if not plain:
                    yield (*at, "encoding"), f"'{encoding}' cannot be read line by line; save the tables as utf-8"
        if self.document.sound(*at, "delimiter") and (len(delimiter) != 1 or delimiter in '"\r\n'):
            yield (*at, "delimiter"), f"'{delimiter}' is not one character; write ',', ';', '|' or \"\\t\""

    def _file(self, name: str, table: dict[str, Any]) -> Iterator[Problem]:
        """Find the file of a table in the folder and read its column names. Gives the problems."""
        at, wanted = ("tables", name), table.get("file", f"{name}.csv")
        if not self.document.sound(*at, "file"):
            return
        found = sorted(path for path in self.folder.glob(wanted) if path.is_file())
        if not found and table.get("optional") is not True:
            words = f"{wanted} is not in {self.folder.name}/; where that may be, write optional: true"
            self.missing.append(((*at, "file"), words))
        if len(found) > 1:
            named = ", ".join(path.name for path in found)
            yield (*at, "file"), f"'{wanted}' is more than one file in the folder: {named}; leave one there"
        if len(found) != 1:
            return
        file = TableFile(
            found[0],
            str(table.get("encoding", self.document.content.get("encoding", "utf-8"))),
            str(table.get("delimiter", self.document.content.get("delimiter", ","))),
        )
        try:
            head = file.head()
        except (NotATable, LookupError, TypeError, ValueError) as error:
            if self.document.sound(*at, "encoding") and self.document.sound("encoding"):
                yield (*at, "file"), f"{file.path.name} {error}"
            return
        self.part = self.part or head[0] == REASON
        self.document.files[name], self.document.heads[name] = file, head
        for column in sorted({column for column in head if head.count(column) > 1}):
            yield (*at, "file"), f"{file.path.name} names the column '{column}' twice; rename one of the two"

    def _table(self, name: str, table: dict[str, Any]) -> Iterator[Problem]:
        at = ("tables", name)
        yield from self.parts.problems(name, table)
        if "key" in table and self.document.sound(*at, "key"):
            for column in texts_of(table["key"]):
                yield from self.document.column(name, column, (*at, "key"))
        if "case" in table and self.document.sound(*at, "case"):
            case = known_value(table["case"])
            if case.column is None and case.text is None:
                yield (*at, "case"), "write the column with the case's reference, or {text: '{CRN}/{NUMBER}'}"
            for column in case.columns:
                yield from self.document.column(name, column, (*at, "case"))
        for field, raw in named_parts(table.get("fields")).items():
            where = (*at, "fields", field)
            if field not in COMMON:
                yield where, f"is not one of the fields that every type has: {', '.join(COMMON)}; write it under gives"
            elif self.document.sound(*where):
                yield from self.values.problems(name, known_value(raw), slots_of(MAPPED["CaseAllocated"])[field], where)
        given: set[str] = set()
        gives = table.get("gives")
        for number, entry in enumerate(gives if isinstance(gives, list) else []):
            if isinstance(entry, dict) and self.document.sound(*at, "gives", number, exact=True):
                yield from self._entry(name, table, entry, (*at, "gives", number), given)

    def _entry(
        self, table_name: str, table: dict[str, Any], entry: dict[str, Any], at: Where, given: set[str]
    ) -> Iterator[Problem]:
        if not self.document.sound(*at, "type") or not self.document.sound(*at, "name"):
            return
        kind, name = entry["type"], entry.get("name", entry["type"])
        if name in given:
            yield at, f"'{name}' is given twice by {table_name}; tell them apart: name: ..."
        given.add(name)
        yield from self.parts.conditions(table_name, entry, "when", at)
        if kind not in MAPPED:
            near = difflib.get_close_matches(kind, MAPPED, n=1)
            own = "made of the rows that have changed; no row gives it" if kind == "EntryCorrected" else ""
            hint = f"; did you mean '{near[0]}'?" if near else ""
            yield (*at, "type"), own or f"'{kind}' is not a type of entry of a case{hint}"
            return
        slots, raw = slots_of(MAPPED[kind]), named_parts(entry.get("fields"))
        for field, value in raw.items():
            where = (*at, "fields", field)
            if field not in slots:
                yield where, _unknown(field, kind, slots)
            elif self.document.sound(*where):
                yield from self.values.problems(table_name, known_value(value), slots[field], where)
        named = {*raw, *named_parts(table.get("fields"))}
        groups = groups_needed(MAPPED[kind]) | {field.partition(".")[0] for field in named if "." in field}
        for field, slot in slots.items():
            if slot.required and field not in named and (not slot.group or slot.group in groups):
                yield (*at, "fields"), f"{field} is missing; {kind} needs it"


def _unknown(field: str, kind: str, slots: Mapping[str, Slot]) -> str:
    if field in MADE:
        return (
            "is made of source, table, key and name; leave it out"
            if field == "entry"
            else "comes with an export; leave it out"
        )
    inside = [slot for slot in slots if slot.startswith(f"{field}.")]
    if inside:
        return f"is a group; write {', '.join(inside)}"
    near = difflib.get_close_matches(field, slots, n=1)
    return f"not a field of {kind}" + (f"; did you mean '{near[0]}'?" if near else f"; known are {', '.join(slots)}")
