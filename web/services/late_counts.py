"""What was stored late on the cases that the person signed in may open."""

from typing import NamedTuple

from projections.lists.late_cases import READ, LateCases, duties_on_late
from web.services import current_cases, report_cache


def late_cases() -> LateCases:
    """The cases that the reader may open on which entries were stored late; kept until anything is stored."""
    return report_cache.kept(
        ("late cases", *report_cache.reader_and_moment()),
        lambda: LateCases.of(current_cases.repository(), current_cases.reached(), current_cases.moment()),
    )


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
    if not cases.entries:
        return None
    asked = tuple(one.reference for one in cases.read)
    duties = report_cache.kept(
        ("duties on late", asked, *report_cache.reader_and_moment()), lambda: duties_resting(cases)
    )
    return LateSaid(cases, duties, READ)
