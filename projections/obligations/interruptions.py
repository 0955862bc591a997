"""Why a window of contact lapsed: what kept the person from being seen. Shown and counted apart, never left out."""

from collections.abc import Iterator
from datetime import date
from typing import Literal, get_args

from domain.calendar.workdays import working_days_within
from projections.history.timelines import Timelines
from projections.obligations.duty_state import WHEN_RELEASED, Obligation

Interruption = Literal["custody", "whereabouts_unknown", "contact_suspended"]
INTERRUPTIONS: tuple[Interruption, ...] = get_args(Interruption)


def interruption(duty: Obligation, history: Timelines) -> Interruption | None:
    """What took most working days of a window that lapsed, or what a duty waits for; None: nothing of the kind."""
    waits = duty.due_on == WHEN_RELEASED
    if not waits and not (duty.window and duty.ended_on is not None and duty.ended_on <= duty.due_on):
        return None
    ends = date.max if waits else duty.due_on
    taken = dict.fromkeys(INTERRUPTIONS, 0)
    for kind, begins, off in times_away(history):
        first, last = max(begins, duty.arises_on), min(off or date.max, ends)
        if waits and off is None:
            return kind
        if first < last and not waits:
            taken[kind] += working_days_within(first, last)
    most = max(INTERRUPTIONS, key=taken.__getitem__)
    return most if taken[most] else None


def times_away(history: Timelines) -> Iterator[tuple[Interruption, date, date | None]]:
    """Each time in which the person could not be seen: why, the first day, and the first day after it (None: still).

    After a recall the person is unlawfully at large until custody is on the file.
    """
    for stay in history.custody:
        if stay.held_from is None or stay.begins < stay.held_from:
            yield "whereabouts_unknown", stay.begins, stay.held_from
        if stay.held_from is not None:
            yield "custody", stay.held_from, stay.ends
    for begins, ends, *_ in history.unknown:
        yield "whereabouts_unknown", begins, ends
    for first, off, _ in history.suspended:
        yield "contact_suspended", first, off
