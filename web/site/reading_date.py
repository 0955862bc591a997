"""The day as at which a page is read, and what was known then: read from the address, and added to every link.

A page is read at two dates: what had happened by a day, and what the file said by an instant. Both are read here. A
page calls ``page_date()`` and passes ``on`` and ``known_at`` on; it never reads the query itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, cast, get_args

from flask import Flask, current_app, g, has_request_context, request
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from projections.history.history import end_of_day
from web.site import clock, problems
from web.site.date_field import IsoDay, SampleDate

Knowledge = Literal["stood", "hindsight", "received"]

RECEIVED_ON = frozenset({
    "cases.show", "cases.due", "cases.timeline", "cases.entry", "cases.answers", "cases.history", "inspections.sheet",
    "inspections.index",
})  # fmt: skip
"""The pages that can be read as received here: of one case, and of the sample of an inspection."""

NAMES = ("as_at", "known")

UNDATED = frozenset(
    {
        "home",
        "about",
        "data",
        "signing_in",
        "openid",
        "factors",
        "own_account",
        "policy",
        "invitations",
        "languages",
        "extracts",
        "staff",
        "machines",
        "api_entries",
        "requests",
        "access",
        "imports",
        "sources",
        "destinations",
        "proof",
        "api_docs",
        "api-docs",
        "calendars",
        "digests",
        "area",
        "inspecting",
        "assessing",
    }
)
"""Blueprints whose pages are not read as at a day."""


@dataclass(frozen=True, slots=True)
class ReadingDate:
    """As at the end of the day ``on``: as the file ``stood`` then, or with ``hindsight``, all recorded since.

    ``received``: as the file stood then, without what this service had not stored by then.
    """

    on: date
    knowledge: Knowledge

    @property
    def known_at(self) -> datetime | None:
        """What was recorded before this instant is known: the next midnight in London, in UTC. None: all is known."""
        return None if self.knowledge == "hindsight" else end_of_day(self.on)


class UnreadableDate(ValueError):
    """The address gives a day or a state of knowledge that cannot be read. ``problems``: argument -> what to do."""

    def __init__(self, problems: dict[str, str]):
        super().__init__("; ".join(problems.values()))
        self.problems = problems


class ReadingDateSchema(Schema):
    """The two query arguments, each of which may be left out. Other arguments of the page are ignored."""

    class Meta:
        unknown = EXCLUDE

    as_at = SampleDate()
    known = fields.String(
        validate=validate.OneOf(
            get_args(Knowledge),
            error="Choose whether to read the file as it stood that day or with hindsight",
        )
    )


class AskedMomentSchema(ReadingDateSchema):
    """The same as the API takes them."""

    as_at = IsoDay()
    known = fields.String(
        validate=validate.OneOf(
            get_args(Knowledge), error="It must be one of: stood, hindsight, or received where that is read."
        )
    )


_OF_PAGES, _OF_THE_API = ReadingDateSchema(), AskedMomentSchema()


def read_as_at(args: Mapping[str, str], default_on: date, default_knowledge: Knowledge = "stood") -> ReadingDate:
    """The moment that the query arguments ask for. ``UnreadableDate`` with every argument that cannot be read."""
    try:
        given = (_OF_THE_API if has_request_context() and problems.asked_for() else _OF_PAGES).load(args)
    except ValidationError as error:
        messages = cast("dict[str, list[str]]", error.messages)
        raise UnreadableDate({name: texts[0] for name, texts in messages.items()}) from None
    return ReadingDate(given.get("as_at", default_on), given.get("known", default_knowledge))


@dataclass(frozen=True, slots=True)
class RequestDate:
    """What one request asks for: the moment to show, the arguments for its links, and what could not be read."""

    moment: ReadingDate
    carried: Mapping[str, str]
    problems: Mapping[str, str] = field(default_factory=dict)


def default_moment() -> ReadingDate:
    """The moment of a page whose address names none: ``DEFAULT_MOMENT``, else today as the file stands."""
    ask = current_app.config.get("DEFAULT_MOMENT")
    own: ReadingDate | None = ask() if ask else None
    return own or ReadingDate(clock.today(), "stood")


def request_date() -> RequestDate:
    """What this request asks for, read once a request. What cannot be read is left out of moment and links."""
    if "request_date" not in g:
        given = {name: request.args[name] for name in NAMES if name in request.args}
        unread: dict[str, str] = {}
        default = default_moment()
        try:
            read_as_at(given, default.on, default.knowledge)
        except UnreadableDate as error:
            unread = error.problems
        if given.get("known") == "received" and not offers_received():
            unread = {**unread, "known": NOT_RECEIVED}
        sound = {name: text for name, text in given.items() if name not in unread}
        moment = read_as_at(sound, default.on, default.knowledge)
        canonical = {"as_at": moment.on.isoformat(), "known": moment.knowledge}
        g.request_date = RequestDate(moment, {name: canonical[name] for name in sound}, unread)
    return cast("RequestDate", g.request_date)


NOT_RECEIVED = (
    "Read a case or the sheet of an inspection as received here; what is asked for reads what had been recorded"
)


def offers_received() -> bool:
    """Whether the page of this request can be read as received here."""
    return _received_on(request.endpoint or "")


def _received_on(endpoint: str) -> bool:
    view = current_app.view_functions.get(endpoint)
    return endpoint in RECEIVED_ON or getattr(view, "offers_received", False)


def page_date() -> ReadingDate:
    """The moment at which this page is read. ``UnreadableDate`` where the address cannot be read."""
    asked = request_date()
    if asked.problems:
        raise UnreadableDate(dict(asked.problems))
    return asked.moment


def carried_by(endpoint: str) -> bool:
    """Whether links to this endpoint get the moment: pages about cases do; assets, sign-in and accounts do not."""
    blueprint, dot, _ = endpoint.partition(".")
    return bool(dot) and blueprint not in UNDATED


def attach(app: Flask) -> None:
    """Refuse unreadable moments before any page runs, and put the moment into every internal link."""

    @app.before_request
    def refuse_what_cannot_be_read() -> None:
        if request.endpoint and carried_by(request.endpoint):
            page_date()

    @app.template_global()
    def dated() -> bool:
        """Whether the page being read is read as at a day."""
        return (bool(request.endpoint) and carried_by(request.endpoint or "")) or request.endpoint is None

    app.add_template_global(offers_received)

    @app.url_defaults
    def carry(endpoint: str, values: dict[str, Any]) -> None:
        if has_request_context() and carried_by(endpoint):
            for name, text in request_date().carried.items():
                here = name != "known" or text != "received" or _received_on(endpoint)
                values.setdefault(name, text if here else "stood")
