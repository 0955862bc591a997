"""Duties in sentences: what is asked, when it was last done, and when it is due, was done or is arranged.

The wording stands with the clause (``domain.policy.clause_words``), its limits in the clause's rows.
"""

from bisect import bisect_right
from datetime import date
from typing import NamedTuple

from domain.policy.clause_words import duty_words
from projections.history.history import History
from projections.obligations.arranged import leaves_list
from projections.obligations.contact_windows import phases_on
from projections.obligations.duty_state import Obligation
from web.presentation.formatting import ON_RELEASE, count_noun, short_date

NOT_CONFIRMED = "time limit not confirmed"
"""What † means: the edition marks the limit as unsure."""

_OF_AN_APPOINTMENT = ("appointment", "absence", "failure")


class DutySentence(NamedTuple):
    """A duty in words; each part but the first begins with a capital letter, and none ends with a full stop.

    ``what``: what is asked, and how often or within what of what. ``last``: ``Last: 3 Nov 2005`` or ``Last: none``, for what
    is done again and again; empty for other duties, and where no history was given. ``when``: ``Due 23 Dec``, ``Due 11 Aug,
    94 working days late``, ``Arranged for 28 Dec``, ``Dispensed with until 31 Dec, was due 11 Aug`` or ``Done 5 Dec``.
    ``unconfirmed``: the limit is marked as unsure (†).
    """

    what: str
    last: str
    when: str
    unconfirmed: bool

    @property
    def text(self) -> str:
        """The whole, with full stops and †."""
        first = f"{self.what}.{'†' if self.unconfirmed else ''}"
        return " ".join([first, *(f"{words}." for words in (self.last, self.when) if words)])


def duty_sentence(
    obligation: Obligation, day: date, *, history: History | None = None, arranged_on: date | None = None
) -> DutySentence:
    """A duty as at a day. ``history``: of its case, for what was done last and the day of what raised it.

    ``arranged_on``: the day of an appointment that would meet it; None: nothing is arranged. What it would meet late keeps its
    due date beside it.
    """
    return DutySentence(
        duty_asked(obligation, day, history),
        _last(obligation, day, history) if history is not None else "",
        _when(obligation, day, arranged_on),
        obligation.value.sure == "U",
    )


def duty_asked(obligation: Obligation, day: date, history: History | None = None) -> str:
    """What a duty asks, and how often or within what of what, without a full stop."""
    clause, value = obligation.clause, obligation.value
    caused = _caused_on(obligation, history)
    since = None if caused is None else near_date(caused, day)
    ends = _phase_ends(obligation, day, history) if history is not None and value.phases else ()
    return duty_words(clause.wording, value, clause.sum, since, ends)


def near_date(value: date, day: date) -> str:
    """A date as ``11 Aug``, with its year where that is not the year of ``day``."""
    return f"{value.day} {value:%b}" if value.year == day.year else short_date(value)


def _caused_on(obligation: Obligation, history: History | None) -> date | None:
    """The day of what raised a duty: of an absence or a failure, the day of the appointment. None: not known here."""
    raised_by = obligation.raised_by
    if obligation.clause.after not in _OF_AN_APPOINTMENT:
        if history is None or not obligation.clause.from_next_day:
            return obligation.arises_on
        return next((fact.occurred_on for fact in history.entries if fact.entry == raised_by), None)
    if history is None:
        return None
    missed = next((f.of for f in (*history.absences, *history.failures) if f.entry == raised_by), None)
    made = history.appointments.get(raised_by or "")
    return missed or (made and made.for_on)


def _phase_ends(obligation: Obligation, day: date, history: History) -> list[str | None]:
    """The last day of each phase of contact, as it counts on the day the duty arises."""
    ends = [ends for _, _, ends in phases_on(obligation.value, history, obligation.arises_on)]
    return [None if end is None else near_date(end, day) for end in ends]


def _last(obligation: Obligation, day: date, history: History) -> str:
    clause = obligation.clause
    if clause.kind not in ("every", "frequency", "while"):
        return ""
    counted = (clause.counts,) if clause.counts is not None else clause.by
    days = [done for one in counted if (done := _last_day(history.counting(one).days, day)) is not None]
    return f"Last: {short_date(max(days)) if days else 'none'}"


def _last_day(days: list[date], day: date) -> date | None:
    at = bisect_right(days, day)
    return days[at - 1] if at else None


def _when(obligation: Obligation, day: date, arranged_on: date | None) -> str:
    state = obligation.state(day)
    if state in ("met", "met_late"):
        assert obligation.met_on is not None
        return f"Done {near_date(obligation.met_on, day)}{_late(obligation, day)}"
    if state == "lapsed":
        assert obligation.ended_on is not None
        return f"Not owed any more from {near_date(obligation.ended_on, day)}"
    if state == "dispensed":
        last = obligation.dispensed_until(day)
        until = f" until {near_date(last, day)}" if last else ""
        return f"Dispensed with{until}" + (f", was due {near_date(due, day)}" if (due := obligation.due_day) else "")
    arranged = f"rranged for {near_date(arranged_on, day)}" if arranged_on and state in ("due", "overdue") else ""
    if arranged and leaves_list(obligation, arranged_on):
        return f"A{arranged}"
    if obligation.due_day is None:
        return f"Due {ON_RELEASE}"
    late = ", missed" if state == "missed" else _late(obligation, day)
    return f"Due {near_date(obligation.due_on, day)}{late}{f'; a{arranged}' if arranged else ''}"


def _late(obligation: Obligation, day: date) -> str:
    if obligation.state(day) not in ("met_late", "overdue"):
        return ""
    days = obligation.days_late(day)
    return f", {count_noun(days, 'working day')} late" if days else ", less than a working day late"
