"""The entries stored late on which answers and verdicts rest."""

from collections.abc import Collection
from datetime import date

from projections.obligations.duty_state import Obligation
from projections.scoring.answers import Answer


def entries_of_duty(duty: Obligation, day: date) -> list[str]:
    """The entries that raised a duty, or had met it by a day."""
    met = duty.met_by if duty.met_on is not None and duty.met_on <= day else ()
    return [*([duty.raised_by] if duty.raised_by else []), *met]


def late_in_answer(answer: Answer, late: Collection[str], day: date) -> list[str]:
    """Those of some entries stored late on which an answer rests, each once, in the order of its reasons."""
    found: dict[str, None] = {}
    for reason in answer.because:
        if reason.obligation is not None:
            found |= dict.fromkeys(entries_of_duty(reason.obligation, day))
        if reason.judgement is not None:
            found[reason.judgement.entry] = None
    return [entry for entry in found if entry in late]
