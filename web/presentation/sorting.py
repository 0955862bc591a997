"""Sorting of tables: the address gives the order (``?sort=officer&dir=desc``), set by links in the headings."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate
from werkzeug.exceptions import BadRequest

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Order:
    """The column to sort by, and the direction."""

    key: str
    descending: bool = False

    def of(self, rows: Iterable[Row], keys: Mapping[str, Callable[[Row], Any]]) -> list[Row]:
        """The rows in this order. Equal rows keep theirs; rows without a value (None) come last in both directions."""
        value = keys[self.key]
        rows = list(rows)
        known = [row for row in rows if value(row) is not None]
        unknown = [row for row in rows if value(row) is None]
        return sorted(known, key=value, reverse=self.descending) + unknown


def read_order(args: Mapping[str, str], keys: Sequence[str], default: Order) -> Order:
    """The order in the address, or the default. ``BadRequest`` where the table has no such column."""
    columns = ", ".join(keys)
    schema = Schema.from_dict(
        {
            "sort": fields.String(
                load_default=default.key,
                validate=validate.OneOf(keys, error=f"This table can be sorted by: {columns}"),
            ),
            "dir": fields.String(
                load_default="desc" if default.descending and "sort" not in args else "asc",
                validate=validate.OneOf(("asc", "desc"), error="The direction of sorting is asc or desc"),
            ),
        }
    )(unknown=EXCLUDE)
    try:
        given = schema.load(args)
    except ValidationError as error:
        messages = cast("dict[str, list[str]]", error.messages)
        raise BadRequest(". ".join(texts[0] for texts in messages.values()) + ".") from None
    return Order(given["sort"], given["dir"] == "desc")
