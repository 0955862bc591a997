"""What the tables of an export are made of: each field with its type, its definition, its unit and where that is stated."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal

import pyarrow as pa

Holds = Literal["text", "whole", "number", "flag", "day", "instant", "texts", "wholes"]
"""What a field holds. ``texts``, ``wholes``: a list of them."""

ARROW: Final[dict[Holds, Any]] = {
    "text": pa.string(), "whole": pa.int32(), "number": pa.float64(), "flag": pa.bool_(), "day": pa.date32(),
    "instant": pa.timestamp("us", tz="UTC"), "texts": pa.list_(pa.string()), "wholes": pa.list_(pa.int32()),
}  # fmt: skip

FRICTIONLESS: Final[dict[Holds, str]] = {
    "text": "string", "whole": "integer", "number": "number", "flag": "boolean", "day": "date", "instant": "datetime",
    "texts": "any", "wholes": "any",
}  # fmt: skip
"""The types of Table Schema. Lists are ``any``, and whole numbers that may be empty are ``number``: the library frictionless
reads Parquet through pandas, where they become arrays and NaN.
"""

NO_UNIT: Final[dict[Holds, str]] = {"day": "day, in Europe/London", "instant": "instant, in UTC"}

OURS = "caseaudit, docs/analysts.md"
"""The source of what this program defines."""


@dataclass(frozen=True)
class Field:
    """One field. ``says``: its definition. ``unit``: of a number. ``cite``: where it is defined. ``required``: never empty."""

    name: str
    holds: Holds
    title: str
    says: str
    unit: str = ""
    cite: str = OURS
    required: bool = False

    @property
    def described(self) -> dict[str, Any]:
        """The field as Table Schema has it; ``unit``, ``citation`` and ``arrowType`` are ours."""
        found: dict[str, Any] = {
            "name": self.name, "type": "number" if self.holds == "whole" and not self.required else FRICTIONLESS[self.holds],
            "title": self.title, "description": self.says, "unit": self.unit or NO_UNIT.get(self.holds, "none"),
            "citation": self.cite, "arrowType": str(ARROW[self.holds]),
        }  # fmt: skip
        return found | ({"constraints": {"required": True}} if self.required else {})


@dataclass(frozen=True)
class ForeignKey:
    """Fields of a table that name a row of another."""

    fields: Sequence[str]
    table: str
    of: Sequence[str]


@dataclass(frozen=True)
class Table:
    """One table. ``key``: the fields that tell its rows apart; none: two rows may be alike."""

    name: str
    title: str
    says: str
    fields: Sequence[Field]
    key: Sequence[str] = ()
    foreign: Sequence[ForeignKey] = field(default=())

    @cached_property
    def schema(self) -> Any:
        """The Arrow schema of its files."""
        return pa.schema([pa.field(one.name, ARROW[one.holds], nullable=not one.required) for one in self.fields])

    @property
    def described(self) -> dict[str, Any]:
        """Its schema as Table Schema has it."""
        found: dict[str, Any] = {"fields": [one.described for one in self.fields]}
        if self.key:
            found["primaryKey"] = list(self.key)
        if self.foreign:
            found["foreignKeys"] = [
                {"fields": list(one.fields), "reference": {"resource": one.table, "fields": list(one.of)}}
                for one in self.foreign
            ]
        return found
