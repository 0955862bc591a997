"""Checking a mapping against the fields of entries and the columns of the tables, before any row is read.

``read_mapping`` reads the file. ``PolicyError`` lists all problems, each with file, line and field and what to do.
"""

import codecs
import difflib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from marshmallow import ValidationError

from domain.importing.extracts.csv_tables import REASON, NotATable, TableFile
from domain.importing.extracts.entry_fields import COMMON, MADE, MAPPED, Slot, groups_needed, slots_of
from domain.importing.extracts.mapping import (
    DATES,
    TIMES,
    MappedValue,
    MappingSchema,
    SourceMapping,
    ValueField,
)
from domain.importing.extracts.source_timestamps import is_date_format
from domain.policy.cited_documents import Problem, read_document

Where = tuple[Any, ...]


def read_mapping(path: Path, folder: Path, *, part: bool = False) -> tuple[SourceMapping, dict[str, TableFile], bool]:
    """The mapping, the files of its tables in the folder, and whether the folder is only a part of an extract.

    It is a part if ``part`` says so, or if a table has the column of rejected rows. A part may lack tables.
    """
    check = _Check(folder, part)
    mapping: SourceMapping = read_document(path, MappingSchema(), check=check.problems)
    return mapping, check.files, check.part


class _Check:
    """The check of one mapping. ``bad``: the places whose form is wrong; they are not checked further."""

    def __init__(self, folder: Path, part: bool):
        self.folder, self.part = folder, part
        self.files: dict[str, TableFile] = {}
        self.heads: dict[str, list[str]] = {}
        self.missing: list[Problem] = []
        self.document: dict[str, Any] = {}
        self.bad: list[Where] = []

    def problems(self, document: dict[str, Any], shape: Sequence[Problem]) -> Iterator[Problem]:
        self.document, self.bad = document, [where for where, _ in shape]
        yield from self._reading(document, ())
        if self._sound("time_zone"):
            try:
                ZoneInfo(document.get("time_zone", "Europe/London"))
            except (ZoneInfoNotFoundError, ValueError):
                yield ("time_zone",), f"'{document['time_zone']}' is no time zone; write it like Europe/London"
        for name, defaults in (("dates", DATES), ("times", TIMES)):
            if self._sound(name):
                yield from _formats((name,), document.get(name, defaults))
        tables = document.get("tables")
        if not isinstance(tables, dict):
            return
        for name, table in tables.items():
            if isinstance(table, dict) and self._sound("tables", name, exact=True):
                yield from self._reading(table, ("tables", name))
                yield from self._file(name, table)
        if not self.part:
            yield from self.missing
        for name, table in tables.items():
            if isinstance(table, dict) and self._sound("tables", name, exact=True):
                yield from self._table(name, table)

    def _sound(self, *where: Any, exact: bool = False) -> bool:
        """Whether the form of this place is right, of those around it and, unless ``exact``, of those within it."""
        return not any(
            where[: len(bad)] == bad or (not exact and bad[: len(where)] == where) for bad in self.bad if bad
        )

    def _reading(self, part: dict[str, Any], at: Where) -> Iterator[Problem]:
        """Problems of the encoding and the delimiter."""
        encoding, delimiter = part.get("encoding", "utf-8"), part.get("delimiter", ",")
        if self._sound(*at, "encoding"):
            try:
                plain = codecs.lookup(encoding) and "a,\n".encode(encoding) == b"a,\n"
            except LookupError:
                yield (*at, "encoding"), f"'{encoding}' is not known; write utf-8, windows-1252 or another name of one"
            else:
                if not plain:
                    yield (*at, "encoding"), f"'{encoding}' cannot be read line by line; save the tables as utf-8"
        if self._sound(*at, "delimiter") and (len(delimiter) != 1 or delimiter in '"\r\n'):
            yield (*at, "delimiter"), f"'{delimiter}' is not one character; write ',', ';', '|' or \"\\t\""

    def _file(self, name: str, table: dict[str, Any]) -> Iterator[Problem]:
        """Find the file of a table in the folder and read its column names. Gives the problems."""
        at, wanted = ("tables", name), table.get("file", f"{name}.csv")
        if not self._sound(*at, "file"):
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
            str(table.get("encoding", self.document.get("encoding", "utf-8"))),
            str(table.get("delimiter", self.document.get("delimiter", ","))),
        )
        try:
            head = file.head()
        except (NotATable, LookupError, TypeError, UnicodeError) as error:
            if self._sound(*at, "encoding") and self._sound("encoding"):
                yield (*at, "file"), f"{file.path.name} {error}"
            return
        self.part = self.part or head[0] == REASON
        self.files[name], self.heads[name] = file, head
        for column in sorted({column for column in head if head.count(column) > 1}):
            yield (*at, "file"), f"{file.path.name} names the column '{column}' twice; rename one of the two"

    def _column(self, table: str, column: str, where: Where) -> Iterator[Problem]:
        head = self.heads.get(table)
        if head is not None and column not in head:
            near = difflib.get_close_matches(column, head, n=1) or difflib.get_close_matches(column.upper(), head, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"it has {', '.join(head)}"
            yield where, f"{self.files[table].path.name} has no column '{column}'; {hint}"

    def _table(self, name: str, table: dict[str, Any]) -> Iterator[Problem]:
        at = ("tables", name)
        if self._sound(*at, "key"):
            for column in _texts(table["key"]):
                yield from self._column(name, column, (*at, "key"))
        if self._sound(*at, "case"):
            case = _value(table["case"])
            if case.value is not None or case.entry is not None:
                yield (*at, "case"), "write the column with the case's reference, or {text: '{CRN}/{NUMBER}'}"
            for column in case.columns:
                yield from self._column(name, column, (*at, "case"))
        yield from self._when(name, table, at)
        for field, raw in _parts(table.get("fields")).items():
            where = (*at, "fields", field)
            if field not in COMMON:
                yield where, f"is not one of the fields that every type has: {', '.join(COMMON)}; write it under gives"
            elif self._sound(*where):
                yield from self._value(name, _value(raw), slots_of(MAPPED["CaseAllocated"])[field], where)
        given: set[str] = set()
        gives = table.get("gives")
        for number, entry in enumerate(gives if isinstance(gives, list) else []):
            if isinstance(entry, dict) and self._sound(*at, "gives", number, exact=True):
                yield from self._entry(name, table, entry, (*at, "gives", number), given)

    def _when(self, table: str, part: dict[str, Any], at: Where) -> Iterator[Problem]:
        for column in _parts(part.get("when")):
            if self._sound(*at, "when", column):
                yield from self._column(table, column, (*at, "when", column))

    def _entry(
        self, table_name: str, table: dict[str, Any], entry: dict[str, Any], at: Where, given: set[str]
    ) -> Iterator[Problem]:
        if not self._sound(*at, "type") or not self._sound(*at, "name"):
            return
        kind, name = entry["type"], entry.get("name", entry["type"])
        if name in given:
            yield at, f"'{name}' is given twice by {table_name}; tell them apart: name: ..."
        given.add(name)
        yield from self._when(table_name, entry, at)
        if kind not in MAPPED:
            near = difflib.get_close_matches(kind, MAPPED, n=1)
            own = "made of the rows that have changed; no row gives it" if kind == "EntryCorrected" else ""
            hint = f"; did you mean '{near[0]}'?" if near else ""
            yield (*at, "type"), own or f"'{kind}' is not a type of entry of a case{hint}"
            return
        slots, raw = slots_of(MAPPED[kind]), _parts(entry.get("fields"))
        for field, value in raw.items():
            where = (*at, "fields", field)
            if field not in slots:
                yield where, _unknown(field, kind, slots)
            elif self._sound(*where):
                yield from self._value(table_name, _value(value), slots[field], where)
        named = {*raw, *_parts(table.get("fields"))}
        groups = groups_needed(MAPPED[kind]) | {field.partition(".")[0] for field in named if "." in field}
        for field, slot in slots.items():
            if slot.required and field not in named and (not slot.group or slot.group in groups):
                yield (*at, "fields"), f"{field} is missing; {kind} needs it"

    def _value(self, table: str, value: Any, slot: Slot, where: Where) -> Iterator[Problem]:
        if not isinstance(value, MappedValue):
            if not slot.many or slot.kind != "parts":
                yield where, "takes no list of groups; write the name of a column"
                return
            for number, group in enumerate(value):
                for name, inner in group.items():
                    if name not in slot.parts:
                        yield (*where, number, name), f"is not a field here; known are {', '.join(slot.parts)}"
                    else:
                        yield from self._value(table, inner, slot.parts[name], (*where, number, name))
                for name, part in slot.parts.items():
                    if part.required and name not in group:
                        yield (*where, number), f"{name} is missing; each group needs it"
            return
        if slot.kind == "parts" and value.value is None:
            yield where, f"takes a list of groups, each with {', '.join(slot.parts)}"
            return
        if value.column is not None or value.text is not None:
            for column in value.columns:
                yield from self._column(table, column, where)
        if value.value is not None:
            for problem in slot.problems_of(value.value):
                yield (*where, "value"), problem
        elif value.entry is not None:
            yield from self._reference(table, value, slot, where)
        elif slot.names is not None:
            yield where, "names an entry; write {entry: NAME}, with table and key where another row gives it"
        if value.split is not None and not slot.many:
            yield where, "takes one value; split is for lists"
        if value.formats is not None:
            if slot.kind not in ("day", "instant"):
                yield where, "is no date or time; formats does not go with it"
            yield from _formats((*where, "formats"), value.formats)
        if value.column is not None or value.text is not None:
            yield from self._codes(value, slot, where)

    def _codes(self, value: MappedValue, slot: Slot, where: Where) -> Iterator[Problem]:
        codes, at = value.codes, (*where, "codes")
        if isinstance(codes, str):
            at = ("codes", codes)
            lists = _parts(self.document.get("codes"))
            if codes not in lists:
                known = ", ".join(lists) or "none"
                yield (*where, "codes"), f"there is no code list '{codes}'; known are: {known}"
                return
            codes = lists[codes] if self._sound(*at) else {}
        if codes is None:
            if slot.kind == "flag":
                yield where, "is true or false; say when: codes: {Y: true, N: false}"
            return
        for code, meant in codes.items():
            for problem in slot.problems_of(meant, item=True):
                yield (*at, code), problem + (f" (needed at {_words(where)})" if at[0] == "codes" else "")

    def _reference(self, table: str, value: MappedValue, slot: Slot, where: Where) -> Iterator[Problem]:
        if slot.names is None:
            yield where, "does not name an entry; write the name of a column"
            return
        other = value.table or table
        tables = _parts(self.document.get("tables"))
        if other not in tables:
            yield (*where, "table"), f"the mapping has no table '{other}'; known are: {', '.join(tables)}"
            return
        if not self._sound("tables", other, "gives") or not self._sound("tables", other, "key"):
            return
        gives = {entry.get("name", entry["type"]): entry["type"] for entry in tables[other]["gives"]}
        if value.entry not in gives:
            yield (*where, "entry"), f"{other} gives no entry '{value.entry}'; it gives {', '.join(gives)}"
        elif slot.names and gives[value.entry] not in slot.names:
            yield (
                (*where, "entry"),
                f"'{value.entry}' is of type {gives[value.entry]}; expected {' or '.join(slot.names)}",
            )
        if value.key is not None:
            for column in value.key:
                yield from self._column(table, column, (*where, "key"))
            wanted = _texts(tables[other]["key"])
            if len(value.key) != len(wanted):
                yield (
                    (*where, "key"),
                    f"the key of {other} has {len(wanted)} columns, {', '.join(wanted)}; name as many",
                )


def _unknown(field: str, kind: str, slots: Mapping[str, Slot]) -> str:
    if field == MADE:
        return "is made of source, table, key and name; leave it out"
    inside = [slot for slot in slots if slot.startswith(f"{field}.")]
    if inside:
        return f"is a group; write {', '.join(inside)}"
    near = difflib.get_close_matches(field, slots, n=1)
    return f"not a field of {kind}" + (f"; did you mean '{near[0]}'?" if near else f"; known are {', '.join(slots)}")


def _formats(where: Where, formats: Any) -> Iterator[Problem]:
    for form in _texts(formats):
        if not is_date_format(form):
            yield (
                where,
                f"'{form}' does not say day, month and four-digit year; write it like %d/%m/%Y or %d-%b-%Y %H:%M",
            )


def _value(raw: Any) -> Any:
    try:
        return ValueField(parts=True).deserialize(raw)
    except ValidationError as error:  # never reached: the form of this place is right
        raise AssertionError(error) from error


def _texts(raw: Any) -> list[str]:
    return [raw] if isinstance(raw, str) else list(raw)


def _parts(raw: Any) -> dict[str, Any]:
    return {name: part for name, part in raw.items() if isinstance(name, str)} if isinstance(raw, dict) else {}


def _words(where: Where) -> str:
    return ".".join(str(step) for step in where if not isinstance(step, int))
