"""Spans between two instants, and what lies in several of them, in any of them, or in none."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

Span = tuple[datetime, datetime | None]
"""From an instant up to, not including, another (None: still)."""

ALWAYS = datetime.min.replace(tzinfo=UTC), None
"""All of time."""


def lengthen(spans: list[Span], since: datetime, until: datetime | None) -> None:
    """Add a span to earlier ones; it is joined to one that ends where it begins."""
    if spans and spans[-1][1] == since:
        spans[-1] = spans[-1][0], until
    else:
        spans.append((since, until))


def common(spans: Iterable[Span], others: Sequence[Span]) -> list[Span]:
    """The spans that lie in both."""
    found = []
    for since, until in spans:
        for begins, ends in others:
            ending = min((end for end in (until, ends) if end is not None), default=None)
            beginning = max(since, begins)
            if ending is None or beginning < ending:
                found.append((beginning, ending))
    return sorted(found, key=lambda span: span[0])


def joined(spans: Iterable[Span]) -> list[Span]:
    """Spans that overlap or touch as one."""
    found: list[Span] = []
    for since, until in sorted(spans, key=lambda span: span[0]):
        last = found[-1] if found else None
        if last is None or (last[1] is not None and last[1] < since):
            found.append((since, until))
        elif last[1] is not None and (until is None or until > last[1]):
            found[-1] = last[0], until
    return found


def without(spans: Iterable[Span], others: Sequence[Span]) -> list[Span]:
    """The spans but for what lies in the others."""
    found = list(spans)
    for begins, ends in others:
        after = [] if ends is None else [(ends, None)]
        found = [*common(found, [(ALWAYS[0], begins)]), *common(found, after)]
    return found
