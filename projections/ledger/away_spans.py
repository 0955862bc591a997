"""When a person could not be seen as usual: in custody, whereabouts unknown, contact suspended."""

from collections.abc import Iterator
from datetime import date
from typing import Final, NamedTuple

from projections.history.history import History

CUSTODY, UNKNOWN, SUSPENDED = "custody", "whereabouts_unknown", "contact_suspended"

AWAY: Final = (CUSTODY, UNKNOWN, SUSPENDED)
"""What ``away`` of a spell may be, apart from None. On a day of several, the first of them."""


class AwaySpan(NamedTuple):
    """A time away, from ``begins`` up to, not including, ``ends`` (None: still)."""

    away: str
    begins: date
    ends: date | None

    def holds(self, day: date) -> bool:
        """Whether the day is one of the span's."""
        return self.begins <= day and (self.ends is None or day < self.ends)


def away_spans(history: History) -> list[AwaySpan]:
    """The times away, those in custody first, then those of unknown whereabouts.

    From a decision to recall until custody is on the file the person is unlawfully at large: whereabouts unknown.
    """
    return [*_in_custody(history), *_unknown(history), *_suspended(history)]


def away_on(spans: list[AwaySpan], day: date) -> str | None:
    """Why the person could not be seen as usual on this day; None: they could. ``spans``: from ``away_spans``."""
    return next((span.away for span in spans if span.holds(day)), None)


def _in_custody(history: History) -> Iterator[AwaySpan]:
    for stay in history.custody:
        if stay.held_from is not None and (stay.ends is None or stay.held_from < stay.ends):
            yield AwaySpan(CUSTODY, stay.held_from, stay.ends)


def _unknown(history: History) -> Iterator[AwaySpan]:
    for stay in history.custody:
        if stay.held_from is None or stay.begins < stay.held_from:
            yield AwaySpan(UNKNOWN, stay.begins, stay.held_from or stay.ends)
    for begins, ends, *_ in history.unknown:
        yield AwaySpan(UNKNOWN, begins, ends)


def _suspended(history: History) -> Iterator[AwaySpan]:
    for begins, ends, _ in history.suspended:
        yield AwaySpan(SUSPENDED, begins, ends)
