"""The access log as JSON: all lines for those who read the log, and for everybody their own."""

from typing import Any

from marshmallow import fields, validate

from domain.accounts.access_lines import ACTIONS, PURPOSES, Line
from domain.accounts.roles import AUDITORS
from web.admin.access_log_page import cases_listed, lines_before, log_read, sought_words
from web.admin.access_log_query import PLACE, log_query
from web.api.answer_fields import instant, many, said, whole
from web.api.api_query import MOST_ROWS, Answer, Query, Whole, choice, day_asked, text
from web.api.paged_lists import Rows
from web.api.resources import Resource
from web.presentation.pagination import SIZE
from web.site import access_control

blueprint = Resource(
    "access_log",
    tag="Access log",
    description="Who was shown which case, searched for what, was refused, signed in. As in its downloads, no line names a case "
    "or what was searched for: a list of cases is opened by its digest. Reading the log is a line of it.",
    purpose="oversight",
)


class OwnLinesQuery(Query):
    """Which lines of one's own."""

    person = text("Lines on this CRN or case.", example="X123456")
    action = choice("What was done.", *ACTIONS)
    purpose = choice("For what.", *PURPOSES)
    since = day_asked("From this day on.")
    until = day_asked("To this day.")
    before = fields.String(
        validate=validate.Regexp(f"^{PLACE}$", error="It must be a place in the log, as `older` gives it."),
        metadata={"description": "Lines older than this place, as `older` gives it.", "pattern": f"^{PLACE}$"},
    )
    per_page = Whole(
        1, MOST_ROWS, load_default=SIZE, metadata={"description": f"Lines, from 1 to {MOST_ROWS}.", "example": SIZE}
    )


class LinesQuery(OwnLinesQuery):
    """Which lines."""

    staff = text("Lines of this user name, or of a printed name.", example="p.anstey")


class AccessLineSchema(Answer):
    """A line of the access log."""

    number = whole("Its number.")
    at = instant("When it was written.")
    username = said("Whose it is: a user name.")
    name = said("The name then.")
    action = said("What was done.", example="viewed")
    purpose = said("For what; empty: it is not said.")
    route = said("The page or operation.")
    selection = said("Its address with filters, without any case.")
    sought = said("Whether something was searched for: `sealed`, `forgotten`, or empty.")
    cases = whole("How many cases were shown.")
    digest = said("The list of these, by its SHA-256; empty: none.")
    detail = said("More on it.")
    address = said("From which address.")


class AccessLinesSchema(Answer):
    """Lines of the access log, the latest first."""

    items = many(AccessLineSchema, "The lines.")
    older = said("The place before which older lines stand, for `before`; null: there are none.", null=True)


class ShownCaseSchema(Answer):
    """A case of a list of the access log."""

    case = said("The case.", example="X123456/1")


@blueprint.one("/access-log", "getAccessLog", AccessLinesSchema, roles=AUDITORS, read="undated", query=LinesQuery)
def get_access_log(query: dict[str, Any]) -> dict[str, Any]:
    """Lines of the access log, the latest first. It grows while it is read, so older ones are asked for by their place."""
    return _lines(query)


@blueprint.one("/access-log/mine", "getOwnAccessLog", AccessLinesSchema, read="undated", query=OwnLinesQuery)
def get_own_access_log(query: dict[str, Any]) -> dict[str, Any]:
    """Your own lines of the access log, the latest first."""
    return _lines(query, access_control.account().username)


@blueprint.paged(
    "/access-log/lists/<digest>", "listAccessCases", ShownCaseSchema, read="undated", path={"digest": "0" * 64}
)
def list_access_cases(_: dict[str, Any], digest: str) -> Rows[str]:
    """The cases of one list of the log. Who does not read the whole log opens lists that they were shown themselves.

    404 where there is no such list."""
    cases = cases_listed(digest)
    access_control.log("log read")
    return Rows(cases, given=lambda case: {"case": case}, case=lambda case: case)


def _lines(query: dict[str, Any], own: str = "") -> dict[str, Any]:
    names = ("person", "staff", "action", "purpose", "since", "until", "before")
    asked = log_query({name: str(query.get(name, "")) for name in names}, own)
    lines, older = lines_before(asked, query["per_page"])
    log_read(asked.typed)
    return {"items": [_line(line) for line in lines], "older": older}


def _line(line: Line) -> dict[str, Any]:
    return {
        "number": line.mark.number, "at": line.at, "username": line.username, "name": line.name, "action": line.action,
        "purpose": line.purpose, "route": line.route, "selection": line.selection, "sought": sought_words(line),
        "cases": line.cases, "digest": line.digest, "detail": line.detail, "address": line.address,
    }  # fmt: skip
