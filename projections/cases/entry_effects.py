"""What an entry does to the duties of a case: what it meets, what stays due and why, what is new, what ends, what moves."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from domain.entries.case_entries import Entry
from projections.cases.case_differences import DutyChange, duty_changes
from projections.cases.stays_due import StaysDue, stays_due
from projections.obligations.duty_state import Obligation

DONE, OPEN = ("met", "met_late"), ("due", "overdue", "missed")


class EntryEffects(NamedTuple):
    """The duties that an entry changes by a day. ``moved``: every other verdict that changes, such as one that is open again."""

    met: list[DutyChange]
    stays: list[StaysDue]
    new: list[DutyChange]
    ends: list[DutyChange]
    moved: list[DutyChange]

    @property
    def none(self) -> bool:
        """Whether the entry changes no duty."""
        return not (self.met or self.new or self.ends or self.moved)


def entry_effects(
    before: Sequence[Obligation], after: Sequence[Obligation], day: date, fact: Entry | None, read: Sequence[Entry]
) -> EntryEffects:
    """What differs between the duties without and with an entry. ``fact``: the entry of which it is asked what it does not meet.

    ``read``: the entries of the case as they read with it.
    """
    changes = [change for change in duty_changes(before, after, day, day) if _is_told(change)]
    kinds = {"met": [], "new": [], "ends": [], "moved": []}  # type: dict[str, list[DutyChange]]
    for change in changes:
        kinds[_kind(change)].append(change)
    new = {id(change.now) for change in kinds["new"]}
    stays = [] if fact is None else stays_due([duty for duty in after if id(duty) not in new], fact, read, day)
    return EntryEffects(kinds["met"], stays, kinds["new"], kinds["ends"], kinds["moved"])


def _kind(change: DutyChange) -> str:
    if change.was_state is None:
        return "new" if change.now_state in OPEN else "met" if change.now_state in DONE else "moved"
    if change.now_state is None or (change.now_state == "lapsed" and change.was_state in OPEN):
        return "ends"
    return "met" if change.now_state in DONE and change.was_state in OPEN else "moved"


def _is_told(change: DutyChange) -> bool:
    """What the entry raises and meets in the same moment, or what lapses at once, is not told."""
    now = change.now
    if change.was_state is not None or now is None:
        return True
    return change.now_state != "lapsed" and now.raised_by not in now.met_by
