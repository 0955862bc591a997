"""What an operation is asked, and the base of what it answers.

A parameter that is not declared is refused by name, and so is one given twice.
"""

import re
from typing import Any, NoReturn

from flask import Request, abort
from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, validate
from webargs.flaskparser import FlaskParser

from web.presentation.pagination import SIZE
from web.site.date_field import DAY, IsoDay

LARGEST = 2**31 - 1
"""The largest number that an address may hold."""

MOST_ROWS = 500
"""The most rows of a page."""

PLAIN = "[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]"
"""A character that an address may hold: no line break and no other control character (``access_control.CONTROL``)."""


class Whole(fields.Integer):
    """A whole number from ``least`` to ``most``, in the digits 0 to 9 alone."""

    def __init__(self, least: int, most: int, **options: Any):
        said = f"It must be a whole number from {least}" + (f" to {most}." if most < LARGEST else ".")
        super().__init__(
            validate=validate.Range(least, most, error=said),
            error_messages={"invalid": said},
            **options,
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> int:
        if isinstance(value, str) and not re.fullmatch("-?[0-9]{1,19}", value):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **options)


def text(description: str, *, example: str, most: int = 200, **options: Any) -> fields.String:
    """A parameter that takes any text of 1 to ``most`` characters."""
    return fields.String(
        validate=validate.Length(1, most, error=f"It must be a text of 1 to {most} characters."),
        metadata={"description": description, "example": example, "pattern": f"^{PLAIN}+$"},
        **options,
    )


class Flag(fields.Boolean):
    """``true`` or ``false``."""

    default_error_messages = {"invalid": "It must be true or false."}  # noqa: RUF012 - marshmallow's own way of declaring them


def flag(description: str) -> Flag:
    """A parameter that is true or false; without it false."""
    return Flag(load_default=False, metadata={"description": description, "example": False})


def choice(description: str, *among: str, **options: Any) -> fields.String:
    """A parameter that takes one of these words."""
    return fields.String(
        validate=validate.OneOf(among, error="It must be one of: {choices}."),
        metadata={"description": description, "example": among[0]},
        **options,
    )


def day_asked(description: str, example: str = "2005-10-03") -> IsoDay:
    """A parameter that takes a day as ISO 8601 writes it."""
    return IsoDay(metadata={"type": "string", "description": description, "example": example, "pattern": DAY})


class Answer(Schema):
    """The base of what is answered: more fields may come, so a reader leaves aside those that it does not know."""

    class Meta:
        unknown = EXCLUDE


class Query(Schema):
    """An operation's query. One that takes nothing has this."""

    class Meta:
        unknown = RAISE

    def __init__(self, **options: Any):
        super().__init__(**options)
        takes = ", ".join(self.fields) or "none"
        self.error_messages = {
            **self.error_messages,
            "unknown": f"There is no such parameter; this takes {takes}.",
        }


class Body(Schema):
    """What is sent as a JSON object."""

    class Meta:
        unknown = RAISE

    def __init__(self, **options: Any):
        super().__init__(**options)
        takes = ", ".join(self.fields)
        said = {"unknown": f"There is no such field; this takes {takes}.", "type": f"Send a JSON object with {takes}."}
        self.error_messages = {**self.error_messages, **said}


TEXT_MESSAGES: dict[str, Any] = {
    "required": "It is needed.",
    "null": "It must be a text.",
    "invalid": "It must be a text.",
}


class ReadingQuery(Query):
    """The moment at which an operation is read, as in the addresses of pages. Views ask ``current_cases.moment()`` for it."""

    as_at = day_asked(
        "Read as at the end of this day, of 1990 to 2078. Default: today; of an inspection, its own sample date."
    )
    known = choice(
        "What was known: as the file `stood` at the end of that day (the default), or with `hindsight`, everything "
        "recorded since too.",
        "stood",
        "hindsight",
    )


class ReceivedQuery(ReadingQuery):
    """The same for what can also be read as received here: one case, and the sample of an inspection."""

    known = choice(
        "What was known: as the file `stood` at the end of that day (the default), with `hindsight`, everything recorded "
        "since too, or as `received`: only what this service had stored by then.",
        "stood",
        "hindsight",
        "received",
    )


class PageQuery(Query):
    """Which page of a list."""

    page = Whole(
        1,
        LARGEST,
        load_default=1,
        metadata={"description": "The number of the page, from 1. One beyond the last is a problem 404.", "example": 1},
    )
    per_page = Whole(
        1,
        MOST_ROWS,
        load_default=SIZE,
        metadata={"description": f"Rows of a page, from 1 to {MOST_ROWS}.", "example": SIZE},
    )


class QueryParser(FlaskParser):
    """Reads queries and bodies; refuses what is not declared."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {  # noqa: RUF012 - webargs' own way of declaring it
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": RAISE,
        "json": RAISE,
    }

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """The parameters of the address. ``ValidationError`` names those that are given more than once and take one value."""
        lists = {name for name, field in schema.fields.items() if isinstance(field, fields.List)}
        twice = [name for name, given in req.args.lists() if len(given) > 1 and name not in lists]
        if twice:
            raise ValidationError({name: ["It is given more than once; give it once."] for name in twice})
        return super().load_querystring(req, schema)

    def _handle_invalid_json_error(self, error: Any, req: Request, *args: Any, **kwargs: Any) -> NoReturn:
        abort(400, "What was sent is no JSON. Send an object in UTF-8, as application/json.")
