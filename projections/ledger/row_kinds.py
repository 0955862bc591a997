"""The kinds of ledger row and what each field holds: the tables, the columns and the conversions between them follow from it.

A new field is one line in a class of ``ledger_rows``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import NoneType
from typing import Any, Final, Literal, NamedTuple, get_args, get_origin, get_type_hints

from projections.ledger.ledger_rows import DutyRow, JudgementRow, LateRow, NoticeRow, Place, SpellRow

Holds = Literal["day", "instant", "number", "flag", "word", "place", "name", "entry", "entries"]
"""What a field holds.

``word``: one of a few values of any type. ``name``: a person's. ``entry``, ``entries``: ids of entries of the case's file.
"""

_BY_TYPE: Mapping[Any, Holds] = {
    date: "day", datetime: "instant", int: "number", bool: "flag", str: "word", Place: "place",
}  # fmt: skip


class RowField(NamedTuple):
    """A field of a row. ``of``: its Python type. ``bits``: the size of a number. ``optional``: whether it may be None."""

    name: str
    holds: Holds
    of: Any
    bits: int
    optional: bool


@dataclass(frozen=True)
class RowKind:
    """One kind of row: its name, its class, its fields in the order of the class."""

    name: str
    row: Any
    fields: tuple[RowField, ...]

    @classmethod
    def of(cls, name: str, row: Any) -> "RowKind":
        hints = get_type_hints(row, include_extras=True)
        return cls(name, row, tuple(_field(field, hints[field]) for field in row._fields))

    def those(self, *holding: Holds) -> list[tuple[int, RowField]]:
        """The fields that hold one of these, each with its index in the row."""
        return [(at, field) for at, field in enumerate(self.fields) if field.holds in holding]


def _field(name: str, hint: Any) -> RowField:
    """The field of an annotation. ``Annotated`` says what it holds, or the bits of its number, where the type does not."""
    said = getattr(hint, "__metadata__", ())
    hint = get_args(hint)[0] if said else hint
    bits = next((one for one in said if isinstance(one, int)), 32)
    parts = [hint] if get_origin(hint) is tuple else get_args(hint) or [hint]
    optional = NoneType in parts
    (of,) = (part for part in parts if part is not NoneType)
    holds: Holds = next((one for one in said if one in get_args(Holds)), _BY_TYPE.get(of, "number"))
    if holds == "number" and optional:
        holds = "word"
    return RowField(name, holds, of, bits, optional)


ROW_KINDS: Final[Mapping[str, RowKind]] = {
    name: RowKind.of(name, row)
    for name, row in (
        ("duties", DutyRow), ("spells", SpellRow), ("judgements", JudgementRow), ("lates", LateRow), ("notices", NoticeRow),
    )
}  # fmt: skip
"""Every kind of row by its name, in the order of ``Ledger.kinds``."""
