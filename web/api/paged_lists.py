"""Lists in pages: what a view hands over, and the envelope in which a page of it is given."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from flask import request
from flask_smorest import abort as refuse
from marshmallow import Schema, fields

from web.api.api_query import Answer
from web.presentation.json_documents import known
from web.presentation.pagination import Page
from web.presentation.sorting import Order
from web.services import current_cases
from web.site import access_control

Row = TypeVar("Row")

Keys = Mapping[str, Callable[[Any], Any]]
"""Field -> the value of a row to sort by."""


@dataclass(frozen=True)
class Rows(Generic[Row]):
    """All rows of a list, of which one page is given.

    ``given``: a row as its schema takes it, asked of the rows of the page alone. ``case``: the reference of the case that a
    row shows, for the access log; None: rows show no case. ``in_order``: the view has sorted them by ``query["sort"]``.
    """

    rows: Sequence[Row]
    given: Callable[[Row], Mapping[str, Any]]
    case: Callable[[Row], str] | None = None
    in_order: bool = False


class Sliced(Sequence[Row]):
    """Rows that are made when they are asked for: of ``total`` rows those ``of`` a first place up to, not including, a last."""

    def __init__(self, total: int, of: Callable[[int, int], Sequence[Row]]):
        self._total, self._of = total, of

    def __len__(self) -> int:
        return self._total

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            first, last, _ = at.indices(self._total)
            return self._of(first, last) if first < last else []
        return self._of(at, at + 1)[0]


class LinksSchema(Answer):
    """Addresses on this service, with the parameters of this request."""

    self = fields.String(required=True, metadata={"description": "This page.", "format": "uri-reference"})
    next = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The next page; null on the last.", "format": "uri-reference"},
    )
    prev = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The page before; null on the first.", "format": "uri-reference"},
    )


class EnvelopeSchema(Answer):
    """What a page of every list says besides its rows."""

    total = fields.Integer(required=True, metadata={"description": "Rows of all pages.", "example": 120, "minimum": 0})
    page = fields.Integer(
        required=True, metadata={"description": "The number of this page.", "example": 1, "minimum": 1}
    )
    pages = fields.Integer(required=True, metadata={"description": "The number of pages.", "example": 3, "minimum": 1})
    per_page = fields.Integer(required=True, metadata={"description": "Rows of a page.", "example": 50, "minimum": 1})
    links = fields.Nested(LinksSchema, required=True)


class ReadSchema(Answer):
    """What every answer says that is read as at a day."""

    as_at = fields.Date(required=True, metadata={"description": "As at the end of this day.", "example": "2005-10-03"})
    known_at = fields.String(
        required=True,
        metadata={"description": "The first instant not known any more, or `hindsight`.", "example": "hindsight"},
    )


class ReadEnvelopeSchema(EnvelopeSchema, ReadSchema):
    """What a page of a list says that is read as at a day."""


def envelope_of(row: type[Schema], *, dated: bool) -> type[Schema]:
    """The schema of a page of these rows."""
    name = f"{row.__name__.removesuffix('Schema')}PageSchema"
    items = fields.List(fields.Nested(row), required=True, metadata={"description": "The rows of this page."})
    base = ReadEnvelopeSchema if dated else EnvelopeSchema
    return type(name, (base,), {"items": items, "__doc__": f"A page of a list. {row.__doc__ or ''}".strip()})


def sort_words(keys: Sequence[str]) -> list[str]:
    """What ``sort`` may say: each field, upwards and with a minus downwards."""
    return [word for key in keys for word in (key, f"-{key}")]


def order_of(word: str) -> Order:
    """The order that ``sort`` asks for."""
    return Order(word.removeprefix("-"), word.startswith("-"))


def page_of(found: Rows[Any], query: Mapping[str, Any], keys: Keys, *, dated: bool) -> dict[str, Any]:
    """The page that the query asks for, in its envelope; 404 for one beyond the last. Its cases go into the access log."""
    page = Page(query["page"], len(found.rows), query["per_page"])
    if page.number > page.last:
        said = f"There is no page {page.number}: {page.total} rows fill {page.last} of {page.size}."
        refuse(404, messages={"query": {"page": [said]}})
    rows = page.of(found.rows if found.in_order or not keys else query["sort"].of(found.rows, keys))
    if found.case is not None:
        access_control.shown(*map(found.case, rows))
    made = {
        "items": [found.given(row) for row in rows], "total": page.total, "page": page.number, "pages": page.last,
        "per_page": page.size, "links": _links(page),
    }  # fmt: skip
    return made | (reading() if dated else {})


def reading() -> dict[str, Any]:
    """The moment of this answer, as every dated answer says it."""
    at = current_cases.moment()
    return {"as_at": at.on, "known_at": known(at.known_at)}


def _links(page: Page) -> dict[str, str | None]:
    return {
        "self": _link(page.number),
        "next": _link(page.number + 1) if page.number < page.last else None,
        "prev": _link(page.number - 1) if page.number > 1 else None,
    }


def _link(number: int) -> str:
    asked = [(name, text) for name, text in request.args.items(multi=True) if name != "page"]
    return f"{request.path}?{urlencode([*asked, ('page', number)])}"
