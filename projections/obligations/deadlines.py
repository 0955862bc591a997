"""The last day on which a duty is met in time: the length allowed, with the days that do not count.

Days in custody do not count for a clause that pauses (``Clause.in_custody``), nor do those on which nobody knows where the
person is. What was overdue before stays overdue. What is due in weeks or months and falls on a closed day is in time on the
next working day.
"""

from datetime import date, timedelta

from domain.calendar.workdays import Length, add_working_days, on_or_after, working_days_within
from domain.policy.clauses import Clause
from projections.history.custody import Away
from projections.history.timelines import Timelines
from projections.obligations.duty_state import WHEN_RELEASED


def deadline(clause: Clause, allow: Length, day_zero: date, history: Timelines, settled_on: date | None = None) -> date:
    """The last day in time. ``WHEN_RELEASED``: it cannot be said before the person is released, or found.

    ``settled_on``: the day on which the duty was met or ended; what begins later moves nothing, nor a stay of the day
    on which it arose and was met.
    """
    due = allow.after(day_zero)
    if clause.pauses and history.custody:
        away = history.away_or_unknown if clause.pauses_unknown else history.away
    elif clause.pauses_unknown and history.unknown:
        away = history.away_or_unknown if clause.pauses else unknown_alone(history)
    else:
        return rolled(allow, due)
    over = min(history.end.on if history.end else date.max, settled_on or date.max)
    before = due
    for span in away:
        if span.begins > over or (span.begins == settled_on == day_zero):
            break
        ends = span.ends if span.ends is not None and (history.end is None or span.ends <= history.end.on) else None
        if span.ends is not None and span.ends <= day_zero:
            continue
        if span.begins > day_zero and rolled(allow, due) < span.begins:
            break
        if ends is None:
            return WHEN_RELEASED
        if span.gap == span.begins:
            before = due  # else this stay and the one before it are one: what it would have been before both
        if clause.due_by_release and before < ends:
            return ends
        if span.gap <= day_zero:
            day_zero, due = ends, allow.after(ends)
        else:
            due = _later(allow, due, span, ends)
    return rolled(allow, due)


def unknown_alone(history: Timelines) -> list[Away]:
    """The times in which nobody knew where the person was."""
    return [Away(begins, ends, begins) for begins, ends, *_ in history.unknown]


def _later(allow: Length, due: date, span: Away, ends: date) -> date:
    """The due date moved on by the days of a time that do not count."""
    if allow.unit == "working day":
        return add_working_days(due, working_days_within(span.gap, ends))
    if due < span.gap:
        return ends  # it would have been in time on the next working day, which the stay took
    return due + timedelta(days=(ends - span.gap).days)


def rolled(allow: Length, due: date) -> date:
    """The due date, or the next working day where weeks or months end on a closed day."""
    return on_or_after(due) if allow.unit in ("week", "month") else due
