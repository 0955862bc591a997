"""Which duties are dispensed with, and when: what dispensations on the file say of each duty.

A dispensation holds from its first day, but never before the day on which it was given, so that nothing that happens
later changes the state of a duty on a day.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from msgspec import structs

from domain.calendar.workdays import ONE_DAY
from domain.entries.case_entries import DispensationEnded, DispensationGiven
from projections.history.history import History
from projections.obligations.duty_state import Days, Obligation


class Dispensation(NamedTuple):
    """What one dispensation says: of which clause, from ``since`` up to, not including, ``off``.

    ``raised_by``: the entry that raised the one duty meant; None: every duty of the clause.
    """

    clause: str
    raised_by: str | None
    since: date
    off: date


def dispensations(given: Iterable[DispensationGiven], ended: Iterable[DispensationEnded]) -> list[Dispensation]:
    """The dispensations that hold on any day, in order of their first day."""
    ends: dict[str, date] = {}
    for end in ended:
        ends[end.dispensation] = min(end.occurred_on, ends.get(end.dispensation, end.occurred_on))
    found = [
        Dispensation(one.clause, one.raised_by, max(one.from_on, one.occurred_on), _first_after(one, ends))
        for one in given
    ]
    return sorted((one for one in found if one.since < one.off), key=lambda one: (one.since, one.off))


def _first_after(given: DispensationGiven, ends: dict[str, date]) -> date:
    off = given.to_on + ONE_DAY if given.to_on < date.max else date.max
    return min(off, ends.get(given.entry, off))


def dispensed_days(
    found: Sequence[Dispensation], clause: str, raised_by: str | None, due_on: date, *, window: bool
) -> Days:
    """When a duty under a clause (its id) is dispensed with, in spans that do not touch.

    A window that was dispensed with on its last day stays so for good, since it cannot be met afterwards.
    """
    spans: list[tuple[date, date | None]] = []
    for one in found:
        if one.clause != clause or (one.raised_by is not None and one.raised_by != raised_by):
            continue
        off = None if window and one.since <= due_on < one.off else one.off
        if spans and (spans[-1][1] is None or one.since <= spans[-1][1]):
            first, last = spans[-1]
            spans[-1] = (first, None if last is None or off is None else max(last, off))
        else:
            spans.append((one.since, off))
    return tuple(spans)


def with_dispensations(duties: list[Obligation], history: History) -> list[Obligation]:
    """These duties, each with the days on which it is dispensed with."""
    given = history.all(DispensationGiven)
    found = dispensations(given, history.all(DispensationEnded)) if given else []
    if not found:
        return duties
    told = (dispensed_days(found, o.clause.id, o.raised_by, o.due_on, window=o.window) for o in duties)
    return [structs.replace(o, dispensed=days) if days else o for o, days in zip(duties, told, strict=True)]


def in_text(days: Days) -> str:
    """Spans of days as one word: intervals of ISO 8601 with a space between them; open at the end: for good."""
    return " ".join(f"{first}/{off or '..'}" for first, off in days)


def from_text(text: str) -> Days:
    """The spans of days that ``in_text`` wrote."""
    pairs = (span.split("/") for span in text.split())
    return tuple((date.fromisoformat(first), None if off == ".." else date.fromisoformat(off)) for first, off in pairs)
