"""The fields of answers, each with its description in one call. A field that may be null says so with ``null=True``."""

from typing import Any

from marshmallow import Schema, fields, validate

from web.api.api_query import Answer


def words(
    description: str, *, null: bool = False, example: str | None = None, among: tuple[str, ...] = ()
) -> fields.String:
    """A text. ``among``: the words that it may be."""
    checked = validate.OneOf((*among, None) if null else among) if among else None
    return fields.String(required=True, allow_none=null, metadata=_said(description, example), validate=checked)


def count(description: str, *, null: bool = False, example: int | None = None) -> fields.Integer:
    """A whole number."""
    return fields.Integer(required=True, allow_none=null, metadata=_said(description, example))


def figure(description: str, *, null: bool = False, example: float | None = None) -> fields.Float:
    """A number that need not be whole."""
    return fields.Float(required=True, allow_none=null, metadata=_said(description, example))


def flag(description: str, *, null: bool = False) -> fields.Boolean:
    """Yes or no."""
    return fields.Boolean(required=True, allow_none=null, metadata=_said(description, None))


def day(description: str, *, null: bool = False) -> fields.Date:
    """A day."""
    return fields.Date(required=True, allow_none=null, metadata=_said(description, None))


def day_text(description: str, *, null: bool = False) -> fields.String:
    """A day that is a text already, as in the documents of the command line."""
    return fields.String(required=True, allow_none=null, metadata={"description": description, "format": "date"})


def instant(description: str, *, null: bool = False) -> fields.AwareDateTime:
    """An instant, with its offset from UTC."""
    return fields.AwareDateTime(required=True, allow_none=null, metadata=_said(description, None))


def part(schema: type[Schema], description: str, *, null: bool = False) -> fields.Nested:
    """One thing of another schema."""
    return fields.Nested(schema, required=True, allow_none=null, metadata=_said(description, None))


def each(schema: type[Schema], description: str) -> fields.List[Any]:
    """A list of things of another schema."""
    return fields.List(fields.Nested(schema), required=True, metadata=_said(description, None))


def texts(description: str) -> fields.List[Any]:
    """A list of texts."""
    return fields.List(fields.String(), required=True, metadata=_said(description, None))


def numbers(description: str) -> fields.List[Any]:
    """A list of whole numbers."""
    return fields.List(fields.Integer(), required=True, metadata=_said(description, None))


def counts(description: str) -> fields.Dict:
    """Names, each with how many."""
    return fields.Dict(keys=fields.String(), values=fields.Integer(), required=True, metadata=_said(description, None))


def named(description: str) -> fields.Dict:
    """Names, each with a text."""
    return fields.Dict(
        keys=fields.String(), values=fields.String(allow_none=True), required=True, metadata=_said(description, None)
    )


def _said(description: str, example: Any) -> dict[str, Any]:
    return {"description": description, **({} if example is None else {"example": example})}


class DatedAnswer(Answer):
    """The base of what is read as at a day; ``paged_lists.reading`` gives its values."""

    as_at = day("As at the end of this day.")
    known_at = words("The first instant not known any more, or `hindsight`.", example="hindsight")
