"""A notice: something about a case that somebody must look at, in a span of days, whatever duties an edition lays."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from domain.entries.case_entries import Entry
from projections.history.appointments import Appointment
from projections.history.history import History


class Noticed(NamedTuple):
    """The days of a notice: from ``begins_on`` up to, not including, ``ends_before`` (None: still).

    ``entry``: the entry that it is about, where there is one.
    """

    begins_on: date
    ends_before: date | None
    entry: str | None


Found = Iterable[Noticed | None]
"""What a rule gives: None where a notice has no day."""


@dataclass(frozen=True)
class NoticeKind:
    """A kind of notice.

    ``title`` and ``says``: what it is, and what to do, in plain words. ``parts``: the timelines that it depends on (names of
    ``projections.ledger.case_versions.TIMELINE_NAMES``). ``reads``: the types of entry that it reads beside them.
    ``needs``: types of entry, one of which must be on the file; none: any file may have it. ``of_case``: its rule; or
    ``of_appointment``: its rule where each appointment is looked at by itself. ``attended``: the rule of the case reads
    appointments that were attended.
    """

    id: str
    title: str
    says: str
    parts: frozenset[str]
    of_case: Callable[[History], Found] | None = None
    of_appointment: Callable[[History, Appointment], Noticed | None] | None = None
    reads: tuple[type[Entry], ...] = ()
    needs: tuple[type[Entry], ...] = ()
    attended: bool = False

    def found(self, history: History) -> list[Noticed]:
        """The notices of this kind by a history."""
        if history.start is None:
            return []
        if self.of_appointment is not None:
            found: Found = (self.of_appointment(history, one) for one in history.appointments.values())
        else:
            assert self.of_case is not None
            found = self.of_case(history)
        return [noticed for noticed in found if noticed is not None]


def while_held(history: History, begins: date, ends: Iterable[date | None], entry: str | None) -> Noticed | None:
    """The notice from a day to the first of some days, and no longer than the case is held here; None: on no day."""
    over = history.end
    begins = max(begins, history.here_from)
    ending = min((day for day in (*ends, over and over.on) if day is not None), default=None)
    return Noticed(begins, ending, entry) if ending is None or begins < ending else None
