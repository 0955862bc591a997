"""The fields of each type of entry as a mapping names them: ``person.crn`` is the field ``crn`` in the group ``person``.

What a field takes is asked of the schemas made from the facts, so that a mapping is held to what an import is held to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from marshmallow import ValidationError, fields

from domain.entries.case_entries import ENTRY_TYPES, EntryCorrected
from domain.entries.entry import Entry
from domain.entries.references import reference_fields
from domain.entries.schemas import Flag, StrictDate, StrictInstant, schema_of

MADE = "entry"
"""The field that no mapping gives: it is made of source, table, key and name."""

COMMON = ("occurred_on", "occurred_at", "recorded_at", "recorded_by")
"""The fields that every type has: a table may give them once for all its entries."""

MAPPED = {name: kind for name, kind in ENTRY_TYPES.items() if kind.kept_on == "case" and kind is not EntryCorrected}
"""The types that rows can give. Corrections are made of rows that have changed."""


@dataclass(frozen=True)
class Slot:
    """What one field takes. ``group`` is the group that it stands in, and ``within`` whether that is optional.

    ``names``: the types of entry that it may refer to; None where it refers to none.
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
        """The field itself, or that of its items where it is a list."""
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
        """The fields of each group in a list of groups."""
        assert isinstance(self.item, fields.Nested)
        return {name: Slot(field, field.required) for name, field in self.item.schema.fields.items()}

    def problems_of(self, value: Any, *, item: bool = False) -> list[str]:
        """Why the field (or an item of its list) would not take this value."""
        try:
            (self.item if item else self.field).deserialize(value)
        except ValidationError as error:
            return [str(message) for message in error.messages] if isinstance(error.messages, list) else [str(error)]
        return []


@cache
def slots_of(fact_type: type[Entry]) -> Mapping[str, Slot]:
    """The fields of a type by their path."""
    names = {encoded: kinds for _, encoded, kinds in reference_fields(fact_type)}
    slots: dict[str, Slot] = {}
    for name, field in schema_of(fact_type).fields.items():
        if isinstance(field, fields.Nested):
            for inner, part in field.schema.fields.items():
                slots[f"{name}.{inner}"] = Slot(part, part.required, name)
        elif name != MADE:
            required = field.required and name != "recorded_at"
            slots[name] = Slot(field, required, names=names.get(name))
    return slots


def groups_needed(fact_type: type[Entry]) -> frozenset[str]:
    """The groups that every entry of the type has; of the others, all or nothing of what is required is given."""
    found = schema_of(fact_type).fields.items()
    return frozenset(name for name, field in found if isinstance(field, fields.Nested) and field.required)
