"""What was stored late on the cases that the person signed in may open."""

from typing import NamedTuple

from flask import g

from projections.lists.late_cases import READ, LateCases, duties_on_late
from web.services import current_cases


def late_cases() -> LateCases:
    """The cases that the reader may open on which entries were stored late."""
    if "late_cases" not in g:
        g.late_cases = LateCases.of(current_cases.repository(), current_cases.reached(), current_cases.moment())
    found: LateCases = g.late_cases
    return found


def duties_resting(cases: LateCases) -> int:
    """How many duties of these cases rest on entries stored late; of the first cases only, where they are very many."""
    book, framework = current_cases.repository(), current_cases.framework()
    return sum(duties_on_late(book, one.reference, cases.moment, framework) for one in cases.read)


class LateSaid(NamedTuple):
    """What ``desk/late_said.html`` says: of which cases, how many duties rest on it, how many cases were read for that."""

    cases: LateCases
    duties: int
    read: int


def late_said(cases: LateCases) -> LateSaid | None:
    """What of some cases was stored late; None where nothing was."""
    return LateSaid(cases, duties_resting(cases), READ) if cases.entries else None
