"""The line that says at which day a page is read, and the ways from there: to hindsight and back, and back to today."""

from datetime import date
from typing import NamedTuple

from flask import Flask

from web.site import clock, links, reading_date
from web.site.reading_date import ReadingDate

KNOWN = {
    "stood": "as the file stood that day",
    "hindsight": "with hindsight: from everything recorded to date",
    "received": "as received here by the end of that day",
}
"""State of knowledge -> how the line says it."""


class DateLine(NamedTuple):
    """``said``: the words. ``elsewhere``: the page is not read as at today. ``links``: words and address of the ways out."""

    said: str
    elsewhere: bool
    links: list[tuple[str, str]]


def date_line() -> DateLine:
    """The line of the page of this request."""
    moment, today = reading_date.request_date().moment, clock.today()
    if moment.on == today:
        known = "" if moment.knowledge == "stood" else f", {KNOWN[moment.knowledge]}"
        return DateLine(
            f"Today, {_long(today)}{known}", False, _other_knowledge(moment) if moment.knowledge != "stood" else []
        )
    ahead = ", a day to come" if moment.on > today else ""
    said = f"You are reading {_long(moment.on)}{ahead}, {KNOWN[moment.knowledge]}"
    return DateLine(said, True, [*_other_knowledge(moment), *_back(moment, today)])


def _other_knowledge(moment: ReadingDate) -> list[tuple[str, str]]:
    if moment.knowledge == "stood":
        return [("With hindsight", links.here(as_at=moment.on.isoformat(), known="hindsight"))]
    return [("As the file stood that day", links.here(as_at=moment.on.isoformat(), known="stood"))]


def _back(moment: ReadingDate, today: date) -> list[tuple[str, str]]:
    """To the day that this page is read at by itself: today, or the sample date of its inspection."""
    own = reading_date.default_moment()
    if own == moment:
        return []
    words = "Back to today" if own.on == today else f"Back to {_long(own.on)}"
    return [(words, links.here(as_at=None, known=None))]


def _long(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def attach(app: Flask) -> None:
    """Give the templates ``date_line``."""
    app.add_template_global(date_line)
