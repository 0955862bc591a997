"""Checking the parts of one table of a mapping: conditions, changes of cells, joins, and what void and missing rows mean."""

import difflib
from collections.abc import Iterator
from typing import Any

from domain.entries.case_entries import EntryWithdrawn
from domain.importing.extracts.entry_fields import COMMON, slots_of
from domain.importing.extracts.mapped_value_check import ValueCheck, known_value
from domain.importing.extracts.mapping_document import MappingDocument, Where, named_parts
from domain.policy.cited_documents import Problem

GIVES = ("key", "case", "gives")
"""What a table needs whose rows give entries. A table that is only joined to others has none of these."""

WITH_ENTRIES = ("fields", "withdrawal", "gone")
"""What says nothing where the rows of a table give no entry."""

OF_WITHDRAWALS = (*COMMON, "reason")
"""The fields of a withdrawal that a mapping may give."""


class TablePartsCheck:
    """Checks the parts of the tables of one mapping."""

    def __init__(self, document: MappingDocument, values: ValueCheck):
        self.document, self.values = document, values

    def problems(self, name: str, table: dict[str, Any]) -> Iterator[Problem]:
        at = ("tables", name)
        yield from self._wholeness(name, table, at)
        for part in ("when", "withdrawn_when"):
            yield from self.conditions(name, table, part, at)
        yield from self._cells(name, table, at)
        for join, said in named_parts(table.get("joins")).items():
            if self.document.sound(*at, "joins", join):
                yield from self._join(name, join, said, (*at, "joins", join))
        yield from self._withdrawal(name, table, at)

    def conditions(self, table: str, part: dict[str, Any], name: str, at: Where) -> Iterator[Problem]:
        """The problems of the columns of ``when`` or ``withdrawn_when``."""
        for column in named_parts(part.get(name)):
            if self.document.sound(*at, name, column):
                yield from self.document.column(table, column, (*at, name, column))

    def _wholeness(self, name: str, table: dict[str, Any], at: Where) -> Iterator[Problem]:
        """A table gives entries, or is joined to one that does."""
        if not any(part in table for part in GIVES) and name in self.document.joined():
            for part in WITH_ENTRIES:
                if part in table:
                    yield (*at, part), "says nothing here: the table gives no entry and is only joined to others"
            return
        for part in GIVES:
            if part not in table:
                yield (*at, part), "missing"

    def _cells(self, table: str, said: dict[str, Any], at: Where) -> Iterator[Problem]:
        lists = named_parts(self.document.content.get("codes"))
        for column, changes in named_parts(said.get("cells")).items():
            where = (*at, "cells", column)
            if not self.document.sound(*where):
                continue
            head = self.document.heads.get(table)
            if head is not None and column not in head and column.partition(".")[0] in named_parts(said.get("joins")):
                yield where, "is a column of a joined table; write it under cells there"
            else:
                yield from self.document.column(table, column, where)
            for change in changes if isinstance(changes, list) else [changes]:
                if isinstance(change, dict):
                    yield from self._lookup(change["lookup"], lists, (*where, "lookup"))

    def _lookup(self, lookup: Any, lists: dict[str, Any], where: Where) -> Iterator[Problem]:
        if isinstance(lookup, str):
            if lookup not in lists:
                yield where, f"there is no code list '{lookup}'{_hint(lookup, lists)}"
                return
            if not self.document.sound("codes", lookup):
                return
            lookup = lists[lookup]
        for text, meant in lookup.items():
            if not isinstance(meant, str):
                yield where, f"'{text}' means {meant!r}, which is no text; write it in quotes"

    def _join(self, table: str, name: str, join: dict[str, Any], at: Where) -> Iterator[Problem]:
        tables, other = named_parts(self.document.content.get("tables")), join["table"]
        if other not in tables:
            yield (*at, "table"), f"the mapping has no table '{other}'{_hint(other, tables)}"
            return
        for own, theirs in join["on"].items():
            yield from self.document.column(table, own, (*at, "on", own))
            if own.partition(".")[0] == name:
                yield (*at, "on", own), "is a column of this very join; name one by which the other row is found"
            yield from self.document.own_column(other, theirs, (*at, "on", own))
        if table in self.document.files and other not in self.document.files and join.get("optional") is not True:
            yield (
                (*at, "table"),
                f"{tables[other].get('file', f'{other}.csv')} is not in the folder, and the rows of "
                f"{self.document.files[table].path.name} need it; put it there, or write optional: true",
            )

    def _withdrawal(self, table: str, said: dict[str, Any], at: Where) -> Iterator[Problem]:
        if "withdrawal" in said and not said.get("withdrawn_when"):
            yield (*at, "withdrawal"), "says how void rows are withdrawn; say which are void: withdrawn_when"
        slots = slots_of(EntryWithdrawn)
        for field, raw in named_parts(said.get("withdrawal")).items():
            where = (*at, "withdrawal", field)
            if field not in OF_WITHDRAWALS:
                hint = _hint(field, OF_WITHDRAWALS)
                yield where, f"is not a field that a withdrawal takes from a row{hint}"
            elif self.document.sound(*where):
                yield from self.values.problems(table, known_value(raw), slots[field], where)


def _hint(name: str, known: Any) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean '{near[0]}'?" if near else f"; known are: {', '.join(known) or 'none'}"
