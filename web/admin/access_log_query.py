"""The query of the pages of the access log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flask import request
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate
from werkzeug.exceptions import BadRequest

from domain.accounts.access_lines import ACTIONS, PURPOSES, Mark
from domain.accounts.access_search import Asked
from domain.calendar.london_time import LONDON
from web.site.date_field import read_day

PLACE = r"[0-9]{1,18}\.[0-9]{1,18}"


def _one_of(known: tuple[str, ...], words: str) -> fields.String:
    return fields.String(
        load_default="", validate=validate.OneOf(("", *known), error=f"{{input}} is no {words} of the log.")
    )


class LogQuerySchema(Schema):
    """Filters, and the place in the log before which the lines of the page stand."""

    class Meta:
        unknown = EXCLUDE

    person = fields.String(load_default="")
    staff = fields.String(load_default="")
    action = _one_of(ACTIONS, "action")
    purpose = _one_of(PURPOSES, "purpose")
    since = fields.String(load_default="")
    until = fields.String(load_default="")
    before = fields.String(
        load_default="", validate=validate.Regexp(f"^(?:{PLACE})?\\Z", error="There is no such place in the log.")
    )


@dataclass(frozen=True)
class LogQuery:
    """``typed``: the filters as they stand in the form."""

    asked: Asked
    before: Mark | None
    typed: Mapping[str, str]


def read_log_query(own: str = "") -> LogQuery:
    """The query of the page; 400 with a message where it cannot be read. ``own``: only lines of this user name."""
    try:
        typed: dict[str, str] = LogQuerySchema().load({k: v.strip() for k, v in request.args.items()})
    except ValidationError as error:
        raise BadRequest(next(iter(error.messages_dict.values()))[0]) from None
    return log_query(typed, own)


def log_query(typed: dict[str, str], own: str = "") -> LogQuery:
    """The same of filters that are read already."""
    asked = Asked(
        person=typed["person"], staff="" if own else typed["staff"], username=own, action=typed["action"],
        purpose=typed["purpose"], since=_midnight(typed["since"], 0), until=_midnight(typed["until"], 1),
    )  # fmt: skip
    before = Mark(*map(int, typed.pop("before").split("."))) if typed["before"] else None
    return LogQuery(asked, before, typed)


def _midnight(text: str, days: int) -> datetime | None:
    """The beginning of a day in London, or of the day so many later."""
    if not text:
        return None
    day = read_day(text)
    if day is None or day >= date.max - timedelta(days=2) or day.year < 1970:
        raise BadRequest(f"“{text}” is not a day. Enter it like 3/10/2005.")
    return datetime.combine(day + timedelta(days=days), datetime.min.time(), LONDON).astimezone(UTC)
