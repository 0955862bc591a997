"""Checking one value of a mapping against the field that it fills: columns, codes, formats, entries of other rows."""

from collections.abc import Iterator
from typing import Any

from marshmallow import ValidationError

from domain.importing.extracts.entry_fields import Slot
from domain.importing.extracts.mapping import MappedValue
from domain.importing.extracts.mapping_document import (
    MappingDocument,
    Where,
    format_problems,
    named_parts,
    texts_of,
)
from domain.importing.extracts.mapping_schema import ValueField
from domain.policy.cited_documents import Problem


class ValueCheck:
    """Checks the values of one mapping."""

    def __init__(self, document: MappingDocument):
        self.document = document

    def problems(self, table: str, value: Any, slot: Slot, where: Where) -> Iterator[Problem]:
        if not isinstance(value, MappedValue):
            if not slot.many or slot.kind != "parts":
                yield where, "takes no list of groups; write the name of a column"
                return
            for number, group in enumerate(value):
                for name, inner in group.items():
                    if name not in slot.parts:
                        yield (*where, number, name), f"is not a field here; known are {', '.join(slot.parts)}"
                    else:
                        yield from self.problems(table, inner, slot.parts[name], (*where, number, name))
                for name, part in slot.parts.items():
                    if part.required and name not in group:
                        yield (*where, number), f"{name} is missing; each group needs it"
            return
        if slot.kind == "parts" and value.value is None:
            yield where, f"takes a list of groups, each with {', '.join(slot.parts)}"
            return
        if value.reads_cells:
            for column in value.columns:
                yield from self.document.column(table, column, where)
        if value.earliest is not None and slot.kind not in ("day", "instant"):
            yield where, "is no date or time; earliest does not go with it"
        if value.value is not None:
            for problem in slot.problems_of(value.value):
                yield (*where, "value"), problem
        elif value.entry is not None:
            yield from self._reference(table, value, slot, where)
        elif slot.names is not None:
            yield where, "names an entry; write {entry: NAME}, with table and key where another row gives it"
        if value.split is not None and not slot.many:
            yield where, "takes one value; split is for lists"
        yield from self._formats(value, slot, where)
        if value.reads_cells:
            yield from self._codes(value, slot, where)

    def _formats(self, value: MappedValue, slot: Slot, where: Where) -> Iterator[Problem]:
        for part in ("formats", "pivot"):
            if getattr(value, part) is not None and slot.kind not in ("day", "instant"):
                yield where, f"is no date or time; {part} does not go with it"
        if value.formats is not None:
            pivot = value.pivot is not None or self.document.content.get("pivot") is not None
            yield from format_problems((*where, "formats"), value.formats, pivot=pivot)
            if value.pivot is not None and not any("%y" in form for form in value.formats):
                yield (*where, "pivot"), "is for years of two digits; no format here has them (%y)"

    def _codes(self, value: MappedValue, slot: Slot, where: Where) -> Iterator[Problem]:
        codes, at = value.codes, (*where, "codes")
        if isinstance(codes, str):
            at = ("codes", codes)
            lists = named_parts(self.document.content.get("codes"))
            if codes not in lists:
                known = ", ".join(lists) or "none"
                yield (*where, "codes"), f"there is no code list '{codes}'; known are: {known}"
                return
            codes = lists[codes] if self.document.sound(*at) else {}
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
        tables = named_parts(self.document.content.get("tables"))
        if other not in tables:
            yield (*where, "table"), f"the mapping has no table '{other}'; known are: {', '.join(tables)}"
            return
        if not self.document.sound("tables", other, "gives") or not self.document.sound("tables", other, "key"):
            return
        given = named_parts(tables[other]).get("gives", ())
        gives = {entry.get("name", entry["type"]): entry["type"] for entry in given}
        if value.entry not in gives:
            known = ", ".join(gives) or "none"
            yield (*where, "entry"), f"{other} gives no entry '{value.entry}'; it gives {known}"
        elif slot.names and gives[value.entry] not in slot.names:
            yield (
                (*where, "entry"),
                f"'{value.entry}' is of type {gives[value.entry]}; expected {' or '.join(slot.names)}",
            )
        if value.key is not None:
            for column in value.key:
                yield from self.document.column(table, column, (*where, "key"))
            wanted = texts_of(named_parts(tables[other]).get("key", ()))
            if len(value.key) != len(wanted):
                yield (
                    (*where, "key"),
                    f"the key of {other} has {len(wanted)} columns, {', '.join(wanted)}; name as many",
                )


def known_value(raw: Any) -> Any:
    """The value at a place whose form is right."""
    try:
        return ValueField(parts=True).deserialize(raw)
    except ValidationError as error:  # never reached: the form of this place is right
        raise AssertionError(error) from error


def _words(where: Where) -> str:
    return ".".join(str(step) for step in where if not isinstance(step, int))
