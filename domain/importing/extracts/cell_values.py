"""Turning the cells of a row into the fields of an entry: codes, dates, times, numbers, lists and references."""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from string import Formatter
from typing import Any

from domain.aggregates.source_entries import RowEntry
from domain.entries.case_entries import EntryWithdrawn
from domain.importing.extracts.entry_fields import MAPPED, Slot, slots_of
from domain.importing.extracts.mapping import MappedValue, SourceMapping, When, all_hold
from domain.importing.extracts.row_cells import Cells, UnreadableCell
from domain.importing.extracts.source_timestamps import read_day, read_instant

BLANK = object()
"""The value where the columns are blank: the field is left out."""

Problem = tuple[str, str]


class RowReader:
    """Reads the rows of one table according to the mapping."""

    def __init__(self, mapping: SourceMapping, table: str):
        self.mapping, self.name, self.table = mapping, table, mapping.tables[table]

    def blank(self, text: str) -> bool:
        return text in self.mapping.blank

    def holds(self, when: When, cells: Cells) -> bool:
        """Whether all conditions hold for the row. ``UnreadableCell`` where a column cannot be read."""
        return all_hold(when, cells, self.mapping.blank)

    def void(self, cells: Cells) -> bool:
        """Whether the row is void: what it gave before is withdrawn, and it gives nothing."""
        return bool(self.table.withdrawn_when) and self.holds(self.table.withdrawn_when, cells)

    def key(self, columns: tuple[str, ...], cells: Cells) -> tuple[str, ...]:
        """The key in these columns. ``UnreadableCell`` where one is blank."""
        key = tuple(cells[column] for column in columns)
        if any(self.blank(part) for part in key):
            raise UnreadableCell(f"{' and '.join(columns)} must be filled")
        return key

    def reference(self, cells: Cells) -> str:
        """The reference of the row's case. ``UnreadableCell`` where its columns are blank."""
        case = self.table.case
        if any(self.blank(cells[column]) for column in case.columns):
            raise UnreadableCell(f"{' and '.join(case.columns)} must be filled")
        return self._text(case, cells)

    def fields(self, number: int, cells: Cells) -> tuple[dict[str, Any], list[Problem]]:
        """The interchange fields of one entry of the row, by its number in the mapping, and the problems of cells."""
        entry = self.table.gives[number]
        return self._fields({**self.table.fields, **entry.fields}, slots_of(MAPPED[entry.type]), cells)

    def withdrawal(self, cells: Cells) -> tuple[dict[str, Any], list[Problem]]:
        """The fields of the entry that withdraws what a void row gave, as the mapping has them, and the problems."""
        return self._fields(self.table.withdrawal, slots_of(EntryWithdrawn), cells)

    def _fields(
        self, values: Mapping[str, Any], slots: Mapping[str, Slot], cells: Cells
    ) -> tuple[dict[str, Any], list[Problem]]:
        fields: dict[str, Any] = {}
        problems: list[Problem] = []
        for path, value in values.items():
            try:
                found = self._field(value, slots[path], cells)
            except UnreadableCell as error:
                problems.append((path, str(error)))
                continue
            if found is not BLANK:
                group, _, name = path.rpartition(".")
                (fields.setdefault(group, {}) if group else fields)[name] = found
        return fields, problems

    def columns_of(self, number: int, path: str) -> tuple[str, ...]:
        """The columns of a field, to name them where the field is refused."""
        value = {**self.table.fields, **self.table.gives[number].fields}.get(path)
        return value.columns if isinstance(value, MappedValue) else ()

    def _field(self, value: Any, slot: Slot, cells: Cells) -> Any:
        if not isinstance(value, MappedValue):
            return list(self._groups(value, slot, cells))
        if value.value is not None:
            return value.value
        if value.earliest is not None:
            return self._earliest(value, slot, cells)
        if value.entry is not None:
            items = list(self._entries(value, cells))
        else:
            items = [self._one(value, slot, text) for text in _split(self._text(value, cells), value.split)]
        filled = [item for item in items if item is not BLANK]
        return filled if slot.many else filled[0] if filled else BLANK

    def _earliest(self, value: MappedValue, slot: Slot, cells: Cells) -> Any:
        """The earliest day or time in the columns that are filled. A day may be that of a time."""
        given = value.formats or (self.mapping.dates + self.mapping.times if slot.kind == "day" else self.mapping.times)
        try:
            read = [
                _TIMES[slot.kind](cells[column], given, value, self.mapping)
                for column in value.earliest or ()
                if not self.blank(cells[column])
            ]
        except ValueError as error:
            raise UnreadableCell(str(error)) from None
        return min(read).isoformat() if read else BLANK

    def _groups(self, groups: Any, slot: Slot, cells: Cells) -> Iterator[dict[str, Any]]:
        """The groups of a list, without those whose columns are all blank."""
        for group in groups:
            columns = [column for value in group.values() for column in value.columns]
            if columns and all(self.blank(cells[column]) for column in columns):
                continue
            found = {name: self._field(value, slot.parts[name], cells) for name, value in group.items()}
            yield {name: item for name, item in found.items() if item is not BLANK}

    def _text(self, value: MappedValue, cells: Cells) -> str:
        if value.column is not None:
            return cells[value.column]
        if value.text is not None:
            filled = {name: "" if self.blank(cells[name]) else cells[name] for name in value.columns}
            return _filled_in(value.text, filled) if any(filled.values()) or not filled else ""
        return next((cells[column] for column in value.first_filled or () if not self.blank(cells[column])), "")

    def _one(self, value: MappedValue, slot: Slot, text: str) -> Any:
        """One value of a field, or one item of its list."""
        codes = self.mapping.codes[value.codes] if isinstance(value.codes, str) else value.codes
        if codes is not None and text in codes:
            return codes[text]
        if self.blank(text):
            return BLANK if codes is None else codes.get("", BLANK)
        if codes is not None:
            near = difflib.get_close_matches(text, codes, n=1)
            hint = f" (did you mean '{near[0]}'?)" if near else ""
            raise UnreadableCell(
                f"'{text}' is not among its codes in the mapping{hint}; add it there, or correct the row"
            )
        try:
            return _CONVERSIONS[slot.kind](text, value, self.mapping)
        except ValueError as error:
            raise UnreadableCell(str(error)) from None

    def _entries(self, value: MappedValue, cells: Cells) -> Iterator[str]:
        """The ids of the entries that a value names; none where its columns are blank."""
        columns = value.key or self.table.key
        keys: list[tuple[str, ...]] = [tuple(cells[column] for column in columns)]
        if value.split is not None:
            keys = [(part,) for part in _split(cells[columns[0]], value.split)]
        for key in keys:
            if not any(self.blank(part) for part in key):
                yield str(RowEntry(self.mapping.source, value.table or self.name, key, value.entry or ""))


def _split(text: str, by: str | None) -> list[str]:
    return [text] if by is None else [part.strip() for part in text.split(by)]


def _filled_in(text: str, cells: Cells) -> str:
    """The text with the columns in braces replaced by their cells; blank cells leave no double spaces."""
    parts = (said + (cells[name] if name is not None else "") for said, name, _, _ in Formatter().parse(text))
    return re.sub(r" {2,}", " ", "".join(parts)).strip()


def _whole(text: str, *_: Any) -> int:
    if re.fullmatch(r"[+-]?[0-9]{1,9}", text) is None:
        raise ValueError(f"'{text}' is not a whole number")
    return int(text)


def _number(text: str, *_: Any) -> float:
    if re.fullmatch(r"[+-]?[0-9]{1,9}(\.[0-9]{1,9})?", text) is None:
        raise ValueError(f"'{text}' is not a number; write it like 7.5")
    return float(text)


def _day(text: str, formats: tuple[str, ...], value: MappedValue, mapping: SourceMapping) -> date:
    return read_day(text, formats, _pivot(value, mapping))


def _instant(text: str, formats: tuple[str, ...], value: MappedValue, mapping: SourceMapping) -> datetime:
    return read_instant(text, formats, mapping.time_zone, mapping.twice, _pivot(value, mapping))


def _pivot(value: MappedValue, mapping: SourceMapping) -> int | None:
    return mapping.pivot if value.pivot is None else value.pivot


_TIMES: Mapping[str, Callable[[str, tuple[str, ...], MappedValue, SourceMapping], Any]] = {
    "day": _day,
    "instant": _instant,
}

_CONVERSIONS: Mapping[str, Callable[[str, MappedValue, SourceMapping], Any]] = {
    "day": lambda text, value, mapping: _day(text, value.formats or mapping.dates, value, mapping).isoformat(),
    "instant": lambda text, value, mapping: _instant(text, value.formats or mapping.times, value, mapping).isoformat(),
    "whole": _whole,
    "number": _number,
    "text": lambda text, *_: text,
}
