"""Duties in sentences: what is asked, when it was last done, and when it is due, was done or is arranged.

The wording stands with the clause (``domain.policy.clause_words``), its limits in the clause's rows.
"""

from bisect import bisect_right
from datetime import date
from functools import partial
from typing import NamedTuple, Protocol

from domain.policy.clause_words import Said, as_is, duty_words
from projections.history.history import History
from projections.obligations.arranged import leaves_list
from projections.obligations.contact_windows import phases_on
from projections.obligations.duty_state import Obligation
from web.presentation.formatting import ON_RELEASE, short_date

_OF_AN_APPOINTMENT = ("appointment", "absence", "failure")


class Day(Protocol):
    """A date in words; without its year where that is the year of ``beside``."""

    def __call__(self, value: date, /, beside: date | None) -> str: ...


class Tongue(NamedTuple):
    """A language of duty sentences. ``said``: a phrase in it, with the same gaps."""

    said: Said
    day: Day


class DutySentence(NamedTuple):
    """A duty in words; each part but the first begins with a capital letter, and none ends with a full stop.

    ``what``: what is asked, and how often or within what of what. ``last``: ``Last: 3 Nov 2005`` or ``Last: none``, for what
    is done again and again; empty for other duties, and where no history was given. ``when``: ``Due 23 Dec``, ``Due 11 Aug,
    94 working days late``, ``Arranged for 28 Dec``, ``Dispensed with until 31 Dec, was due 11 Aug`` or ``Done 5 Dec``.
    ``mark``: *recalled*, *unsure* or *ours*, where the limit was not found in a public source; else empty.
    """

    what: str
    last: str
    when: str
    mark: str

    @property
    def text(self) -> str:
        """The whole, with full stops, and the mark of the limit in brackets."""
        first = f"{self.what}{f' ({self.mark})' if self.mark else ''}."
        return " ".join([first, *(f"{words}." for words in (self.last, self.when) if words)])


def near_date(value: date, beside: date | None) -> str:
    """A date as ``11 Aug``, with its year where that is not the year of ``beside``."""
    same = beside is not None and value.year == beside.year
    return f"{value.day} {value:%b}" if same else short_date(value)


ENGLISH = Tongue(as_is, near_date)


def duty_sentence(
    obligation: Obligation,
    day: date,
    *,
    history: History | None = None,
    arranged_on: date | None = None,
    tongue: Tongue = ENGLISH,
) -> DutySentence:
    """A duty as at a day. ``history``: of its case, for what was done last and the day of what raised it.

    ``arranged_on``: the day of an appointment that would meet it; None: nothing is arranged. What it would meet late keeps its
    due date beside it.
    """
    return DutySentence(
        duty_asked(obligation, day, history, tongue),
        _last(obligation, day, history, tongue) if history is not None else "",
        _when(obligation, day, arranged_on, tongue),
        obligation.mark,
    )


def duty_asked(obligation: Obligation, day: date, history: History | None = None, tongue: Tongue = ENGLISH) -> str:
    """What a duty asks, and how often or within what of what, without a full stop."""
    clause, value = obligation.clause, obligation.value
    caused = _caused_on(obligation, history)
    since = None if caused is None else tongue.day(caused, day)
    ends = _phase_ends(obligation, day, history, tongue) if history is not None and value.phases else ()
    return duty_words(clause.wording, value, clause.sum, since, ends, tongue.said)


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


def _phase_ends(obligation: Obligation, day: date, history: History, tongue: Tongue) -> list[str | None]:
    """The last day of each phase of contact, as it counts on the day the duty arises."""
    ends = [ends for _, _, ends in phases_on(obligation.value, history, obligation.arises_on)]
    return [None if end is None else tongue.day(end, day) for end in ends]


def _last(obligation: Obligation, day: date, history: History, tongue: Tongue) -> str:
    clause = obligation.clause
    if clause.kind not in ("every", "frequency", "while"):
        return ""
    counted = (clause.counts,) if clause.counts is not None else clause.by
    days = [done for one in counted if (done := _last_day(history.counting(one).days, day)) is not None]
    if not days:
        return tongue.said("Last: none")
    return tongue.said("Last: {day}").format(day=tongue.day(max(days), None))


def _last_day(days: list[date], day: date) -> date | None:
    at = bisect_right(days, day)
    return days[at - 1] if at else None


def _when(obligation: Obligation, day: date, arranged_on: date | None, tongue: Tongue) -> str:
    state, near = obligation.state(day), partial(tongue.day, beside=day)
    if state in ("met", "met_late"):
        assert obligation.met_on is not None
        return tongue.said("Done {day}").format(day=near(obligation.met_on)) + _late(obligation, day, tongue)
    if state == "lapsed":
        assert obligation.ended_on is not None
        return tongue.said("Not owed any more from {day}").format(day=near(obligation.ended_on))
    if state == "dispensed":
        return _dispensed(obligation, day, tongue)
    to_come = arranged_on if state in ("due", "overdue") else None
    if to_come is not None and leaves_list(obligation, to_come):
        return tongue.said("Arranged for {day}").format(day=near(to_come))
    if obligation.due_day is None:
        return tongue.said(f"Due {ON_RELEASE}")
    late = tongue.said(", missed") if state == "missed" else _late(obligation, day, tongue)
    arranged = "" if to_come is None else tongue.said("; arranged for {day}").format(day=near(to_come))
    return tongue.said("Due {day}").format(day=near(obligation.due_on)) + late + arranged


def _dispensed(obligation: Obligation, day: date, tongue: Tongue) -> str:
    last, due = obligation.dispensed_until(day), obligation.due_day
    until = tongue.said("Dispensed with until {day}").format(day=tongue.day(last, day)) if last else ""
    was_due = tongue.said(", was due {day}").format(day=tongue.day(due, day)) if due else ""
    return (until or tongue.said("Dispensed with")) + was_due


def _late(obligation: Obligation, day: date, tongue: Tongue) -> str:
    if obligation.state(day) not in ("met_late", "overdue"):
        return ""
    days = obligation.days_late(day)
    if not days:
        return tongue.said(", less than a working day late")
    return tongue.said(f", {{n}} working day{'' if days == 1 else 's'} late").format(n=f"{days:,}")
