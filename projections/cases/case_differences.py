"""What differs between two readings of the same case: duties and their states, and answers."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from projections.obligations.duty_state import Obligation, State
from projections.scoring.answers import Answer


class DutyChange(NamedTuple):
    """One duty before and after. None: there is no such duty, or it has not arisen."""

    was: Obligation | None
    now: Obligation | None
    was_state: State | None
    now_state: State | None

    @property
    def duty(self) -> Obligation:
        """The duty as it is now; as it was where there is none now."""
        duty = self.now or self.was
        assert duty is not None
        return duty


class AnswerChange(NamedTuple):
    """One question's answer before and after."""

    was: Answer
    now: Answer


def duty_changes(
    before: Iterable[Obligation], after: Iterable[Obligation], was_on: date, now_on: date
) -> list[DutyChange]:
    """The duties whose state differs between ``before`` on ``was_on`` and ``after`` on ``now_on``, by due date.

    Two duties are the same one when the clause, the day it arose and the entry that raised it are equal.
    """
    old, new = _by_identity(before), _by_identity(after)
    found = []
    for key in dict.fromkeys((*old, *new)):
        was, now = old.get(key), new.get(key)
        was_state = was.state(was_on) if was is not None else None
        now_state = now.state(now_on) if now is not None else None
        if was_state != now_state:
            found.append(DutyChange(was, now, was_state, now_state))
    return sorted(found, key=lambda change: (change.duty.due_on, change.duty.clause.id))


def answer_changes(before: Sequence[Answer], after: Sequence[Answer]) -> list[AnswerChange]:
    """The answers that differ, in the order of the questions."""
    return [AnswerChange(was, now) for was, now in zip(before, after, strict=True) if was.answer != now.answer]


def _by_identity(duties: Iterable[Obligation]) -> dict[tuple[object, ...], Obligation]:
    found: dict[tuple[object, ...], Obligation] = {}
    for duty in duties:
        key: tuple[object, ...] = (duty.clause.id, duty.arises_on, duty.raised_by, duty.value.on and duty.due_on)
        while key in found:  # a trigger with several items raises several duties: keep them apart
            key = (*key, "")
        found[key] = duty
    return found
