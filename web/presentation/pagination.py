"""Paging of long lists: one page, and the numbers of the pages to link to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate
from werkzeug.exceptions import BadRequest

Row = TypeVar("Row")

SIZE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Page ``number`` (from 1) of a list of ``total`` rows."""

    number: int
    total: int
    size: int = SIZE

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def numbers(self) -> list[int | None]:
        """The numbers of the first, the last, this page and its neighbours; None for the pages left out between."""
        shown = sorted({1, self.last, *range(max(1, self.number - 1), min(self.last, self.number + 1) + 1)})
        listed: list[int | None] = []
        for number in shown:
            if listed and listed[-1] != number - 1:
                listed.append(None)
            listed.append(number)
        return listed

    @property
    def places(self) -> tuple[int, int]:
        """The index of this page's first row in the list, and the index after its last."""
        return (self.number - 1) * self.size, min(self.number * self.size, self.total)

    def of(self, rows: Sequence[Row]) -> Sequence[Row]:
        """The rows of this page."""
        first, last = self.places
        return rows[first:last]


class _PageSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    page = fields.Integer(load_default=1, validate=validate.Range(min=1))


def read_page(args: Mapping[str, str], total: int, size: int = SIZE) -> Page:
    """The page in the address. A page beyond the end is the last one: the list may be shorter at another date."""
    try:
        number = _PageSchema().load(args)["page"]
    except ValidationError:
        raise BadRequest("The page number must be a whole number from 1.") from None
    return Page(min(number, Page(1, total, size).last), total, size)
