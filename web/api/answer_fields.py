"""The kinds of fields of answers, each with its description: shorter ways to write what many schemas say."""

from datetime import date, datetime
from typing import Any, get_args

from marshmallow import Schema, fields, validate

from domain.entries.code_lists import RISK_LEVELS, OrderType

ORDERS: tuple[str, ...] = get_args(OrderType)

CASE = "X123456/1"
"""The case of the examples: of nobody (docs/example.ndjson)."""

TEAM = "Gloucester"
"""A team of the demonstration."""

ANY = {"description": "Whatever JSON can say."}
"""A value of any kind."""


class Day(fields.Date):
    """A day, given as a day or as its text."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> Any:
        return value.isoformat() if isinstance(value, date) else value


class Instant(fields.AwareDateTime):
    """An instant with its offset, given as such or as its text."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **options: Any) -> Any:
        return value.isoformat() if isinstance(value, datetime) else value


def said(says: str, example: Any = None, *, null: bool = False, **options: Any) -> fields.String:
    """A text. ``null``: there may be none."""
    return fields.String(required=True, allow_none=null, metadata=_about(says, example), **options)


def code(says: str, *among: str, null: bool = False) -> fields.String:
    """One of these words."""
    return said(says, among[0], null=null, validate=validate.OneOf((*among, None) if null else among))


def day(says: str, example: str | None = None, *, null: bool = False) -> Day:
    """A day."""
    return Day(required=True, allow_none=null, metadata=_about(says, example))


def instant(says: str, *, null: bool = False) -> Instant:
    """An instant, with its offset."""
    return Instant(required=True, allow_none=null, metadata=_about(says, "2005-10-03T14:05:00+01:00"))


def whole(says: str, example: int | None = None, *, null: bool = False) -> fields.Integer:
    """A whole number."""
    return fields.Integer(required=True, allow_none=null, metadata=_about(says, example))


def share(says: str, *, null: bool = True) -> fields.Float:
    """A number that need not be whole."""
    return fields.Float(required=True, allow_none=null, metadata=_about(says, None))


def flag(says: str, *, null: bool = False) -> fields.Boolean:
    """Yes or no."""
    return fields.Boolean(required=True, allow_none=null, metadata=_about(says, None))


def texts(says: str) -> fields.List[Any]:
    """Texts, in order."""
    return fields.List(fields.String(), required=True, metadata=_about(says, None))


def numbers(says: str) -> fields.List[Any]:
    """Whole numbers, in order."""
    return fields.List(fields.Integer(), required=True, metadata=_about(says, None))


def counts(says: str) -> fields.Dict:
    """Names, each with how many."""
    return fields.Dict(keys=fields.String(), values=fields.Integer(), required=True, metadata=_about(says, None))


def named(says: str) -> fields.Dict:
    """Names, each with a text."""
    return fields.Dict(
        keys=fields.String(), values=fields.String(allow_none=True), required=True, metadata=_about(says, None)
    )


def many(schema: type[Schema], says: str) -> fields.List[Any]:
    """Things of one form, in order."""
    return fields.List(fields.Nested(schema), required=True, metadata=_about(says, None))


def part(schema: type[Schema], says: str, *, null: bool = False) -> fields.Nested:
    """A thing of its own form within another."""
    return fields.Nested(schema, required=True, allow_none=null, metadata=_about(says, None))


def by_name(says: str, values: dict[str, Any], **options: Any) -> fields.Dict:
    """Values by name. ``values``: the JSON schema of each."""
    return fields.Dict(
        keys=fields.String(), required=True, metadata={"description": says, "additionalProperties": values}, **options
    )


def risk(says: str = "The level of risk of harm; null: not assessed by the day.") -> fields.String:
    return code(says, *RISK_LEVELS, null=True)


def order_type(says: str = "The kind of order or licence.") -> fields.String:
    return said(says, "community_order")


def reference(says: str = "The reference of the case.", *, null: bool = False) -> fields.String:
    return said(says, CASE, null=null)


def _about(says: str, example: Any) -> dict[str, Any]:
    return {"description": says} | ({} if example is None else {"example": example})
