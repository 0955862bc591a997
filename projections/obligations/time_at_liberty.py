"""How a window is judged by the working days on which the person was at liberty.

A window is judged when the person was at liberty on at least ``practice().share_at_liberty`` of its working days; else it
lapses on the day on which that is certain. Where more than one is asked, the number is asked in proportion.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from math import floor

from domain.calendar.workdays import ONE_DAY, list_working_days
from domain.policy.practice import practice
from projections.history.history import History
from projections.obligations.window import FirstContact, Run, Window


def judged(run: Run, cut: date | None, history: History, first_contacts: Iterable[FirstContact]) -> Window:
    """A window laid, with what is asked in it. ``cut``: the first day that it does not have any more; None: it has all."""
    days = list_working_days(run.begins, run.closes)
    lost = sorted(not_at_liberty(days, cut, history)) if days else []
    lapses = lapse_day(days, [known for known, _ in lost], run.begins)
    due = run.closes - ONE_DAY
    if lapses is not None and lapses > due:
        lapses = None
    if cut is not None and lapses is None:
        due = cut - ONE_DAY
    own_due, extended = due, None
    if cut is None and run.phase.count == 1 and not run.phase.on_days:
        later = [c for c in first_contacts if run.begins <= c.arises_on < run.closes and c.last > due]
        if later:
            due, extended = max(c.last for c in later), min(c.arises_on for c in later)
    closes = due + ONE_DAY if lapses is None else min(due, lapses) + ONE_DAY
    asked = tuple(steps(run.phase.count, run.phase.on_days, len(days), lost, run.begins))
    on_days = run.phase.on_days
    return Window(run.clause, run.value, run.begins, due, lapses, closes, asked, on_days, own_due, extended)


def not_at_liberty(days: Sequence[date], cut: date | None, history: History) -> Iterator[tuple[date, date]]:
    """Each working day on which the person could not be seen, after the day from which that is known."""
    known: dict[date, date] = {}
    for begins, ends, since in _spans(history):
        if begins <= days[-1] and (ends is None or days[0] < ends):
            for day in days:
                if begins <= day and (ends is None or day < ends):
                    known[day] = min(known.get(day, date.max), max(day, since))
    if cut is not None:
        known |= {day: min(known.get(day, cut), cut) for day in days if day >= cut}
    return ((since, day) for day, since in known.items())


def _spans(history: History) -> Iterator[tuple[date, date | None, date]]:
    """Each time away: first day, first day after, and the day before which nobody could know that it does not count."""
    for away in history.away:
        yield away.begins, away.ends, away.begins
        if away.gap < away.begins:
            yield away.gap, away.begins, away.begins
    for begins, ends, *_ in history.unknown:
        yield begins, ends, begins
    for begins, ends in history.unsupervised:
        yield begins, ends, begins
    yield from history.suspended


def lapse_day(days: Sequence[date], known: Sequence[date], begins: date) -> date | None:
    """The day from which it is certain that too few working days are left. ``known``: when each lost day was known, in order.

    A window without a working day is not judged: it lapses when it begins.
    """
    if not days:
        return begins
    for count, since in enumerate(known, 1):
        if len(days) - count < practice().share_at_liberty * len(days):
            return since
    return None


def steps(
    count: float, on_days: bool, working_days: int, lost: Sequence[tuple[date, date]], begins: date
) -> Iterator[tuple[date, float]]:
    """How many are asked, each with the day from which that is known: in proportion, rounded down, and at least one.

    Where different days are asked, never more than there are working days at liberty.
    """
    if count <= 1 or not working_days:
        yield begins, count
        return
    yield begins, _asked(count, on_days, working_days, working_days)
    for number, (since, _) in enumerate(lost, 1):
        yield since, _asked(count, on_days, working_days - number, working_days)


def _asked(count: float, on_days: bool, at_liberty: int, working_days: int) -> float:
    asked = float(floor(count * at_liberty / working_days))
    return max(1.0, min(asked, at_liberty) if on_days else asked)
