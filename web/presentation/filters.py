"""Filters of lists about cases: the filters in the address, the choices of each, and the rows that fit."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from marshmallow import EXCLUDE, Schema, fields

from domain.entries.code_lists import RISK_LEVELS, label
from projections.cases.caseload import LineOfCase

Row = TypeVar("Row", bound=LineOfCase)

VALUES: Mapping[str, Callable[[Any], Any]] = {
    "area": lambda row: row.case.spell.place.area,
    "division": lambda row: row.case.spell.place.division,
    "team": lambda row: row.case.spell.place.team,
    "officer": lambda row: row.case.spell.place.officer,
    "order": lambda row: row.case.spell.order_type,
    "tier": lambda row: row.case.spell.tier,
    "risk": lambda row: row.case.spell.risk or "not_assessed",
    "clause": lambda row: row.clause.id,
}
"""Filter -> the value of a row that it compares."""

LABELS = {
    "area": "Area", "division": "Division",
    "team": "Team", "officer": "Officer", "order": "Order", "tier": "Tier", "risk": "Risk of harm", "clause": "Clause",
}  # fmt: skip

WIDE = ("area", "division")
"""Filters that are offered only where there are several values: most readers have one."""

_ORDERS: Mapping[str, Sequence[str]] = {"risk": (*RISK_LEVELS, "not_assessed")}


class Filters:
    """Some of the filters above with the values of one request; an empty value filters nothing."""

    def __init__(self, names: Sequence[str], args: Mapping[str, str]):
        schema = Schema.from_dict({name: fields.String(load_default="") for name in names})(unknown=EXCLUDE)
        self.names = names
        self.wanted: dict[str, str] = schema.load(dict(args))

    def of(self, rows: Iterable[Row]) -> list[Row]:
        """The rows that fit every filter."""
        asked = [(VALUES[name], value) for name, value in self.wanted.items() if value]
        return [row for row in rows if all(str(value_of(row)) == value for value_of, value in asked)]

    def choices(self, rows: Iterable[Row]) -> dict[str, list[str]]:
        """Filter -> its choices: the values of the rows, and the value asked for."""
        rows = list(rows)
        found = {}
        for name in self.names:
            values = {str(value) for row in rows if (value := VALUES[name](row)) is not None} | {self.wanted[name]}
            if name in WIDE and len(values - {""}) < 2 and not self.wanted[name]:
                values = set()
            order = _ORDERS.get(name, ())
            found[name] = sorted(values - {""}, key=lambda v: (order.index(v) if v in order else len(order), v))
        return found

    @staticmethod
    def pairs(name: str, values: Iterable[str]) -> list[tuple[str, str]]:
        """The values with their words: codes by their labels, names as they are."""
        if name in (*WIDE, "team", "officer"):
            return [(value, value) for value in values]
        options = [(value, label(value).replace("-", " ")) for value in values]
        return [(value, words[:1].upper() + words[1:]) for value, words in options]

    @staticmethod
    def label(name: str) -> str:
        return LABELS[name]

    def words(self) -> str:
        """The filters in words, for the notes of a download and the access log."""
        return "; ".join(f"{LABELS[name].lower()}: {value}" for name, value in self.wanted.items() if value) or "all"
