"""The fields of each type of entry, as a mapping names them: ``person.crn`` is the field ``crn`` of the group
``person``.

The values that a field takes come from the schemas made from the entries, so a mapping must meet the same rules as an
import.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from marshmallow import ValidationError, fields

from domain.entries.case_entries import ENTRY_TYPES, EntryCorrected
from domain.entries.entry import CLAIMED, Entry
from domain.entries.references import reference_fields
from domain.entries.schemas import Flag, StrictDate, StrictInstant, schema_of

MADE = ("entry", *CLAIMED)
"""The fields that no mapping gives: the id is made from source, table, key and name; the others are of other records."""

COMMON = ("occurred_on", "occurred_at", "recorded_at", "recorded_by")
"""The fields that all types have. A table may give them once for all its entries."""

MAPPED = {name: kind for name, kind in ENTRY_TYPES.items() if kind.kept_on == "case" and kind is not EntryCorrected}
"""The types of entry that rows can give. Corrections are made where a row has changed."""


@dataclass(frozen=True)
class Slot:
    """One field of an entry. ``group``: the group that it belongs to; ``within``: whether that is optional.

    ``names``: the types of entry that it may refer to; None if it is no reference.
    """

    field: fields.Field[Any]
    required: bool
    group: str = ""
    names: tuple[str, ...] | None = None

    @property
    def many(self) -> bool:
        return isinstance(self.field, fields.List)

    @property
    def item(self) -> fields.Field[Any]:
        """The marshmallow field; for a list, that of its items."""
        return self.field.inner if isinstance(self.field, fields.List) else self.field

    @property
    def kind(self) -> str:
        """How the text of a column becomes a value: day, instant, flag, whole, number, parts or text."""
        match self.item:
            case StrictDate():
                return "day"
            case StrictInstant():
                return "instant"
            case Flag():
                return "flag"
            case fields.Integer():
                return "whole"
            case fields.Float():
                return "number"
            case fields.Nested():
                return "parts"
            case _:
                return "whole" if not self.problems_of(1, item=True) else "text"

    @property
    def parts(self) -> Mapping[str, "Slot"]:
        """The fields of each group, where the field is a list of groups."""
        assert isinstance(self.item, fields.Nested)
        return {name: Slot(field, field.required) for name, field in self.item.schema.fields.items()}

    def problems_of(self, value: Any, *, item: bool = False) -> list[str]:
        """Why the field, or with ``item`` an item of its list, cannot have this value; empty if it can."""
        try:
            (self.item if item else self.field).deserialize(value)
        except ValidationError as error:
            return [str(message) for message in error.messages] if isinstance(error.messages, list) else [str(error)]
        return []


@cache
def slots_of(entry_type: type[Entry]) -> Mapping[str, Slot]:
    """Path -> field, for all fields of a type."""
    names = {encoded: kinds for _, encoded, kinds in reference_fields(entry_type)}
    slots: dict[str, Slot] = {}
    for name, field in schema_of(entry_type).fields.items():
        if isinstance(field, fields.Nested):
            for inner, part in field.schema.fields.items():
                slots[f"{name}.{inner}"] = Slot(part, part.required, name)
        elif name not in MADE:
            required = field.required and name != "recorded_at"
            slots[name] = Slot(field, required, names=names.get(name))
    return slots


def groups_needed(entry_type: type[Entry]) -> frozenset[str]:
    """The groups that every entry of a type must have. Of other groups a mapping gives all required fields or none."""
    found = schema_of(entry_type).fields.items()
    return frozenset(name for name, field in found if isinstance(field, fields.Nested) and field.required)
