"""The day a page is read as at, and what was known then: read from the address, carried by every link.

Two dates rule the product (what had happened, what the file said); here they are held together for the web. A
page asks ``current()`` and hands ``on`` and ``known_at`` down; it never looks at the query itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal, cast

from flask import Flask, current_app, g, has_request_context, request
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from projections.history.history import end_of_day
from web.site import clock
from web.site.date_field import SampleDate

Knowledge = Literal["stood", "hindsight"]

NAMES = ("as_at", "known")

UNDATED = frozenset(
    {"home", "signing_in", "openid", "staff", "access", "imports", "calendars", "inspecting", "assessing"}
)
"""Blueprints whose pages are not read as at a day."""


@dataclass(frozen=True, slots=True)
class ReadingDate:
    """As at the end of ``on``: as the file ``stood`` then, or with the ``hindsight`` of all since."""

    on: date
    knowledge: Knowledge

    @property
    def known_at(self) -> datetime | None:
        """The first instant no longer known: the next midnight in Europe/London, in UTC. None: all is."""
        return end_of_day(self.on).astimezone(UTC) if self.knowledge == "stood" else None


class NotAsAt(ValueError):
    """The address asks for no real day or knowledge. ``problems``: query argument -> what to do, in words."""

    def __init__(self, problems: dict[str, str]):
        super().__init__("; ".join(problems.values()))
        self.problems = problems


class AsAtSchema(Schema):
    """The two query arguments, either of which may be absent; the page's others are not looked at."""

    class Meta:
        unknown = EXCLUDE

    as_at = SampleDate()
    known = fields.String(
        validate=validate.OneOf(
            ("stood", "hindsight"),
            error="Choose whether to read the file as it stood that day or with hindsight",
        )
    )


_schema = AsAtSchema()


def read_as_at(args: Mapping[str, str], default_on: date, default_knowledge: Knowledge = "stood") -> ReadingDate:
    """The moment that the query arguments ask for; ``NotAsAt`` names each argument that cannot be read."""
    try:
        given = _schema.load(args)
    except ValidationError as error:
        messages = cast("dict[str, list[str]]", error.messages)
        raise NotAsAt({name: said[0] for name, said in messages.items()}) from None
    return ReadingDate(given.get("as_at", default_on), given.get("known", default_knowledge))


@dataclass(frozen=True, slots=True)
class Asked:
    """What one request said: the moment to show, what its links carry, and what was wrong with the rest."""

    moment: ReadingDate
    carried: Mapping[str, str]
    problems: Mapping[str, str] = field(default_factory=dict)


def _default() -> ReadingDate:
    """The moment of a page whose address names none: the page's own, else today as the file stands."""
    ask = current_app.config.get("DEFAULT_MOMENT")
    own: ReadingDate | None = ask() if ask else None
    return own or ReadingDate(clock.today(), "stood")


def asked() -> Asked:
    """What this request said, read once. What cannot be read is left out of the links and of the moment."""
    if "asked" not in g:
        given = {name: request.args[name] for name in NAMES if name in request.args}
        problems: dict[str, str] = {}
        default = _default()
        try:
            read_as_at(given, default.on, default.knowledge)
        except NotAsAt as error:
            problems = error.problems
        sound = {name: text for name, text in given.items() if name not in problems}
        moment = read_as_at(sound, default.on, default.knowledge)
        canonical = {"as_at": moment.on.isoformat(), "known": moment.knowledge}
        g.asked = Asked(moment, {name: canonical[name] for name in sound}, problems)
    return cast("Asked", g.asked)


def current() -> ReadingDate:
    """The moment this page is read at; ``NotAsAt`` where the address asks for none that can be shown."""
    said = asked()
    if said.problems:
        raise NotAsAt(dict(said.problems))
    return said.moment


def carried_by(endpoint: str) -> bool:
    """Whether links to this endpoint carry the moment: pages about cases do; assets, sign-in and accounts do not."""
    blueprint, dot, _ = endpoint.partition(".")
    return bool(dot) and blueprint not in UNDATED


def attach(app: Flask) -> None:
    """Refuse unreadable moments before any page runs, and put the moment into every internal link."""

    @app.before_request
    def refuse_what_cannot_be_read() -> None:
        if request.endpoint and carried_by(request.endpoint):
            current()

    @app.template_global()
    def dated() -> bool:
        """Whether the page being read is read as at a day."""
        return (bool(request.endpoint) and carried_by(request.endpoint or "")) or request.endpoint is None

    @app.url_defaults
    def carry(endpoint: str, values: dict[str, Any]) -> None:
        if has_request_context() and carried_by(endpoint):
            for name, text in asked().carried.items():
                values.setdefault(name, text)
