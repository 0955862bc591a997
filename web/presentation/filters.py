"""Filters of lists about cases: the filters in the address, the choices of each, and the rows that fit."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from marshmallow import EXCLUDE, Schema, fields

from domain.entries.code_lists import RISK_LEVELS, label
from projections.columns.column_schema import Array
from projections.lists.attributes import Rows, all_of, present
from projections.lists.todo_bands import BANDS

ATTRIBUTES: Mapping[str, str] = {"order": "order_type"}
"""Filter -> the attribute that it compares, where that has another name."""

NOT_ASSESSED = "not_assessed"

LABELS = {
    "area": "Area", "division": "Division",
    "team": "Team", "officer": "Officer", "order": "Order", "tier": "Tier", "risk": "Risk of harm", "clause": "Clause",
    "kind": "Kind", "band": "Band",
}  # fmt: skip

WIDE = ("area", "division")
"""Filters that are offered only where there are several values: most readers have one."""

_ORDERS: Mapping[str, Sequence[str]] = {"risk": (*RISK_LEVELS, NOT_ASSESSED)}


class Filters:
    """Some of the filters above with the values of one request; an empty value filters nothing."""

    def __init__(self, names: Sequence[str], args: Mapping[str, str]):
        schema = Schema.from_dict({name: fields.String(load_default="") for name in names})(unknown=EXCLUDE)
        self.names = names
        self.wanted: dict[str, str] = schema.load(dict(args))

    def fit(self, rows: Rows) -> Array:
        """For each row whether it fits every filter."""
        asked = ((name, value) for name, value in self.wanted.items() if value)
        return all_of(rows, {ATTRIBUTES.get(name, name): partial(_is_said, name, value) for name, value in asked})

    def choices(self, rows: Rows) -> dict[str, list[str]]:
        """Filter -> its choices: the values of the rows, and the value asked for."""
        found = {}
        for name in self.names:
            there = (_said(name, value) for value in present(rows, ATTRIBUTES.get(name, name)))
            values = {value for value in there if value is not None} | {self.wanted[name]}
            if name in WIDE and len(values - {""}) < 2 and not self.wanted[name]:
                values = set()
            order = _ORDERS.get(name, ())
            found[name] = sorted(values - {""}, key=lambda v: (order.index(v) if v in order else len(order), v))
        return found

    def unknown(self, rows: Rows) -> dict[str, list[str]]:
        """The filters that name what no row has: each with the values that rows have."""
        asked = {name: value for name, value in self.wanted.items() if value}
        there = {name: {_said(name, one) for one in present(rows, ATTRIBUTES.get(name, name))} for name in asked}
        return {name: sorted(filter(None, there[name])) for name, value in asked.items() if value not in there[name]}

    @staticmethod
    def pairs(name: str, values: Iterable[str]) -> list[tuple[str, str]]:
        """The values with their words: codes by their labels, names as they are."""
        if name in (*WIDE, "team", "officer"):
            return [(value, value) for value in values]
        if name == "band":
            return [(value, BANDS[value].title) for value in values if value in BANDS]
        options = [(value, label(value).replace("-", " ")) for value in values]
        return [(value, words[:1].upper() + words[1:]) for value, words in options]

    @staticmethod
    def label(name: str) -> str:
        return LABELS[name]

    def words(self) -> str:
        """The filters in words, for the notes of a download and the access log."""
        return "; ".join(f"{LABELS[name].lower()}: {value}" for name, value in self.wanted.items() if value) or "all"


def _is_said(name: str, wanted: str, value: Any) -> bool:
    return _said(name, value) == wanted


def _said(name: str, value: Any) -> str | None:
    """The value as a filter says it; None: there is no value to choose."""
    if value is None:
        return NOT_ASSESSED if name == "risk" else None
    return str(value)
